// The one inner loop of all convolutions: a small tile of a matrix product, kept in registers,
//   tile(m, n) = sum over segments s and steps k of
//                a[row(m) + a_segment(s) + k a_step] b[b_segment(s) + k b_step + n].
// Rows of `a` lie anywhere, so no operand is ever copied into another order: a row is a pixel's patch, a tile
// of Winograd, or one element of all patches.
//
// Included once for each width of the tile, with
//   TILE_NAME(name)  the name of this copy
//   TILE_WIDTH       outputs in one vector of `b`: 4, 8 or 16
//   TILE_PARTS       vectors side by side, `b_part` floats apart
//   TILE_ROWS        most rows of `a` at once, chosen so that the tile fits the registers
// besides KERNEL_TARGET. One row fewer than TILE_ROWS, down to one, serves the end of a loop.

#define TILE_VECTOR TILE_NAME(vector)
typedef float TILE_VECTOR __attribute__((vector_size(TILE_WIDTH * sizeof(float))));
typedef int32_t TILE_NAME(mask) __attribute__((vector_size(TILE_WIDTH * sizeof(float))));

KERNEL_TARGET static inline __attribute__((always_inline)) void TILE_NAME(body)(
    const tile_product *p, const ptrdiff_t rows, const ptrdiff_t a_step, const ptrdiff_t b_step
) {
    const int is_packed = a_step == 1 && b_step == TILE_WIDTH;
    TILE_VECTOR sum[TILE_ROWS][TILE_PARTS];
    UNROLL_ALL for (int m = 0; m < rows; m++)
        UNROLL_ALL for (int q = 0; q < TILE_PARTS; q++) sum[m][q] = (TILE_VECTOR){0};

    for (ptrdiff_t s = 0; s < p->segments; s++) {
        const float *row[TILE_ROWS];
        UNROLL_ALL for (int m = 0; m < rows; m++) row[m] = p->a + p->a_row[m] + p->a_segment[s];
        const float *b = p->b + p->b_segment[s];
        ptrdiff_t at = 0;
        UNROLL_FOUR for (ptrdiff_t k = 0; k < p->count; k++) {
            TILE_VECTOR right[TILE_PARTS];
            UNROLL_ALL for (int q = 0; q < TILE_PARTS; q++) {
                memcpy(&right[q], b + q * p->b_part, sizeof right[q]);
                if (is_packed && TILE_WIDTH == 16)
                    __builtin_prefetch(b + q * p->b_part + STEPS_AHEAD * TILE_WIDTH);
            }
            UNROLL_ALL for (int m = 0; m < rows; m++) {
                const float left = row[m][at];
                UNROLL_ALL for (int q = 0; q < TILE_PARTS; q++) sum[m][q] += left * right[q];
            }
            at += a_step;
            b += b_step;
        }
    }

    const int joins = p->finish.addend || p->finish.gate;
    // Nothing to add, as in every product of Winograd: a path without questions, 5 % of VGG19's time.
    const int is_bare = p->lanes == TILE_WIDTH * TILE_PARTS && !p->accumulates && !p->finish.bias
        && !p->finish.slope && !joins;
    if (is_bare) {
        UNROLL_ALL for (int m = 0; m < rows; m++)
            UNROLL_ALL for (int q = 0; q < TILE_PARTS; q++)
                memcpy(p->out + p->out_row[m] + q * TILE_WIDTH, &sum[m][q], sizeof sum[m][q]);
        return;
    }
    UNROLL_ALL for (int q = 0; q < TILE_PARTS; q++) {
        const ptrdiff_t left = p->lanes - q * TILE_WIDTH;
        const size_t bytes = (left < TILE_WIDTH ? left : TILE_WIDTH) * sizeof(float);
        TILE_VECTOR bias = {0};
        if (p->finish.bias) memcpy(&bias, p->finish.bias + q * TILE_WIDTH, bytes);
        UNROLL_ALL for (int m = 0; m < rows; m++) {
            float *target = p->out + p->out_row[m] + q * TILE_WIDTH;
            TILE_VECTOR value = sum[m][q];
            if (p->accumulates) {
                TILE_VECTOR old;
                memcpy(&old, target, sizeof old);
                value += old;
            }
            value += bias;
            if (p->finish.slope) value = RECTIFIED(TILE_VECTOR, TILE_NAME(mask), value, *p->finish.slope);
            const ptrdiff_t offset = p->out_row[m] + q * TILE_WIDTH;
            if (bytes == sizeof value) {
                if (joins) value = JOINED(TILE_VECTOR, TILE_NAME(mask), value, p->finish, offset, sizeof value);
                memcpy(target, &value, sizeof value);
            } else {
                if (joins) value = JOINED(TILE_VECTOR, TILE_NAME(mask), value, p->finish, offset, bytes);
                memcpy(target, &value, bytes);
            }
        }
    }
}

#define TILE_CASE(rows_)                                                                                    \
    case rows_:                                                                                             \
        if (rows_ <= TILE_ROWS) {                                                                           \
            if (is_packed)                                                                                  \
                TILE_NAME(body)(p, rows_ <= TILE_ROWS ? rows_ : 1, 1, TILE_WIDTH);                          \
            else                                                                                            \
                TILE_NAME(body)(p, rows_ <= TILE_ROWS ? rows_ : 1, p->a_step, p->b_step);                   \
        }                                                                                                   \
        break;

KERNEL_TARGET static void TILE_NAME(product)(const tile_product *p, ptrdiff_t rows) {
    const int is_packed = p->a_step == 1 && p->b_step == TILE_WIDTH;
    switch (rows) {
        TILE_CASE(1) TILE_CASE(2) TILE_CASE(3) TILE_CASE(4) TILE_CASE(5) TILE_CASE(6)
        TILE_CASE(7) TILE_CASE(8) TILE_CASE(9) TILE_CASE(10) TILE_CASE(11) TILE_CASE(12)
    }
}

#undef TILE_CASE
#undef TILE_VECTOR
#undef TILE_NAME
#undef TILE_WIDTH
#undef TILE_PARTS
#undef TILE_ROWS
