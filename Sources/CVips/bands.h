/* Pixels to one plane for each band, and back. */

#ifndef SPOOL_VIPS_BANDS_H
#define SPOOL_VIPS_BANDS_H

#include <stdint.h>
#include <string.h>
#include <vips/vips.h>

typedef uint8_t spool_vips_samples __attribute__((vector_size(16)));
typedef uint32_t spool_vips_quads __attribute__((vector_size(64)));

/* One row of pixels of eight bits a sample. */
static inline void spool_vips_split_row(const VipsPel *row, int width, int bands, VipsPel *const *planes) {
    int x = 0;
#if G_BYTE_ORDER == G_LITTLE_ENDIAN
    for (; bands == 4 && x + 16 <= width; x += 16) {
        spool_vips_quads pixels;
        memcpy(&pixels, row + 4 * x, sizeof pixels);
        for (int band = 0; band < 4; band++) {
            spool_vips_samples samples = __builtin_convertvector(pixels >> (8 * band) & 0xFF, spool_vips_samples);
            memcpy(planes[band] + x, &samples, sizeof samples);
        }
    }
#endif
    for (; x < width; x++)
        for (int band = 0; band < bands; band++)
            planes[band][x] = row[bands * x + band];
}

static inline void spool_vips_join_row(const VipsPel *const *planes, int width, int bands, VipsPel *row) {
    int x = 0;
#if G_BYTE_ORDER == G_LITTLE_ENDIAN
    for (; bands == 4 && x + 16 <= width; x += 16) {
        spool_vips_quads pixels = {0};
        for (int band = 0; band < 4; band++) {
            spool_vips_samples samples;
            memcpy(&samples, planes[band] + x, sizeof samples);
            pixels |= __builtin_convertvector(samples, spool_vips_quads) << (8 * band);
        }
        memcpy(row + 4 * x, &pixels, sizeof pixels);
    }
#endif
    for (; x < width; x++)
        for (int band = 0; band < bands; band++)
            row[bands * x + band] = planes[band][x];
}

/* An image in memory with all that another one's header says but its size. Its rows are still to be written. The caller owns the
 * reference; NULL after an error. */
static inline VipsImage *spool_vips_blank_like(VipsImage *model, int width, int height) {
    VipsImage *image = vips_image_new_memory();
    if (vips_image_pipelinev(image, VIPS_DEMAND_STYLE_ANY, model, NULL)) {
        g_object_unref(image);
        return NULL;
    }
    image->Xsize = width;
    image->Ysize = height;
    return image;
}

#endif
