// Numeric kernels that Swift cannot express without losing SIMD width or run-time dispatch.
//
// Every stain kernel exists twice, for the baseline instruction set of the target and for AVX2, from one
// source text that uses neither fused multiply-add nor reordering, so that both copies give the same bytes.
// Sums run over eight fixed lanes and fixed blocks of pixels: they depend on nothing but the data. The
// convolution kernels have a third copy for AVX-512, and their copies differ in the last digits.
#pragma once
#include "wsi_correlation.h"
#include <stddef.h>
#include <stdint.h>

#if defined(__cplusplus)
extern "C" {
#endif

/// Which copy of the kernels runs.
enum wsi_simd_path {
    WSI_SIMD_BASELINE = 0,
    /// AVX2 with fused multiply-add.
    WSI_SIMD_AVX2 = 1,
    /// AVX-512 F, DQ, BW and VL; stain kernels run their AVX2 copy.
    WSI_SIMD_AVX512 = 2,
};

/// Forces one copy, for tests and measurements; a copy that the processor cannot run is refused.
/// Returns the copy in effect afterwards.
int wsi_simd_force(int path);
/// The same for the calling thread alone; a path that is none ends it. Returns the copy in effect here.
int wsi_simd_force_here(int path);
/// The copy in effect: the best the processor runs, unless another was forced.
int wsi_simd_path(void);

/// y[i] = exp(-x[i]) for x >= 0; relative error below 1.5e-7 (1 + x) up to x = 16, where it stops falling.
void wsi_exp_negative(const float *x, float *y, size_t count);

/// Number of pixels in a sample, and how many of them are tissue, and black tissue.
typedef struct {
    size_t pixels;
    size_t tissue;
    size_t black;
} wsi_sample_counts;

/// Optical density of every `step`-th pixel of every `step`-th row (pixels are `stride` bytes apart, the
/// first three being R, G, B), as three planes. Tissue fills the planes from the front, in reading order; the
/// rest fills them from the back. The planes hold ceil(width / step) * ceil(height / step) values.
///
/// A pixel is tissue when weight[r] + weight[256 + g] + weight[512 + b] < tissue_limit, and black when none
/// of its bytes is above `black_limit`.
wsi_sample_counts wsi_stain_sample(
    const uint8_t *pixels, size_t stride, size_t width, size_t height, size_t step, const float density[256],
    const int32_t weight[768], int32_t tissue_limit, uint8_t black_limit,
    float *red, float *green, float *blue);

/// Non-negative sparse codes for two unit atoms in closed form: everything that does not depend on the pixel.
typedef struct {
    float atom[2][3];
    /// Rows of the atoms' pseudo-inverse, and what lambda takes off on either side when both stains are
    /// present.
    float dual[2][3];
    float dual_offset;
    float lambda;
} wsi_two_stain_coder;

/// Sums over the pixels of a sample, for codes h and densities v.
typedef struct {
    double code[2];        // sum of h[j]
    double code_code[3];   // sum of h[0]^2, h[0] h[1], h[1]^2
    double code_density[2][3];
} wsi_code_sums;

wsi_code_sums wsi_stain_code_sums(
    const float *red, const float *green, const float *blue, size_t count, const wsi_two_stain_coder *coder);

/// Codes of `count` pixels.
void wsi_stain_codes(
    const float *red, const float *green, const float *blue, size_t count, const wsi_two_stain_coder *coder,
    float *first, float *second);

/// Replaces the stains of `count` interleaved RGB pixels: byte -> density[byte] -> codes h ->
/// 255 exp(-h . mixing), truncated to eight bits. `mixing` is the target's matrix with the gain of each stain
/// multiplied in, non-negative. `output` may be `input`.
void wsi_stain_replace(
    const uint8_t *input, uint8_t *output, size_t count, const float density[256],
    const wsi_two_stain_coder *coder, const float mixing[2][3]);

/// First and second moments of densities: sums of v[c] and of v[c]^2.
typedef struct {
    double sum[3];
    double square[3];
} wsi_density_sums;

wsi_density_sums wsi_density_moments(const float *red, const float *green, const float *blue, size_t count);

#if defined(__cplusplus)
}
#endif
