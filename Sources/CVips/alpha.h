/* Colours times alpha and back, in whole numbers.
 *
 * libvips does both in floating point and leaves it to others to come back to eight bits, which for a photograph takes
 * longer than to resize it. The results are the same: the nearest of the exact values.
 */

#ifndef SPOOL_VIPS_ALPHA_H
#define SPOOL_VIPS_ALPHA_H

#include <stdint.h>
#include <string.h>
#include <vips/vips.h>

/* A product of two bytes by 255, to the nearest, in each half of a word. */
static inline uint32_t spool_vips_halves_by_255(uint32_t products) {
    products += 0x00800080;
    return ((products + (products >> 8 & 0x00FF00FF)) >> 8) & 0x00FF00FF;
}

/* Red, green, blue and alpha: two colours at a time. */
static inline void spool_vips_premultiply_rgba(const VipsPel *from, VipsPel *to, int width) {
    for (int x = 0; x < width; x++) {
        uint32_t pixel;
        memcpy(&pixel, from + 4 * x, sizeof pixel);
        pixel = GUINT32_FROM_LE(pixel);
        uint32_t alpha = pixel >> 24;
        uint32_t redAndBlue = spool_vips_halves_by_255((pixel & 0x00FF00FF) * alpha);
        uint32_t green = spool_vips_halves_by_255((pixel >> 8 & 0xFF) * alpha);
        pixel = GUINT32_TO_LE(alpha << 24 | redAndBlue | green << 8);
        memcpy(to + 4 * x, &pixel, sizeof pixel);
    }
}

static inline void spool_vips_premultiply_row(const VipsPel *from, VipsPel *to, int width, int colours) {
    if (colours == 3) {
        spool_vips_premultiply_rgba(from, to, width);
        return;
    }
    for (int x = 0; x < width; x++) {
        unsigned alpha = from[colours];
        for (int band = 0; band < colours; band++)
            to[band] = (VipsPel) ((from[band] * alpha + 127) / 255);
        to[colours] = (VipsPel) alpha;
        from += colours + 1;
        to += colours + 1;
    }
}

static inline void spool_vips_unpremultiply_row(const VipsPel *from, VipsPel *to, int width, int colours) {
    for (int x = 0; x < width; x++) {
        unsigned alpha = from[colours];
        for (int band = 0; band < colours; band++) {
            unsigned value = alpha == 0 ? 0 : (from[band] * 510u + alpha) / (2 * alpha);
            to[band] = (VipsPel) (value > 255 ? 255 : value);
        }
        to[colours] = (VipsPel) alpha;
        from += colours + 1;
        to += colours + 1;
    }
}

/* With a constant number of colours the compiler makes better loops. */
#define SPOOL_VIPS_ALPHA_GENERATE(name)                                                                                \
    static inline int spool_vips_##name##_generate(VipsRegion *region, void *sequence, void *source, void *unused,     \
                                                   gboolean *stop) {                                                   \
        VipsRegion *from = (VipsRegion *) sequence;                                                                    \
        VipsRect *area = &region->valid;                                                                               \
        (void) source, (void) unused, (void) stop;                                                                     \
        if (vips_region_prepare(from, area))                                                                           \
            return -1;                                                                                                 \
        for (int y = area->top; y < area->top + area->height; y++) {                                                   \
            const VipsPel *in = VIPS_REGION_ADDR(from, area->left, y);                                                 \
            VipsPel *out = VIPS_REGION_ADDR(region, area->left, y);                                                    \
            if (from->im->Bands == 4)                                                                                  \
                spool_vips_##name##_row(in, out, area->width, 3);                                                      \
            else                                                                                                       \
                spool_vips_##name##_row(in, out, area->width, 1);                                                      \
        }                                                                                                              \
        return 0;                                                                                                      \
    }

SPOOL_VIPS_ALPHA_GENERATE(premultiply)
SPOOL_VIPS_ALPHA_GENERATE(unpremultiply)

/* The image with its colours multiplied by alpha, or divided. It must have eight bits a sample, and two or four bands, the
 * last of which is alpha. The caller owns the reference; NULL after an error.
 */
static inline VipsImage *spool_vips_alpha(VipsImage *image, gboolean multiply) {
    VipsImage *result = vips_image_new();
    g_object_ref(image);
    vips_object_local(result, image);
    if (vips_image_pipelinev(result, VIPS_DEMAND_STYLE_THINSTRIP, image, NULL) ||
        vips_image_generate(result, vips_start_one,
                            multiply ? spool_vips_premultiply_generate : spool_vips_unpremultiply_generate,
                            vips_stop_one, image, NULL)) {
        g_object_unref(result);
        return NULL;
    }
    return result;
}

#endif
