// Choice of the kernels' copy at run time.
#include "CKernels.h"
#include "dispatch.h"
#include <stdatomic.h>

enum { UNDECIDED = -1 };

static atomic_int chosen = UNDECIDED;

static int best_path(void) {
#if WSI_HAS_AVX2_COPY
    __builtin_cpu_init();
    return __builtin_cpu_supports("avx2") ? WSI_SIMD_AVX2 : WSI_SIMD_BASELINE;
#else
    return WSI_SIMD_BASELINE;
#endif
}

int wsi_simd_path(void) {
    int path = atomic_load_explicit(&chosen, memory_order_relaxed);
    if (path == UNDECIDED) {
        // Threads that come here together all find the same answer.
        path = best_path();
        atomic_store_explicit(&chosen, path, memory_order_relaxed);
    }
    return path;
}

int wsi_simd_force(int path) {
    if (path == WSI_SIMD_BASELINE || (path == WSI_SIMD_AVX2 && best_path() == WSI_SIMD_AVX2))
        atomic_store_explicit(&chosen, path, memory_order_relaxed);
    return wsi_simd_path();
}
