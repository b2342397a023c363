#pragma once

#include <stddef.h>
#include <stdint.h>

/*
 * From the 8 x 8 coefficients of a block of a JPEG to its samples: 8 x 8 of them, or 4 x 4 or 2 x 2 at a half or a
 * quarter of the size. They are those of libjpeg's accurate integer transforms, bit for bit.
 *
 * coefficients, steps: 64 each, row by row. The products are taken modulo 2^16. Afterwards all coefficients are 0.
 * count: how many coefficients, in the order of the file (zigzag), may be other than 0; 1 ... 64.
 * target: of the first sample. stride: bytes to the next row.
 */
void spool_jpeg_whole(int16_t *coefficients, const int16_t *steps, int count, uint8_t *target, ptrdiff_t stride);
void spool_jpeg_half(int16_t *coefficients, const int16_t *steps, int count, uint8_t *target, ptrdiff_t stride);
void spool_jpeg_quarter(int16_t *coefficients, const int16_t *steps, int count, uint8_t *target, ptrdiff_t stride);

/*
 * The same without vector instructions, side 8, 4 or 2: for processors that have none, and what the others are tested
 * with. The coefficients stay as they are.
 */
void spool_jpeg_portable(int side, const int16_t *coefficients, const int16_t *steps, uint8_t *target, ptrdiff_t stride);

#ifdef __x86_64__
/* What `spool_jpeg_whole` is on processors without AVX2. */
void spool_jpeg_whole_sse2(int16_t *coefficients, const int16_t *steps, int count, uint8_t *target, ptrdiff_t stride);
#endif
