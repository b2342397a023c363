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
 * From the samples of blocks that lie side by side to their coefficients, 64 each, row by row, divided and rounded: those
 * of libjpeg's accurate integer transform, bit for bit.
 *
 * samples: of the first line of the first block. stride: bytes to the next line.
 * divisors: what `spool_jpeg_divisors` makes of the steps.
 * present: for each block, bit 8 * row + column is set if that coefficient is other than 0.
 */
void spool_jpeg_forward(int blocks, const uint8_t *samples, ptrdiff_t stride, const uint16_t *divisors,
                        int16_t *coefficients, uint64_t *present);

/* Division as multiplication, for 64 steps of 1 ... 255, row by row. divisors: 192. */
void spool_jpeg_divisors(const int16_t *steps, uint16_t *divisors);

/*
 * The same without vector instructions, side 8, 4 or 2: for processors that have none, and what the others are tested
 * with. The coefficients stay as they are.
 */
void spool_jpeg_portable(int side, const int16_t *coefficients, const int16_t *steps, uint8_t *target, ptrdiff_t stride);

void spool_jpeg_forward_portable(int blocks, const uint8_t *samples, ptrdiff_t stride, const uint16_t *divisors,
                                 int16_t *coefficients, uint64_t *present);

#ifdef __x86_64__
/* What `spool_jpeg_forward` is on processors without AVX2. */
void spool_jpeg_forward_sse2(int blocks, const uint8_t *samples, ptrdiff_t stride, const uint16_t *divisors,
                             int16_t *coefficients, uint64_t *present);
/* What `spool_jpeg_whole` is on processors without AVX2. */
void spool_jpeg_whole_sse2(int16_t *coefficients, const int16_t *steps, int count, uint8_t *target, ptrdiff_t stride);
#endif
