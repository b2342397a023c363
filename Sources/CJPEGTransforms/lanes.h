/*
 * What 128 and 256 bits have in common: each instruction does the same in each lane of 128 bits. Include it once, with
 * `vector` (the type) and `on(name)` (the instruction) defined.
 */
#include "matrices.h"

#include <immintrin.h>
#include <stdbool.h>

#define inlined static inline __attribute__((always_inline))

/* Two factors for madd, which multiplies pairs and adds the products. */
inlined vector factors(const int16_t *pair)
{
    return on(set1_epi32)((int32_t)((uint32_t)(uint16_t)pair[1] << 16 | (uint16_t)pair[0]));
}

inlined vector rounded(vector sum, int bits)
{
    return on(srai_epi32)(on(add_epi32)(sum, on(set1_epi32)(1 << (bits - 1))), bits);
}

/* Pairs of coefficients, of four columns or rows in a lane. */
struct pairs {
    vector c02, c46, c13, c57;
};

/* sums[i]: sample i of each, not yet rounded. few: c46 and c57 are 0. */
inlined void transform(const struct matrix *matrix, bool few, struct pairs in, vector sums[8])
{
    for (int i = 0; i < matrix->side / 2; i++) {
        vector even = on(madd_epi16)(in.c02, factors(matrix->even[i]));
        vector odd = on(madd_epi16)(in.c13, factors(matrix->odd[i]));
        if (!few) {
            even = on(add_epi32)(even, on(madd_epi16)(in.c46, factors(matrix->even[i] + 2)));
            odd = on(add_epi32)(odd, on(madd_epi16)(in.c57, factors(matrix->odd[i] + 2)));
        }
        even = on(slli_epi32)(even, matrix->even_shift);
        sums[i] = on(add_epi32)(even, odd);
        sums[matrix->side - 1 - i] = on(sub_epi32)(even, odd);
    }
}

/* The pairs of four lines of 8 words in a lane, each of which becomes a column. */
inlined struct pairs turned(const vector lines[4])
{
    vector paired[4];
    for (int i = 0; i < 4; i++) {
        /* 0 2 1 3 4 6 5 7 */
        vector start = on(shufflelo_epi16)(lines[i], _MM_SHUFFLE(3, 1, 2, 0));
        paired[i] = on(shufflehi_epi16)(start, _MM_SHUFFLE(3, 1, 2, 0));
    }
    vector first = on(unpacklo_epi32)(paired[0], paired[1]), second = on(unpacklo_epi32)(paired[2], paired[3]);
    vector third = on(unpackhi_epi32)(paired[0], paired[1]), fourth = on(unpackhi_epi32)(paired[2], paired[3]);
    return (struct pairs){
        .c02 = on(unpacklo_epi64)(first, second),
        .c13 = on(unpackhi_epi64)(first, second),
        .c46 = on(unpacklo_epi64)(third, fourth),
        .c57 = on(unpackhi_epi64)(third, fourth),
    };
}

/* Four columns of four sums as four lines of four samples, in each lane. */
inlined vector samples_of(const vector sums[4], int bits)
{
    vector left = on(packs_epi32)(rounded(sums[0], bits), rounded(sums[1], bits));
    vector right = on(packs_epi32)(rounded(sums[2], bits), rounded(sums[3], bits));
    vector columns = on(add_epi8)(on(packs_epi16)(left, right), on(set1_epi8)(-128));
    vector halfway = on(unpacklo_epi8)(columns, on(unpackhi_epi64)(columns, columns));
    return on(unpacklo_epi8)(halfway, on(unpackhi_epi64)(halfway, halfway));
}
