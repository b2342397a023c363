/*
 * The forward transform, for one block in each lane of 128 bits. Include it after lanes.h.
 */

/* Columns of eight bytes as eight lines of words. */
inlined void spread(const vector rows[8], vector columns[8])
{
    const vector zero = on(zero)();
    vector pairs[4], even[2], odd[2];
    for (int i = 0; i < 4; i++)
        pairs[i] = on(unpacklo_epi8)(rows[i], rows[i + 4]);
    even[0] = on(unpacklo_epi8)(pairs[0], pairs[2]);
    even[1] = on(unpackhi_epi8)(pairs[0], pairs[2]);
    odd[0] = on(unpacklo_epi8)(pairs[1], pairs[3]);
    odd[1] = on(unpackhi_epi8)(pairs[1], pairs[3]);
    for (int i = 0; i < 2; i++) {
        vector first = on(unpacklo_epi8)(even[i], odd[i]), second = on(unpackhi_epi8)(even[i], odd[i]);
        columns[4 * i] = on(unpacklo_epi8)(first, zero);
        columns[4 * i + 1] = on(unpackhi_epi8)(first, zero);
        columns[4 * i + 2] = on(unpacklo_epi8)(second, zero);
        columns[4 * i + 3] = on(unpackhi_epi8)(second, zero);
    }
}

/* Eight lines of eight words: rows become columns. */
inlined void transpose(vector lines[8])
{
    vector pairs[8], fours[8];
    for (int i = 0; i < 4; i++) {
        pairs[2 * i] = on(unpacklo_epi16)(lines[i], lines[i + 4]);
        pairs[2 * i + 1] = on(unpackhi_epi16)(lines[i], lines[i + 4]);
    }
    for (int i = 0; i < 4; i++) {
        fours[2 * i] = on(unpacklo_epi16)(pairs[i], pairs[i + 4]);
        fours[2 * i + 1] = on(unpackhi_epi16)(pairs[i], pairs[i + 4]);
    }
    for (int i = 0; i < 4; i++) {
        lines[2 * i] = on(unpacklo_epi16)(fours[i], fours[i + 4]);
        lines[2 * i + 1] = on(unpackhi_epi16)(fours[i], fours[i + 4]);
    }
}

/* Pairs of words times their factors, of the lower and the upper half of each lane, rounded to words. */
inlined vector sum_of_products(const vector low[], const vector high[], const vector by[], int pairs, int bits)
{
    vector lower = on(madd_epi16)(low[0], by[0]), upper = on(madd_epi16)(high[0], by[0]);
    for (int i = 1; i < pairs; i++) {
        lower = on(add_epi32)(lower, on(madd_epi16)(low[i], by[i]));
        upper = on(add_epi32)(upper, on(madd_epi16)(high[i], by[i]));
    }
    return on(packs_epi32)(rounded(lower, bits), rounded(upper, bits));
}

/*
 * lines: samples 0 ... 7 of each word's row or column, then its coefficients. samples: whether they are samples of
 * 0 ... 255, which count from -128, and not sums of the first direction.
 */
inlined void forward(vector lines[8], bool samples)
{
    vector sums[4], differences[4];
    for (int i = 0; i < 4; i++) {
        sums[i] = on(add_epi16)(lines[i], lines[7 - i]);
        differences[i] = on(sub_epi16)(lines[i], lines[7 - i]);
    }
    const int bits = samples ? forward_rows_bits : forward_columns_bits;
    vector outer = on(add_epi16)(sums[0], sums[3]), inner = on(add_epi16)(sums[1], sums[2]);
    vector all = on(add_epi16)(outer, inner), fourth = on(sub_epi16)(outer, inner);
    if (samples) {
        lines[0] = on(slli_epi16)(on(sub_epi16)(all, on(set1_epi16)(8 * 128)), 2);
        lines[4] = on(slli_epi16)(fourth, 2);
    } else {
        lines[0] = on(srai_epi16)(on(add_epi16)(all, on(set1_epi16)(2)), 2);
        lines[4] = on(srai_epi16)(on(add_epi16)(fourth, on(set1_epi16)(2)), 2);
    }
    vector first = on(sub_epi16)(sums[0], sums[3]), second = on(sub_epi16)(sums[1], sums[2]);
    vector low[2] = {on(unpacklo_epi16)(first, second)}, high[2] = {on(unpackhi_epi16)(first, second)};
    for (int i = 1; i < 4; i += 2) {
        const int16_t pair[2] = {whole.even[0][i], whole.even[1][i]};
        const vector by[1] = {factors(pair)};
        lines[2 * i] = sum_of_products(low, high, by, 1, bits);
    }
    for (int i = 0; i < 2; i++) {
        low[i] = on(unpacklo_epi16)(differences[2 * i], differences[2 * i + 1]);
        high[i] = on(unpackhi_epi16)(differences[2 * i], differences[2 * i + 1]);
    }
    for (int i = 0; i < 4; i++) {
        /* The matrix of the odd ones is the same in both directions. */
        const vector by[2] = {factors(whole.odd[i]), factors(whole.odd[i] + 2)};
        lines[2 * i + 1] = sum_of_products(low, high, by, 2, bits);
    }
}

/* Rounded quotients, away from 0 at a half. */
inlined vector divided(vector values, vector half, vector reciprocal, vector scale)
{
    vector signs = on(srai_epi16)(values, 15);
    vector sum = on(add_epi16)(on(sub_epi16)(on(xor)(values, signs), signs), half);
    vector quotients = on(mulhi_epu16)(on(mulhi_epu16)(sum, reciprocal), scale);
    return on(sub_epi16)(on(xor)(quotients, signs), signs);
}
