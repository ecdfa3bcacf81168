// Choice of the kernels' copy at run time.
#include "CKernels.h"
#include "dispatch.h"
#include <stdatomic.h>

enum { UNDECIDED = -1 };

static atomic_int chosen = UNDECIDED;
/* Of one thread alone, above the choice of the process. */
static _Thread_local int forced_here = UNDECIDED;

static int best_path(void) {
#if WSI_HAS_X86_COPIES
    __builtin_cpu_init();
    if (!__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("fma")) return WSI_SIMD_BASELINE;
    const int is_wide = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq")
        && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl");
    return is_wide ? WSI_SIMD_AVX512 : WSI_SIMD_AVX2;
#else
    return WSI_SIMD_BASELINE;
#endif
}

int wsi_simd_path(void) {
    if (forced_here != UNDECIDED) return forced_here;
    int path = atomic_load_explicit(&chosen, memory_order_relaxed);
    if (path == UNDECIDED) {
        // Threads that come here together all find the same answer.
        path = best_path();
        atomic_store_explicit(&chosen, path, memory_order_relaxed);
    }
    return path;
}

int wsi_simd_force(int path) {
    if (path >= WSI_SIMD_BASELINE && path <= best_path())
        atomic_store_explicit(&chosen, path, memory_order_relaxed);
    return wsi_simd_path();
}

int wsi_simd_force_here(int path) {
    forced_here = path >= WSI_SIMD_BASELINE && path <= best_path() ? path : UNDECIDED;
    return wsi_simd_path();
}
