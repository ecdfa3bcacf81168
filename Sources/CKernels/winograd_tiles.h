// Tiles of Winograd's algorithm: where they lie, and the memory that a block of them needs.
#pragma once
#include "bands.h"

typedef struct {
    ptrdiff_t image, y, x;  // first output pixel of the tile
} tile_cursor;

static inline tile_cursor tile_at(const wsi_correlation *c, ptrdiff_t tile) {
    const ptrdiff_t across = (c->out_width + 3) / 4, down = (c->out_height + 3) / 4;
    return (tile_cursor){tile / (across * down), tile / across % down * 4, tile % across * 4};
}

static inline void tile_advance(const wsi_correlation *c, tile_cursor *at) {
    at->x += 4;
    if (at->x < c->out_width) return;
    at->x = 0;
    at->y += 4;
    if (at->y < c->out_height) return;
    at->y = 0;
    at->image += 1;
}

// The 6 x 6 pixels under a tile: in place if they all exist and full vectors can be read, else copied
// between zeros.
static inline const float *tile_input(
    const wsi_correlation *c, const float *input, const tile_cursor *at, float *border,
    ptrdiff_t *line, ptrdiff_t *pixel
) {
    const ptrdiff_t y = at->y - c->top, x = at->x - c->left;
    const float *image = input + at->image * c->height * c->width * c->inputs;
    if (y >= 0 && x >= 0 && y + 6 <= c->height && x + 6 <= c->width && c->inputs % 16 == 0)
        return image + (y * c->width + x) * c->inputs;
    *pixel = round_up(c->inputs, 16);
    *line = 6 * *pixel;
    memset(border, 0, 36 * *pixel * sizeof(float));
    for (ptrdiff_t row = 0; row < 6; row++) {
        if (y + row < 0 || y + row >= c->height) continue;
        for (ptrdiff_t column = 0; column < 6; column++) {
            if (x + column < 0 || x + column >= c->width) continue;
            memcpy(border + row * *line + column * *pixel,
                image + ((y + row) * c->width + x + column) * c->inputs, c->inputs * sizeof(float));
        }
    }
    return border;
}

typedef struct {
    float *border, *v, *m;
    ptrdiff_t v_tile, v_plane, m_tile, m_plane;
    size_t count;
} winograd_scratch;

// Planes are an odd number of cache lines apart: at a power of two, the 36 values of a channel would compete
// for one set of the cache.
enum { PLANE_GAP = 80 };

static inline winograd_scratch winograd_scratch_for(
    const wsi_correlation *c, ptrdiff_t tiles, ptrdiff_t outputs, float *scratch
) {
    winograd_scratch s = {.v_tile = round_up(c->inputs, 16), .m_tile = round_up(outputs, 16)};
    s.v_plane = tiles * s.v_tile + PLANE_GAP;
    s.m_plane = tiles * s.m_tile + PLANE_GAP;
    s.count = 36 * (s.v_tile + s.v_plane + s.m_plane);
    if (!scratch) return s;
    s.border = scratch;
    s.v = s.border + 36 * s.v_tile;
    s.m = s.v + 36 * s.v_plane;
    return s;
}
