// Winograd's F(4 x 4, 3 x 3) with the points 0, 1, -1, 2, -2 and infinity. Included by
// correlation_kernels.h for each instruction set, with WIDE, the channels transformed at once, defined.

typedef float KERNEL(wide) __attribute__((vector_size(WIDE * sizeof(float))));
typedef int32_t KERNEL(wide_mask) __attribute__((vector_size(WIDE * sizeof(float))));

// One dimension of the input transform, B^T d (Lavin and Gray 2016, section 4.3), sharing terms.
#define TRANSFORM_INPUT(d0, d1, d2, d3, d4, d5, o0, o1, o2, o3, o4, o5)                                     \
    do {                                                                                                    \
        KERNEL(wide) even_ = (d4) - 4.0f * (d2), odd_ = (d3) - 4.0f * (d1);                                 \
        KERNEL(wide) outer_ = (d4) - (d2), twice_ = 2.0f * ((d3) - (d1));                                   \
        (o0) = 4.0f * (d0) + ((d4) - 5.0f * (d2));                                                          \
        (o1) = even_ + odd_;                                                                                \
        (o2) = even_ - odd_;                                                                                \
        (o3) = outer_ + twice_;                                                                             \
        (o4) = outer_ - twice_;                                                                             \
        (o5) = 4.0f * (d1) + ((d5) - 5.0f * (d3));                                                          \
    } while (0)

// One dimension of the output transform, A^T m.
#define TRANSFORM_OUTPUT(m0, m1, m2, m3, m4, m5, o0, o1, o2, o3)                                            \
    do {                                                                                                    \
        KERNEL(wide) sum_ = (m1) + (m2), difference_ = (m1) - (m2);                                         \
        KERNEL(wide) sum2_ = (m3) + (m4), difference2_ = (m3) - (m4);                                       \
        (o0) = (m0) + (sum_ + sum2_);                                                                       \
        (o1) = difference_ + 2.0f * difference2_;                                                           \
        (o2) = sum_ + 4.0f * sum2_;                                                                         \
        (o3) = (m5) + (difference_ + 8.0f * difference2_);                                                  \
    } while (0)

// The larger one; a NaN wins and stays.
#define LARGER(largest, value)                                                                              \
    ({                                                                                                      \
        KERNEL(wide) a_ = (largest), b_ = (value);                                                          \
        KERNEL(wide_mask) wins_ = (b_ > a_) | (b_ != b_);                                                   \
        (KERNEL(wide))((wins_ & (KERNEL(wide_mask))b_) | (~wins_ & (KERNEL(wide_mask))a_));                 \
    })

KERNEL_TARGET static void KERNEL(winograd_input)(
    const float *corner, ptrdiff_t line, ptrdiff_t pixel, ptrdiff_t channels, float *target, ptrdiff_t plane
) {
    for (ptrdiff_t i = 0; i < channels; i += WIDE) {
        KERNEL(wide) half[6][6];
        UNROLL_ALL for (int x = 0; x < 6; x++) {
            KERNEL(wide) d[6];
            UNROLL_ALL for (int y = 0; y < 6; y++)
                memcpy(&d[y], corner + y * line + x * pixel + i, sizeof d[y]);
            TRANSFORM_INPUT(d[0], d[1], d[2], d[3], d[4], d[5],
                half[0][x], half[1][x], half[2][x], half[3][x], half[4][x], half[5][x]);
        }
        UNROLL_ALL for (int y = 0; y < 6; y++) {
            KERNEL(wide) o[6];
            TRANSFORM_INPUT(half[y][0], half[y][1], half[y][2], half[y][3], half[y][4], half[y][5],
                o[0], o[1], o[2], o[3], o[4], o[5]);
            UNROLL_ALL for (int x = 0; x < 6; x++)
                memcpy(target + (y * 6 + x) * plane + i, &o[x], sizeof o[x]);
        }
    }
}

// `height` x `width` of the tile's 4 x 4 pixels exist; even numbers if the result is halved.
KERNEL_TARGET static void KERNEL(winograd_output)(
    const float *source, ptrdiff_t plane, ptrdiff_t channels, wsi_finish finish, float *corner,
    ptrdiff_t line, ptrdiff_t pixel, ptrdiff_t height, ptrdiff_t width
) {
    const int joins = finish.addend || finish.gate;
    KERNEL(wide) cell = {0}, above[4];
    for (ptrdiff_t o = 0; o < channels; o += WIDE) {
        KERNEL(wide) half[4][6], bias = {0};
        const size_t bytes = (channels - o < WIDE ? channels - o : WIDE) * sizeof(float);
        if (finish.bias) memcpy(&bias, finish.bias + o, bytes);
        UNROLL_ALL for (int x = 0; x < 6; x++) {
            KERNEL(wide) m[6];
            UNROLL_ALL for (int y = 0; y < 6; y++)
                memcpy(&m[y], source + (y * 6 + x) * plane + o, sizeof m[y]);
            TRANSFORM_OUTPUT(m[0], m[1], m[2], m[3], m[4], m[5],
                half[0][x], half[1][x], half[2][x], half[3][x]);
        }
        UNROLL_ALL for (int y = 0; y < 4; y++) {
            if (y >= height) break;
            KERNEL(wide) result[4];
            TRANSFORM_OUTPUT(half[y][0], half[y][1], half[y][2], half[y][3], half[y][4], half[y][5],
                result[0], result[1], result[2], result[3]);
            UNROLL_ALL for (int x = 0; x < 4; x++) {
                if (x >= width) break;
                KERNEL(wide) value = result[x] + bias;
                if (finish.slope) value = RECTIFIED(KERNEL(wide), KERNEL(wide_mask), value, *finish.slope);
                if (finish.halves) {
                    // The pixels of a cell in reading order: two of the line above, the one on the left, this one.
                    if (y % 2 == 0) above[x] = value;
                    else if (x % 2 == 0) cell = LARGER(LARGER(above[x], above[x + 1]), value);
                    else {
                        cell = LARGER(cell, value);
                        memcpy(corner + y / 2 * line + x / 2 * pixel + o, &cell, bytes);
                    }
                    continue;
                }
                const ptrdiff_t offset = y * line + x * pixel + o;
                if (bytes == sizeof value) {
                    if (joins)
                        value = JOINED(KERNEL(wide), KERNEL(wide_mask), value, finish, offset, sizeof value);
                    memcpy(corner + offset, &value, sizeof value);
                } else {
                    if (joins) value = JOINED(KERNEL(wide), KERNEL(wide_mask), value, finish, offset, bytes);
                    memcpy(corner + offset, &value, bytes);
                }
            }
        }
    }
}

KERNEL_TARGET static void KERNEL(winograd_products)(
    ptrdiff_t tiles, ptrdiff_t inputs, ptrdiff_t outputs, const float *packed, ptrdiff_t packed_plane,
    const float *v, ptrdiff_t v_tile, ptrdiff_t v_plane, float *m, ptrdiff_t m_tile, ptrdiff_t m_plane
) {
    const ptrdiff_t none = 0;
    ptrdiff_t a_row[MOST_ROWS], out_row[MOST_ROWS];
    for (ptrdiff_t row = 0; row < MOST_ROWS; row++) {
        a_row[row] = row * v_tile;
        out_row[row] = row * m_tile;
    }
    for (ptrdiff_t point = 0; point < 36; point++) {
        for (ptrdiff_t o = 0, width; o < outputs; o += width) {
            width = KERNEL(tile_width)(outputs - o);
            const ptrdiff_t rows = KERNEL(tile_rows)(width);
            tile_product p = {.a_row = a_row, .a_segment = &none, .a_step = 1,
                .b = packed + point * packed_plane + o * inputs, .b_segment = &none,
                .b_step = width < 16 ? width : 16, .b_part = 16 * inputs,
                .count = inputs, .segments = 1, .out_row = out_row, .lanes = width};
            for (ptrdiff_t tile = 0; tile < tiles; tile += rows) {
                p.a = v + point * v_plane + tile * v_tile;
                p.out = m + point * m_plane + tile * m_tile + o;
                KERNEL(product)(&p, tiles - tile < rows ? tiles - tile : rows, width);
            }
        }
    }
}

KERNEL_TARGET static void KERNEL(winograd)(
    const wsi_correlation *c, const float *input, const float *packed, wsi_finish finish, float *output,
    ptrdiff_t first_tile, ptrdiff_t last_tile, ptrdiff_t first_output, ptrdiff_t last_output, float *scratch
) {
    const ptrdiff_t tiles = last_tile - first_tile, outputs = last_output - first_output;
    const winograd_scratch s = winograd_scratch_for(c, tiles, outputs, scratch);
    tile_cursor at = tile_at(c, first_tile);
    for (ptrdiff_t tile = 0; tile < tiles; tile++, tile_advance(c, &at)) {
        ptrdiff_t line = c->width * c->inputs, pixel = c->inputs;
        const float *corner = tile_input(c, input, &at, s.border, &line, &pixel);
        KERNEL(winograd_input)(corner, line, pixel, c->inputs, s.v + tile * s.v_tile, s.v_plane);
    }
    const ptrdiff_t packed_plane = round_up(c->outputs, 4) * c->inputs;
    KERNEL(winograd_products)(
        tiles, c->inputs, outputs, packed + first_output * c->inputs, packed_plane,
        s.v, s.v_tile, s.v_plane, s.m, s.m_tile, s.m_plane);
    at = tile_at(c, first_tile);
    for (ptrdiff_t tile = 0; tile < tiles; tile++, tile_advance(c, &at)) {
        const ptrdiff_t y = finish.halves ? at.y / 2 : at.y, x = finish.halves ? at.x / 2 : at.x;
        const ptrdiff_t corner = at.image * c->out_image + y * c->out_line + x * c->out_pixel + first_output;
        KERNEL(winograd_output)(
            s.m + tile * s.m_tile, s.m_plane, outputs, finish_from(finish, first_output, corner),
            output + corner, c->out_line, c->out_pixel, c->out_height - at.y, c->out_width - at.x);
    }
}

#undef LARGER
#undef TRANSFORM_INPUT
#undef TRANSFORM_OUTPUT
