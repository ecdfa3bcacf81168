// The stain kernels for each instruction set, and the choice between them.
#include "CKernels.h"
#include "dispatch.h"
#include "lanes.h"

#if defined(__clang__)
#pragma clang fp contract(off)
#endif

#define KERNEL(name) baseline_##name
#define KERNEL_TARGET
#include "stain_kernels.h"
#undef KERNEL
#undef KERNEL_TARGET

#if WSI_HAS_X86_COPIES
#define KERNEL(name) avx2_##name
#define KERNEL_TARGET __attribute__((target("avx2")))
#include "stain_kernels.h"
#undef KERNEL
#undef KERNEL_TARGET
#define DISPATCH(name, ...) \
    (wsi_simd_path() >= WSI_SIMD_AVX2 ? avx2_##name(__VA_ARGS__) : baseline_##name(__VA_ARGS__))
#else
#define DISPATCH(name, ...) baseline_##name(__VA_ARGS__)
#endif

void wsi_exp_negative(const float *x, float *y, size_t count) { DISPATCH(exp_negative, x, y, count); }

wsi_code_sums wsi_stain_code_sums(
    const float *red, const float *green, const float *blue, size_t count, const wsi_two_stain_coder *coder
) {
    return DISPATCH(code_sums, red, green, blue, count, coder);
}

wsi_density_sums wsi_density_moments(const float *red, const float *green, const float *blue, size_t count) {
    return DISPATCH(density_moments, red, green, blue, count);
}

void wsi_stain_codes(
    const float *red, const float *green, const float *blue, size_t count, const wsi_two_stain_coder *coder,
    float *first, float *second
) {
    DISPATCH(codes, red, green, blue, count, coder, first, second);
}

void wsi_stain_replace(
    const uint8_t *input, uint8_t *output, size_t count, const float density[256],
    const wsi_two_stain_coder *coder, const float mixing[2][3]
) {
    DISPATCH(replace, input, output, count, density, coder, mixing);
}

// Table look-ups only: nothing here profits from vectors.
wsi_sample_counts wsi_stain_sample(
    const uint8_t *pixels, size_t stride, size_t width, size_t height, size_t step, const float density[256],
    const int32_t weight[768], int32_t tissue_limit, uint8_t black_limit,
    float *red, float *green, float *blue
) {
    const size_t columns = (width + step - 1) / step, rows = (height + step - 1) / step;
    size_t front = 0, back = columns * rows, black = 0;
    for (size_t row = 0; row < rows; row++) {
        const uint8_t *pixel = pixels + row * step * width * stride;
        for (size_t column = 0; column < columns; column++, pixel += step * stride) {
            const uint8_t r = pixel[0], g = pixel[1], b = pixel[2];
            // Tissue or not is hard to predict, so both places are computed and one is taken.
            const size_t is_tissue = weight[r] + weight[256 + g] + weight[512 + b] < tissue_limit;
            back -= 1 - is_tissue;
            const size_t place = is_tissue ? front : back;
            front += is_tissue;
            black += (r <= black_limit) & (g <= black_limit) & (b <= black_limit);
            red[place] = density[r];
            green[place] = density[g];
            blue[place] = density[b];
        }
    }
    return (wsi_sample_counts){.pixels = columns * rows, .tissue = front, .black = black};
}
