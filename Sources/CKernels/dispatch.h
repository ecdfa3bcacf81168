// Which processors get a second copy of the kernels.
#pragma once

#if defined(__x86_64__) || defined(__i386__)
#define WSI_HAS_AVX2_COPY 1
#else
#define WSI_HAS_AVX2_COPY 0
#endif
