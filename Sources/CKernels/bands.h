// Where convolutions find the pixels of their windows: in the input itself, or in a copy of the needed lines
// with the zeros around them, so that no inner loop asks for borders.
#pragma once
#include "CKernels.h"
#include <stdint.h>
#include <string.h>

// A matrix product's tile; see tile_product.h.
typedef struct {
    const float *a;
    const ptrdiff_t *a_row, *a_segment;
    ptrdiff_t a_step;
    const float *b;
    const ptrdiff_t *b_segment;
    ptrdiff_t b_step, b_part;
    ptrdiff_t count, segments;
    float *out;
    const ptrdiff_t *out_row;
    ptrdiff_t lanes;  // outputs that exist
    int accumulates;
    wsi_finish finish;
} tile_product;

// STEPS_AHEAD: weights are asked for this many steps before they are used. Their panels stream from the second or
// third cache, and the processor's own guesses come too late: 12 to 24 steps made VGG19 4 to 7 % faster, 6 less.
enum { MOST_ROWS = 12, LINES_AT_ONCE = 64, STEPS_AHEAD = 20 };

#define UNROLL_ALL _Pragma("clang loop unroll(full)")
#define UNROLL_FOUR _Pragma("clang loop unroll_count(4)")

// Leaky ReLU. Slope 0 gives 0 even for minus infinity, and NaN, which is not below 0, stays.
#define RECTIFIED(type, mask, value, slope)                                                                 \
    ({                                                                                                      \
        mask below_ = (value) < 0.0f;                                                                       \
        type scaled_ = (slope) == 0 ? (type){0} : (value) * (slope);                                        \
        (type)((below_ & (mask)scaled_) | (~below_ & (mask)(value)));                                       \
    })

// The steps of wsi_finish that read maps laid out as the output, for `bytes` of a vector at `offset`.
#define JOINED(type, mask, value, finish, offset, bytes)                                                    \
    ({                                                                                                      \
        type joined_ = (value), other_ = {0};                                                               \
        if ((finish).addend) {                                                                              \
            memcpy(&other_, (finish).addend + (offset), (bytes));                                           \
            joined_ += other_;                                                                              \
        }                                                                                                   \
        if ((finish).gate) {                                                                                \
            memcpy(&other_, (finish).gate + (offset), (bytes));                                             \
            mask open_ = other_ > 0.0f;                                                                     \
            type scaled_ = (finish).gate_slope == 0 ? (type){0} : joined_ * (finish).gate_slope;                                                   \
            joined_ = (type)((open_ & (mask)joined_) | (~open_ & (mask)scaled_));                           \
        }                                                                                                   \
        joined_;                                                                                            \
    })

// The same for results that begin `offset` floats later.
static inline wsi_finish finish_from(wsi_finish finish, ptrdiff_t output, ptrdiff_t offset) {
    if (finish.bias) finish.bias += output;
    if (finish.addend) finish.addend += offset;
    if (finish.gate) finish.gate += offset;
    return finish;
}

static inline ptrdiff_t round_up(ptrdiff_t value, ptrdiff_t unit) { return (value + unit - 1) / unit * unit; }

// Outputs in the panel that starts `rest` outputs before the end.
static inline ptrdiff_t panel_width(ptrdiff_t rest) { return rest >= 16 ? 16 : rest > 4 ? 8 : 4; }

typedef struct {
    const float *start;
    ptrdiff_t line;     // floats from one line to the next
    ptrdiff_t used;     // floats of scratch memory
    int is_copy;
} band;

// Walks through the output pixels of consecutive lines: where each one's window and its result lie.
typedef struct {
    ptrdiff_t image, y, x;
    ptrdiff_t source, target;
    ptrdiff_t source_line, target_line;
} cursor;

static inline int reaches_border(const wsi_correlation *c) {
    return c->top > 0 || c->left > 0 || (c->out_height - 1) * c->stride + c->rows - c->top > c->height
        || (c->out_width - 1) * c->stride + c->columns - c->left > c->width;
}

// Lines of input under `lines` consecutive output lines of one image.
static inline ptrdiff_t lines_under(const wsi_correlation *c, ptrdiff_t lines) {
    return (lines - 1) * c->stride + c->rows;
}

static inline ptrdiff_t band_line(const wsi_correlation *c) {
    return ((c->out_width - 1) * c->stride + c->columns) * c->inputs;
}

// One line of the band: zeros where the window leaves the image.
static inline void copy_band_line(const wsi_correlation *c, const float *image, ptrdiff_t y, float *target) {
    const ptrdiff_t count = band_line(c), first = -c->left * c->inputs, line = c->width * c->inputs;
    if (y < 0 || y >= c->height) {
        memset(target, 0, count * sizeof(float));
        return;
    }
    const ptrdiff_t start = first < 0 ? (-first < count ? -first : count) : 0;
    ptrdiff_t end = line - first;
    end = end > count ? count : end < start ? start : end;
    memset(target, 0, start * sizeof(float));
    if (end > start) memcpy(target + start, image + y * line + first + start, (end - start) * sizeof(float));
    memset(target + end, 0, (count - end) * sizeof(float));
}

static inline band band_of_lines(
    const wsi_correlation *c, const float *input, ptrdiff_t first, ptrdiff_t last, float *scratch
) {
    const ptrdiff_t image_size = c->height * c->width * c->inputs;
    if (!reaches_border(c)) return (band){input, c->width * c->inputs, 0, 0};
    const ptrdiff_t length = band_line(c);
    float *target = scratch;
    for (ptrdiff_t line = first; line < last;) {
        const ptrdiff_t image = line / c->out_height, y = line % c->out_height;
        const ptrdiff_t rest = last - line, count = rest < c->out_height - y ? rest : c->out_height - y;
        for (ptrdiff_t under = 0; under < lines_under(c, count); under++, target += length)
            copy_band_line(c, input + image * image_size, y * c->stride - c->top + under, target);
        line += count;
    }
    return (band){scratch, length, target - scratch, 1};
}

static inline cursor band_cursor(const wsi_correlation *c, const band *b, ptrdiff_t line) {
    cursor at = {.image = line / c->out_height, .y = line % c->out_height, .x = 0};
    at.target_line = at.image * c->out_image + at.y * c->out_line;
    at.source_line = b->is_copy ? 0
        : at.image * c->height * b->line + (at.y * c->stride - c->top) * b->line - c->left * c->inputs;
    at.source = at.source_line;
    at.target = at.target_line;
    return at;
}

static inline void cursor_advance(const wsi_correlation *c, const band *b, cursor *at) {
    at->x += 1;
    at->source += c->stride * c->inputs;
    at->target += c->out_pixel;
    if (at->x < c->out_width) return;
    at->x = 0;
    at->y += 1;
    if (at->y < c->out_height) {
        at->source_line += c->stride * b->line;
        at->target_line += c->out_line;
    } else {
        // From the last window of an image to the first of the next.
        at->source_line += b->is_copy ? c->rows * b->line
            : (c->height - (c->out_height - 1) * c->stride) * b->line;
        at->y = 0;
        at->image += 1;
        at->target_line = at->image * c->out_image;
    }
    at->source = at->source_line;
    at->target = at->target_line;
}

// Lines of the output's size, whose pixels can be read in full vectors.
typedef struct {
    const float *start;
    ptrdiff_t pixel;
    ptrdiff_t first_line;  // of a copy
    int is_copy;
} lines;

static inline lines full_lanes(
    const wsi_correlation *c, const float *values, ptrdiff_t first, ptrdiff_t last, float *scratch
) {
    if (c->outputs % 4 == 0) return (lines){values, c->out_pixel, 0, 0};
    const ptrdiff_t pixel = round_up(c->outputs, 4);
    float *target = scratch;
    for (ptrdiff_t line = first; line < last; line++) {
        const ptrdiff_t image = line / c->out_height, y = line % c->out_height;
        const float *source = values + image * c->out_image + y * c->out_line;
        for (ptrdiff_t x = 0; x < c->out_width; x++, source += c->out_pixel, target += pixel) {
            memcpy(target, source, c->outputs * sizeof(float));
            memset(target + c->outputs, 0, (pixel - c->outputs) * sizeof(float));
        }
    }
    return (lines){scratch, pixel, first, 1};
}

static inline ptrdiff_t line_offset(const wsi_correlation *c, const lines *l, ptrdiff_t line) {
    return l->is_copy ? (line - l->first_line) * c->out_width * l->pixel
                      : line / c->out_height * c->out_image + line % c->out_height * c->out_line;
}
