// The convolution kernels for each instruction set, and the choice between them.
#include "CKernels.h"
#include "bands.h"
#include "dispatch.h"
#include "winograd_tiles.h"

#if defined(__clang__)
#pragma clang fp contract(fast)
#endif

#define KERNEL(name) baseline_##name
#define KERNEL_TARGET
#define ROWS_16 3
#define ROWS_8 6
#define ROWS_4 12
#define HAS_PAIRS 0
#define WIDE 4
#include "correlation_kernels.h"
#undef KERNEL
#undef KERNEL_TARGET

#if WSI_HAS_X86_COPIES
#define KERNEL(name) avx2_##name
#define KERNEL_TARGET __attribute__((target("avx2,fma")))
#define ROWS_16 6
#define ROWS_8 12
#define ROWS_4 12
#define HAS_PAIRS 0
#define WIDE 8
#include "correlation_kernels.h"
#undef KERNEL
#undef KERNEL_TARGET

#define KERNEL(name) avx512_##name
#define KERNEL_TARGET __attribute__((target("avx2,fma,avx512f,avx512dq,avx512bw,avx512vl")))
#define ROWS_16 12
#define ROWS_8 12
#define ROWS_4 12
#define HAS_PAIRS 1
#define WIDE 16
#include "correlation_kernels.h"
#undef KERNEL
#undef KERNEL_TARGET

#define DISPATCH(name, ...)                                                                                 \
    switch (wsi_simd_path()) {                                                                              \
    case WSI_SIMD_AVX512: avx512_##name(__VA_ARGS__); break;                                                \
    case WSI_SIMD_AVX2: avx2_##name(__VA_ARGS__); break;                                                    \
    default: baseline_##name(__VA_ARGS__);                                                                  \
    }
#else
#define DISPATCH(name, ...) baseline_##name(__VA_ARGS__)
#endif

size_t wsi_correlate_scratch(const wsi_correlation *c, ptrdiff_t lines) {
    // Every image touched needs its own lines above and below: at most one image more than fit in whole.
    const ptrdiff_t images = lines / c->out_height + 2;
    const ptrdiff_t under = lines * c->stride + images * c->rows;
    const ptrdiff_t band = reaches_border(c) ? under * band_line(c) : 0;
    return band + (c->outputs % 4 == 0 ? 0 : lines * c->out_width * round_up(c->outputs, 4));
}

void wsi_correlate(
    const wsi_correlation *shape, const float *input, const float *packed, wsi_finish finish, float *output,
    ptrdiff_t first_line, ptrdiff_t last_line, ptrdiff_t first_output, ptrdiff_t last_output, float *scratch
) {
    DISPATCH(correlate, shape, input, packed, finish, output, first_line, last_line,
        first_output, last_output, scratch);
}

void wsi_correlate_weights(
    const wsi_correlation *shape, const float *input, const float *cotangent, float *sums,
    ptrdiff_t first_line, ptrdiff_t last_line, ptrdiff_t first_output, ptrdiff_t last_output, float *scratch
) {
    DISPATCH(correlate_weights, shape, input, cotangent, sums, first_line, last_line,
        first_output, last_output, scratch);
}

size_t wsi_winograd_scratch(const wsi_correlation *shape, ptrdiff_t tiles, ptrdiff_t outputs) {
    return winograd_scratch_for(shape, tiles, outputs, NULL).count;
}

void wsi_winograd(
    const wsi_correlation *shape, const float *input, const float *packed, wsi_finish finish, float *output,
    ptrdiff_t first_tile, ptrdiff_t last_tile, ptrdiff_t first_output, ptrdiff_t last_output, float *scratch
) {
    DISPATCH(winograd, shape, input, packed, finish, output, first_tile, last_tile, first_output, last_output,
        scratch);
}
