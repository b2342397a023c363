/* Every x86-64 processor has these instructions. */
#ifdef __x86_64__
#include "x86.h"

#define vector __m128i
#define on(name) _mm_##name
#define _mm_xor _mm_xor_si128
#define _mm_zero _mm_setzero_si128
#include "lanes.h"
#include "forward.h"

#include <string.h>

inlined vector product(const int16_t *coefficients, const int16_t *steps, int row)
{
    return _mm_mullo_epi16(_mm_loadu_si128((const __m128i *)coefficients + row), _mm_loadu_si128((const __m128i *)steps + row));
}

/* few: all that counts lies in the first four rows and columns. */
inlined void inverse(const struct matrix *matrix, bool few, const int16_t *coefficients, const int16_t *steps,
                     uint8_t *target, ptrdiff_t stride)
{
    const int side = matrix->side;
    const vector zero = _mm_setzero_si128();
    vector rows[8], lines[8], low[8], high[8];
    for (int i = 0; i < (few ? 4 : 8); i++)
        rows[i] = product(coefficients, steps, i);
    struct pairs pairs = {.c02 = _mm_unpacklo_epi16(rows[0], rows[2]), .c13 = _mm_unpacklo_epi16(rows[1], rows[3])};
    if (!few) {
        pairs.c46 = _mm_unpacklo_epi16(rows[4], rows[6]);
        pairs.c57 = _mm_unpacklo_epi16(rows[5], rows[7]);
    }
    transform(matrix, few, pairs, low);
    if (!few) {
        pairs = (struct pairs){
            .c02 = _mm_unpackhi_epi16(rows[0], rows[2]),
            .c46 = _mm_unpackhi_epi16(rows[4], rows[6]),
            .c13 = _mm_unpackhi_epi16(rows[1], rows[3]),
            .c57 = _mm_unpackhi_epi16(rows[5], rows[7]),
        };
        transform(matrix, few, pairs, high);
    }
    for (int i = 0; i < 8; i++) {
        if (i >= side)
            lines[i] = zero;
        else
            lines[i] = _mm_packs_epi32(rounded(low[i], matrix->columns_bits),
                                       few ? zero : rounded(high[i], matrix->columns_bits));
    }
    for (int first = 0; first < side; first += 4) {
        vector sums[8];
        transform(matrix, few, turned(lines + first), sums);
        if (side == 2)
            sums[2] = sums[3] = zero;
        vector left = samples_of(sums, matrix->rows_bits);
        uint8_t *line = target + first * stride;
        if (side == 8) {
            vector right = samples_of(sums + 4, matrix->rows_bits);
            store_lines(_mm_unpacklo_epi32(left, right), _mm_unpackhi_epi32(left, right), line, stride);
            continue;
        }
        for (int i = 0; i < side; i++) {
            int32_t samples = _mm_cvtsi128_si32(left);
            memcpy(line + i * stride, &samples, (size_t)side);
            left = _mm_srli_si128(left, 4);
        }
    }
}

/* A block without detail. */
inlined void fill(int side, int value, uint8_t *target, ptrdiff_t stride)
{
    int sample = ((int16_t)value + 4) >> 3;
    sample = (sample < -128 ? -128 : sample > 127 ? 127 : sample) + 128;
    for (int i = 0; i < side; i++)
        memset(target + i * stride, sample, (size_t)side);
}

/* Afterwards the first so many rows of coefficients are 0. */
inlined void clear(int16_t *coefficients, int rows)
{
    for (int i = 0; i < rows; i++)
        _mm_storeu_si128((__m128i *)coefficients + i, _mm_setzero_si128());
}

inlined void samples(const struct matrix *matrix, int16_t *coefficients, const int16_t *steps, int count, uint8_t *target,
                     ptrdiff_t stride)
{
    if (count <= 1) {
        fill(matrix->side, coefficients[0] * steps[0], target, stride);
        coefficients[0] = 0;
        return;
    }
    bool few = count <= matrix->few;
    if (few)
        inverse(matrix, true, coefficients, steps, target, stride);
    else
        inverse(matrix, false, coefficients, steps, target, stride);
    clear(coefficients, few ? 5 : 8);
}

void spool_jpeg_whole_sse2(int16_t *coefficients, const int16_t *steps, int count, uint8_t *target, ptrdiff_t stride)
{
    samples(&whole, coefficients, steps, count, target, stride);
}

void spool_jpeg_whole(int16_t *coefficients, const int16_t *steps, int count, uint8_t *target, ptrdiff_t stride)
{
    if (count <= 1 || !__builtin_cpu_supports("avx2")) {
        spool_jpeg_whole_sse2(coefficients, steps, count, target, stride);
        return;
    }
    spool_jpeg_whole_avx2(coefficients, steps, target, stride);
    clear(coefficients, 8);
}

void spool_jpeg_half(int16_t *coefficients, const int16_t *steps, int count, uint8_t *target, ptrdiff_t stride)
{
    samples(&half, coefficients, steps, count, target, stride);
}

void spool_jpeg_quarter(int16_t *coefficients, const int16_t *steps, int count, uint8_t *target, ptrdiff_t stride)
{
    samples(&quarter, coefficients, steps, count, target, stride);
}

void spool_jpeg_forward_sse2(int blocks, const uint8_t *samples, ptrdiff_t stride, const uint16_t *divisors,
                             int16_t *coefficients, uint64_t *present)
{
    const __m128i *by = (const __m128i *)divisors;
    for (int block = 0; block < blocks; block++) {
        vector rows[8], lines[8];
        for (int i = 0; i < 8; i++)
            rows[i] = _mm_loadl_epi64((const __m128i *)(samples + i * stride));
        spread(rows, lines);
        forward(lines, true);
        transpose(lines);
        forward(lines, false);
        uint64_t found = 0;
        for (int i = 0; i < 8; i++) {
            lines[i] = divided(lines[i], _mm_loadu_si128(by + i), _mm_loadu_si128(by + 8 + i), _mm_loadu_si128(by + 16 + i));
            _mm_storeu_si128((__m128i *)coefficients + i, lines[i]);
        }
        for (int i = 0; i < 8; i += 2) {
            vector zeros = _mm_cmpeq_epi8(_mm_packs_epi16(lines[i], lines[i + 1]), _mm_setzero_si128());
            found |= (uint64_t)(uint16_t)~_mm_movemask_epi8(zeros) << 8 * i;
        }
        present[block] = found;
        samples += 8;
        coefficients += 64;
    }
}

void spool_jpeg_forward(int blocks, const uint8_t *samples, ptrdiff_t stride, const uint16_t *divisors,
                        int16_t *coefficients, uint64_t *present)
{
    int paired = __builtin_cpu_supports("avx2") ? blocks / 2 * 2 : 0;
    if (paired > 0)
        spool_jpeg_forward_avx2(paired / 2, samples, stride, divisors, coefficients, present);
    spool_jpeg_forward_sse2(blocks - paired, samples + 8 * paired, stride, divisors, coefficients + 64 * paired,
                            present + paired);
}
#endif
