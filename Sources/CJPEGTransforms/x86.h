#pragma once

#include "CJPEGTransforms.h"

#include <immintrin.h>

/* With the instructions of AVX2, which `spool_jpeg_whole` looks for. */
void spool_jpeg_whole_avx2(const int16_t *coefficients, const int16_t *steps, uint8_t *target, ptrdiff_t stride);

/* Pairs of blocks, which `spool_jpeg_forward` looks for. */
void spool_jpeg_forward_avx2(int pairs, const uint8_t *samples, ptrdiff_t stride, const uint16_t *divisors,
                             int16_t *coefficients, uint64_t *present);

/* Four lines of eight samples, two in each. */
static inline __attribute__((always_inline)) void store_lines(__m128i upper, __m128i lower, uint8_t *line, ptrdiff_t stride)
{
    _mm_storel_epi64((__m128i *)line, upper);
    _mm_storel_epi64((__m128i *)(line + stride), _mm_srli_si128(upper, 8));
    _mm_storel_epi64((__m128i *)(line + 2 * stride), lower);
    _mm_storel_epi64((__m128i *)(line + 3 * stride), _mm_srli_si128(lower, 8));
}
