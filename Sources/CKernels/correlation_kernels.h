// Convolution over panels of packed weights. Included once for each instruction set, with
//   KERNEL(name), KERNEL_TARGET    as for the stain kernels
//   ROWS_16, ROWS_8, ROWS_4        rows of a tile whose vectors have this many outputs
//   HAS_PAIRS                      whether two panels of 16 fit the registers together
// defined.

#define TILE_NAME(name) KERNEL(name##_4)
#define TILE_WIDTH 4
#define TILE_PARTS 1
#define TILE_ROWS ROWS_4
#include "tile_product.h"

#define TILE_NAME(name) KERNEL(name##_8)
#define TILE_WIDTH 8
#define TILE_PARTS 1
#define TILE_ROWS ROWS_8
#include "tile_product.h"

#define TILE_NAME(name) KERNEL(name##_16)
#define TILE_WIDTH 16
#define TILE_PARTS 1
#define TILE_ROWS ROWS_16
#include "tile_product.h"

#if HAS_PAIRS
#define TILE_NAME(name) KERNEL(name##_32)
#define TILE_WIDTH 16
#define TILE_PARTS 2
#define TILE_ROWS ROWS_16
#include "tile_product.h"
#endif

// Outputs that the tile starting `rest` outputs before the end covers, and how many rows it can have.
static inline ptrdiff_t KERNEL(tile_width)(ptrdiff_t rest) {
    return HAS_PAIRS && rest >= 32 ? 32 : panel_width(rest);
}

static inline ptrdiff_t KERNEL(tile_rows)(ptrdiff_t width) {
    return width >= 16 ? ROWS_16 : width == 8 ? ROWS_8 : ROWS_4;
}

KERNEL_TARGET static void KERNEL(product)(const tile_product *p, ptrdiff_t rows, ptrdiff_t width) {
    switch (width) {
    case 4: KERNEL(product_4)(p, rows); break;
    case 8: KERNEL(product_8)(p, rows); break;
    case 16: KERNEL(product_16)(p, rows); break;
#if HAS_PAIRS
    case 32: KERNEL(product_32)(p, rows); break;
#endif
    }
}

KERNEL_TARGET static void KERNEL(correlate)(
    const wsi_correlation *c, const float *input, const float *packed, wsi_finish finish, float *output,
    ptrdiff_t first_line, ptrdiff_t last_line, ptrdiff_t first_output, ptrdiff_t last_output, float *scratch
) {
    const ptrdiff_t patch = c->rows * c->columns * c->inputs, run = c->columns * c->inputs;
    const band band = band_of_lines(c, input, first_line, last_line, scratch);
    ptrdiff_t a_segment[WSI_WINDOW_LIMIT], b_segment[WSI_WINDOW_LIMIT], a_row[MOST_ROWS], out_row[MOST_ROWS];
    tile_product p = {.a = band.start, .a_row = a_row, .a_segment = a_segment, .a_step = 1,
        .b_segment = b_segment, .count = run, .segments = c->rows, .out_row = out_row};

    for (ptrdiff_t o = first_output, width; o < last_output; o += width) {
        width = KERNEL(tile_width)(last_output - o);
        const ptrdiff_t panel = width < 16 ? width : 16, rows = KERNEL(tile_rows)(width);
        for (ptrdiff_t ky = 0; ky < c->rows; ky++) {
            a_segment[ky] = ky * band.line;
            b_segment[ky] = ky * run * panel;
        }
        p.b = packed + o * patch;
        p.b_step = panel;
        p.b_part = 16 * patch;
        p.out = output + o;
        p.lanes = last_output - o < width ? last_output - o : width;
        p.finish = finish_from(finish, o, o);

        cursor at = band_cursor(c, &band, first_line);
        for (ptrdiff_t left = (last_line - first_line) * c->out_width; left > 0;) {
            const ptrdiff_t taken = left < rows ? left : rows;
            for (ptrdiff_t m = 0; m < taken; m++) {
                a_row[m] = at.source;
                out_row[m] = at.target;
                cursor_advance(c, &band, &at);
            }
            KERNEL(product)(&p, taken, width);
            left -= taken;
        }
    }
}

KERNEL_TARGET static void KERNEL(correlate_weights)(
    const wsi_correlation *c, const float *input, const float *cotangent, float *sums,
    ptrdiff_t first_line, ptrdiff_t last_line, ptrdiff_t first_output, ptrdiff_t last_output, float *scratch
) {
    const ptrdiff_t patch = c->rows * c->columns * c->inputs, run = c->columns * c->inputs;
    const ptrdiff_t outputs = round_up(last_output - first_output, 4);
    const band band = band_of_lines(c, input, first_line, last_line, scratch);
    const lines right = full_lanes(c, cotangent, first_line, last_line, scratch + band.used);
    ptrdiff_t a_segment[LINES_AT_ONCE], b_segment[LINES_AT_ONCE], a_row[MOST_ROWS], out_row[MOST_ROWS];

    cursor at = band_cursor(c, &band, first_line);
    for (ptrdiff_t line = first_line; line < last_line; line += LINES_AT_ONCE) {
        const ptrdiff_t taken = last_line - line < LINES_AT_ONCE ? last_line - line : LINES_AT_ONCE;
        for (ptrdiff_t s = 0; s < taken; s++) {
            a_segment[s] = at.source;
            b_segment[s] = line_offset(c, &right, line + s);
            for (ptrdiff_t x = 0; x < c->out_width; x++) cursor_advance(c, &band, &at);
        }
        tile_product p = {.a = band.start, .a_row = a_row, .a_segment = a_segment,
            .a_step = c->stride * c->inputs, .b_segment = b_segment, .b_step = right.pixel, .b_part = 16,
            .count = c->out_width, .segments = taken, .out_row = out_row, .accumulates = 1};
        for (ptrdiff_t o = 0, width; o < outputs; o += width) {
            width = KERNEL(tile_width)(outputs - o);
            const ptrdiff_t rows = KERNEL(tile_rows)(width);
            p.b = right.start + first_output + o;
            p.out = sums + o;
            p.lanes = width;
            for (ptrdiff_t first = 0; first < patch; first += rows) {
                const ptrdiff_t count = patch - first < rows ? patch - first : rows;
                for (ptrdiff_t m = 0; m < count; m++) {
                    a_row[m] = (first + m) / run * band.line + (first + m) % run;
                    out_row[m] = (first + m) * outputs;
                }
                KERNEL(product)(&p, count, width);
            }
        }
    }
}

#include "winograd_kernels.h"

#undef ROWS_16
#undef ROWS_8
#undef ROWS_4
#undef HAS_PAIRS
#undef WIDE
