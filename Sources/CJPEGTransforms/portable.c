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

/* sums of the first direction, or samples, which count from -128. */
static void forward(int bits, const int16_t *in, int in_step, int16_t *out, int out_step)
{
    for (int j = 0; j < 4; j++) {
        int32_t even = 1 << (bits - 1), odd = even;
        for (int i = 0; i < 4; i++) {
            even += (in[i * in_step] + in[(7 - i) * in_step]) * whole.even[i][j];
            odd += (in[i * in_step] - in[(7 - i) * in_step]) * whole.odd[i][j];
        }
        out[2 * j * out_step] = (int16_t)(even >> bits);
        out[(2 * j + 1) * out_step] = (int16_t)(odd >> bits);
    }
}

void spool_jpeg_divisors(const int16_t *steps, uint16_t *divisors)
{
    for (int i = 0; i < 64; i++) {
        /* Coefficients come 8 times as large. With a sum of less than 2^15 the quotient is exact. */
        uint32_t divisor = 8 * (uint32_t)steps[i];
        int bits = 31 - __builtin_clz(divisor - 1);
        divisors[i] = (uint16_t)(divisor / 2);
        divisors[64 + i] = (uint16_t)(((1u << (16 + bits)) + divisor - 1) / divisor);
        divisors[128 + i] = (uint16_t)(1u << (16 - bits));
    }
}

void spool_jpeg_forward_portable(int blocks, const uint8_t *samples, ptrdiff_t stride, const uint16_t *divisors,
                                 int16_t *coefficients, uint64_t *present)
{
    for (int block = 0; block < blocks; block++) {
        int16_t values[64], rows[64];
        for (int i = 0; i < 64; i++)
            values[i] = (int16_t)(samples[(i / 8) * stride + i % 8] - 128);
        for (int i = 0; i < 8; i++)
            forward(forward_rows_bits, values + 8 * i, 1, rows + 8 * i, 1);
        for (int i = 0; i < 8; i++)
            forward(forward_columns_bits, rows + i, 8, values + i, 8);
        uint64_t found = 0;
        for (int i = 0; i < 64; i++) {
            uint32_t sum = (uint32_t)(values[i] < 0 ? -values[i] : values[i]) + divisors[i];
            int32_t quotient = (int32_t)((((sum * divisors[64 + i]) >> 16) * divisors[128 + i]) >> 16);
            coefficients[i] = (int16_t)(values[i] < 0 ? -quotient : quotient);
            found |= (uint64_t)(quotient != 0) << i;
        }
        present[block] = found;
        samples += 8;
        coefficients += 64;
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

void spool_jpeg_forward(int blocks, const uint8_t *samples, ptrdiff_t stride, const uint16_t *divisors,
                        int16_t *coefficients, uint64_t *present)
{
    spool_jpeg_forward_portable(blocks, samples, stride, divisors, coefficients, present);
}
#endif
