#ifdef __x86_64__
#include "x86.h"

#pragma clang attribute push(__attribute__((target("avx2"))), apply_to = function)

#define vector __m256i
#define on(name) _mm256_##name
#define _mm256_xor _mm256_xor_si256
#define _mm256_zero _mm256_setzero_si256
#include "lanes.h"
#include "forward.h"

/* The first four columns in one lane, the others in the other; of both, the lower half. */
inlined vector product(const int16_t *coefficients, const int16_t *steps, int row)
{
    __m128i values = _mm_mullo_epi16(_mm_loadu_si128((const __m128i *)coefficients + row),
                                     _mm_loadu_si128((const __m128i *)steps + row));
    return _mm256_permute4x64_epi64(_mm256_castsi128_si256(values), _MM_SHUFFLE(1, 1, 0, 0));
}

void spool_jpeg_whole_avx2(const int16_t *coefficients, const int16_t *steps, uint8_t *target, ptrdiff_t stride)
{
    vector rows[8], lines[4], sums[8];
    for (int i = 0; i < 8; i++)
        rows[i] = product(coefficients, steps, i);
    struct pairs pairs = {
        .c02 = _mm256_unpacklo_epi16(rows[0], rows[2]),
        .c46 = _mm256_unpacklo_epi16(rows[4], rows[6]),
        .c13 = _mm256_unpacklo_epi16(rows[1], rows[3]),
        .c57 = _mm256_unpacklo_epi16(rows[5], rows[7]),
    };
    transform(&whole, false, pairs, sums);
    for (int i = 0; i < 4; i++) {
        /* Line i in one lane, line i + 4 in the other. */
        vector both = _mm256_packs_epi32(rounded(sums[i], whole.columns_bits), rounded(sums[i + 4], whole.columns_bits));
        lines[i] = _mm256_permute4x64_epi64(both, _MM_SHUFFLE(3, 1, 2, 0));
    }
    transform(&whole, false, turned(lines), sums);
    vector left = samples_of(sums, whole.rows_bits), right = samples_of(sums + 4, whole.rows_bits);
    vector upper = _mm256_unpacklo_epi32(left, right), lower = _mm256_unpackhi_epi32(left, right);
    store_lines(_mm256_castsi256_si128(upper), _mm256_castsi256_si128(lower), target, stride);
    store_lines(_mm256_extracti128_si256(upper, 1), _mm256_extracti128_si256(lower, 1), target + 4 * stride, stride);
}

/* Eight words for both blocks. */
inlined vector both(const uint16_t *words) { return _mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i *)words)); }

void spool_jpeg_forward_avx2(int pairs, const uint8_t *samples, ptrdiff_t stride, const uint16_t *divisors,
                             int16_t *coefficients, uint64_t *present)
{
    for (int pair = 0; pair < pairs; pair++) {
        vector rows[8], lines[8];
        for (int i = 0; i < 8; i++) {
            __m128i line = _mm_loadu_si128((const __m128i *)(samples + i * stride));
            rows[i] = _mm256_permute4x64_epi64(_mm256_castsi128_si256(line), _MM_SHUFFLE(1, 1, 1, 0));
        }
        spread(rows, lines);
        forward(lines, true);
        transpose(lines);
        forward(lines, false);
        uint64_t first = 0, second = 0;
        for (int i = 0; i < 8; i++) {
            const uint16_t *by = divisors + 8 * i;
            lines[i] = divided(lines[i], both(by), both(by + 64), both(by + 128));
            _mm_storeu_si128((__m128i *)coefficients + i, _mm256_castsi256_si128(lines[i]));
            _mm_storeu_si128((__m128i *)coefficients + 8 + i, _mm256_extracti128_si256(lines[i], 1));
        }
        for (int i = 0; i < 8; i += 2) {
            vector zeros = _mm256_cmpeq_epi8(_mm256_packs_epi16(lines[i], lines[i + 1]), _mm256_setzero_si256());
            uint32_t found = ~(uint32_t)_mm256_movemask_epi8(zeros);
            first |= (uint64_t)(found & 0xFFFF) << 8 * i;
            second |= (uint64_t)(found >> 16) << 8 * i;
        }
        present[0] = first;
        present[1] = second;
        samples += 16;
        coefficients += 128;
        present += 2;
    }
}

#pragma clang attribute pop
#endif
