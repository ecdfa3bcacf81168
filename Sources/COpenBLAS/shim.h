#pragma once
#include <cblas.h>
#include <stdlib.h>
#include <string.h>

/* OpenBLAS chooses its kernels by processor model when it is loaded. A model younger than the library gets the oldest
 * kernels of all ("Prescott", SSE3): four times slower than what the processor could run. These two functions of
 * builds with run-time dispatch choose anew; in other builds they do not exist, hence weak. */
extern void gotoblas_dynamic_init(void) __attribute__((weak));
extern void gotoblas_dynamic_quit(void) __attribute__((weak));

/* Kernels by what the processor can do, if the library did not know its model. An OPENBLAS_CORETYPE that the user set
 * is left alone. Must run before the first product. */
static inline void wsi_blas_choose_kernels(void) {
#if defined(__x86_64__)
    if (!gotoblas_dynamic_init || !gotoblas_dynamic_quit || getenv("OPENBLAS_CORETYPE")) return;
    if (strcmp(openblas_get_corename(), "Prescott") != 0) return;
    __builtin_cpu_init();
    if (!__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("fma")) return;
    int wide = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq")
        && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl");
    setenv("OPENBLAS_CORETYPE", wide ? "SkylakeX" : "Haswell", 1);
    gotoblas_dynamic_quit();
    gotoblas_dynamic_init();
    unsetenv("OPENBLAS_CORETYPE");
#endif
}
