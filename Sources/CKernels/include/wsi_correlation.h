// Kernels of convolution for maps in channels-last order, in float32.
//
// One text is compiled for the baseline instruction set, for AVX2 with fused multiply-add, and for AVX-512.
// Unlike the stain kernels the copies differ in the last digits, since a fused operation rounds once and not
// twice; within one copy the digits depend on the operands alone.
#pragma once
#include <stddef.h>

#if defined(__cplusplus)
extern "C" {
#endif

/// out(y, x, o) = sum over (ky, kx, i) of
///     weight(o, i, ky, kx) in(y stride + ky - top, x stride + kx - left, i),
/// zero outside the input. `top` and `left` may be negative, and the last rows of the input may be unused.
typedef struct {
    ptrdiff_t height, width, inputs;
    ptrdiff_t out_height, out_width, outputs;
    ptrdiff_t rows, columns, stride;
    ptrdiff_t top, left;
    /// Floats from one image, line, pixel of the output to the next: the output may be every second pixel of
    /// a larger map.
    ptrdiff_t out_image, out_line, out_pixel;
} wsi_correlation;

/// What happens to a sum before it is stored, in this order; null pointers leave a step out. `bias`, one for
/// each output, is added. Negative values are multiplied with `*slope`; NaN stays NaN. `addend`, laid out as the
/// output, is added. Where `gate`, laid out as the output, is not above 0, the value is multiplied with
/// `gate_slope`.
typedef struct {
    const float *bias;
    const float *slope;
    const float *addend;
    const float *gate;
    float gate_slope;
    /// wsi_winograd alone, on outputs of even sizes: stores the maximum of every cell of 2 x 2, NaN if it has one.
    /// `out_image` and `out_line` are those of the halved map.
    int halves;
} wsi_finish;

/// Windows higher than this are not supported.
enum { WSI_WINDOW_LIMIT = 64 };

/// Floats of scratch memory for wsi_correlate and wsi_correlate_weights on at most `lines` output lines.
size_t wsi_correlate_scratch(const wsi_correlation *shape, ptrdiff_t lines);

/// Computes outputs `first_output` ..< `last_output` of the lines `first_line` ..< `last_line`, numbered
/// through all images. `first_output` is a multiple of 16, and `last_output` too unless it is the last.
///
/// `packed` holds panels of 16 outputs, then one of 8 and one of 4 as needed for the rest: in each, the
/// weights in order (ky, kx, i, output).
void wsi_correlate(
    const wsi_correlation *shape, const float *input, const float *packed, wsi_finish finish, float *output,
    ptrdiff_t first_line, ptrdiff_t last_line, ptrdiff_t first_output, ptrdiff_t last_output, float *scratch);

/// Adds the share of the given output lines to the gradient by the weights of the given outputs: sums
/// (ky, kx, i, output), the number of outputs rounded up to a multiple of 4. `first_output` is a multiple
/// of 16.
/// `cotangent` lies as `shape` describes the output.
void wsi_correlate_weights(
    const wsi_correlation *shape, const float *input, const float *cotangent, float *sums,
    ptrdiff_t first_line, ptrdiff_t last_line, ptrdiff_t first_output, ptrdiff_t last_output, float *scratch);

/// Floats of scratch memory for wsi_winograd on blocks of `tiles` tiles and `outputs` outputs.
size_t wsi_winograd_scratch(const wsi_correlation *shape, ptrdiff_t tiles, ptrdiff_t outputs);

/// The same result for 3 x 3 windows and stride 1 by Winograd's F(4 x 4, 3 x 3): 36 instead of 144
/// multiplications for each 4 x 4 tile of the output (Lavin and Gray 2016, section 4.3). Tiles are numbered
/// through lines of tiles and images.
///
/// `packed` holds 36 planes of transformed weights, each packed as for wsi_correlate with a 1 x 1 window.
void wsi_winograd(
    const wsi_correlation *shape, const float *input, const float *packed, wsi_finish finish, float *output,
    ptrdiff_t first_tile, ptrdiff_t last_tile, ptrdiff_t first_output, ptrdiff_t last_output, float *scratch);

#if defined(__cplusplus)
}
#endif
