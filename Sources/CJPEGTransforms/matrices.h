#pragma once

#include <stdint.h>

/*
 * One direction of a transform: sample i is the sum of the products of the even coefficients with even[i] and of the odd
 * ones with odd[i]; for sample side - 1 - i the odd sum is subtracted. The numbers are cosines times 2^13, rounded and
 * added up as in libjpeg's jidctint.c and jidctred.c: from them its results follow to the bit.
 */
struct matrix {
    int side;
    int16_t even[4][4], odd[4][4];
    /* The even sum counts so often: its first factor may have no room in 16 bits. */
    int even_shift;
    /* How many bits are rounded off after the columns and after the rows. */
    int columns_bits, rows_bits;
    /* Up to so many coefficients in the order of the file, those that count lie in the first four rows and columns. */
    int few;
};

static const struct matrix whole = {
    .side = 8,
    .even = {{8192, 10703, 8192, 4433}, {8192, 4433, -8192, -10704}, {8192, -4433, -8192, 10704}, {8192, -10703, 8192, -4433}},
    .odd = {{11363, 9633, 6437, 2260}, {9633, -2259, -11362, -6436}, {6437, -11362, 2261, 9633}, {2260, -6436, 9633, -11363}},
    .columns_bits = 11,
    .rows_bits = 18,
    .few = 10,
};

static const struct matrix half = {
    .side = 4,
    .even = {{16384, 15137, 0, -6270}, {16384, -15137, 0, 6270}},
    .odd = {{20995, 7373, -4926, -4176}, {8697, -17799, 11893, -1730}},
    .columns_bits = 12,
    .rows_bits = 19,
    .few = 15,
};

static const struct matrix quarter = {
    .side = 2,
    .even = {{16384, 0, 0, 0}},
    .odd = {{29692, -10426, 6967, -5906}},
    .even_shift = 1,
    .columns_bits = 13,
    .rows_bits = 20,
    .few = 15,
};

/*
 * From samples to coefficients, `whole` turned round: coefficient 2 * j is the sum of the products of the sums of samples
 * i and 7 - i with even[i][j], and coefficient 2 * j + 1 that of their differences with odd[i][j]. These many bits are
 * rounded off after the rows and after the columns, so that 8 times the coefficient is left.
 */
enum { forward_rows_bits = 11, forward_columns_bits = 15 };
