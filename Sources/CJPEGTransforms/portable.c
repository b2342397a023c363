#include "CJPEGTransforms.h"
#include "matrices.h"

#include <string.h>

static int32_t clamped(int32_t value, int32_t least, int32_t most)
{
    return value < least ? least : value > most ? most : value;
}

/* Sums wrap, as those of vector instructions do. */
static void transform(const struct matrix *matrix, int bits, const int16_t *in, int in_step, int16_t *out, int out_step)
{
    for (int i = 0; i < matrix->side / 2; i++) {
        uint32_t even = 0, odd = 0;
        for (int j = 0; j < 4; j++) {
            even += (uint32_t)(in[2 * j * in_step] * matrix->even[i][j]);
            odd += (uint32_t)(in[(2 * j + 1) * in_step] * matrix->odd[i][j]);
        }
        even = (even << matrix->even_shift) + (1u << (bits - 1));
        out[i * out_step] = (int16_t)clamped((int32_t)(even + odd) >> bits, INT16_MIN, INT16_MAX);
        out[(matrix->side - 1 - i) * out_step] = (int16_t)clamped((int32_t)(even - odd) >> bits, INT16_MIN, INT16_MAX);
    }
}

void spool_jpeg_portable(int side, const int16_t *coefficients, const int16_t *steps, uint8_t *target, ptrdiff_t stride)
{
    const struct matrix *matrix = side == 8 ? &whole : side == 4 ? &half : &quarter;
    int16_t values[64], columns[64], row[8];
    for (int i = 0; i < 64; i++)
        values[i] = (int16_t)(uint16_t)((uint32_t)coefficients[i] * (uint32_t)steps[i]);
    for (int x = 0; x < 8; x++)
        transform(matrix, matrix->columns_bits, values + x, 8, columns + x, 8);
    for (int y = 0; y < side; y++) {
        transform(matrix, matrix->rows_bits, columns + 8 * y, 1, row, 1);
        for (int x = 0; x < side; x++)
            target[y * stride + x] = (uint8_t)(clamped(row[x], -128, 127) + 128);
    }
}

#ifndef __x86_64__
static void samples(int side, int16_t *coefficients, const int16_t *steps, uint8_t *target, ptrdiff_t stride)
{
    spool_jpeg_portable(side, coefficients, steps, target, stride);
    memset(coefficients, 0, 64 * sizeof *coefficients);
}

void spool_jpeg_whole(int16_t *coefficients, const int16_t *steps, int count, uint8_t *target, ptrdiff_t stride)
{
    (void)count;
    samples(8, coefficients, steps, target, stride);
}

void spool_jpeg_half(int16_t *coefficients, const int16_t *steps, int count, uint8_t *target, ptrdiff_t stride)
{
    (void)count;
    samples(4, coefficients, steps, target, stride);
}

void spool_jpeg_quarter(int16_t *coefficients, const int16_t *steps, int count, uint8_t *target, ptrdiff_t stride)
{
    (void)count;
    samples(2, coefficients, steps, target, stride);
}
#endif
