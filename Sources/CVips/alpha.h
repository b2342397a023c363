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

/* Vectors of whichever size the processor has are made of these. */
typedef uint8_t spool_vips_bytes __attribute__((vector_size(32)));
typedef uint16_t spool_vips_words __attribute__((vector_size(64)));
typedef uint32_t spool_vips_pixels __attribute__((vector_size(32)));

/* Eight pixels of red, green, blue and alpha. */
static inline void spool_vips_premultiply_8(const VipsPel *from, VipsPel *to) {
    spool_vips_pixels pixels;
    memcpy(&pixels, from, sizeof pixels);
    /* Alpha times 255 by 255 is alpha. */
    spool_vips_pixels alpha = pixels >> 24;
    alpha |= alpha << 8 | alpha << 16 | 0xFF000000;
    spool_vips_words products = __builtin_convertvector((spool_vips_bytes) pixels, spool_vips_words) *
                                __builtin_convertvector((spool_vips_bytes) alpha, spool_vips_words);
    /* By 255, to the nearest. */
    products += 128;
    products = (products + (products >> 8)) >> 8;
    spool_vips_bytes result = __builtin_convertvector(products, spool_vips_bytes);
    memcpy(to, &result, sizeof result);
}

static inline void spool_vips_premultiply_rgba(const VipsPel *from, VipsPel *to, int width) {
    int x = 0;
#if G_BYTE_ORDER == G_LITTLE_ENDIAN
    for (; x + 8 <= width; x += 8)
        spool_vips_premultiply_8(from + 4 * x, to + 4 * x);
#endif
    for (; x < width; x++) {
        unsigned alpha = from[4 * x + 3];
        for (int band = 0; band < 3; band++)
            to[4 * x + band] = (VipsPel) ((from[4 * x + band] * alpha + 127) / 255);
        to[4 * x + 3] = (VipsPel) alpha;
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
        if (alpha == 255) {
            memcpy(to, from, (size_t) colours);
        } else if (alpha == 0) {
            memset(to, 0, (size_t) colours);
        } else {
            /* One division for all colours. The dividends have 17 bits and the divisor nine, so 32 bits are exact. */
            uint64_t inverse = ((1ULL << 32) + 2 * alpha - 1) / (2 * alpha);
            for (int band = 0; band < colours; band++) {
                unsigned value = (unsigned) ((from[band] * 510u + alpha) * inverse >> 32);
                to[band] = (VipsPel) (value > 255 ? 255 : value);
            }
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
