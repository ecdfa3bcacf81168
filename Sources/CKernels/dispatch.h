// Which processors get further copies of the kernels.
#pragma once

#if defined(__x86_64__) || defined(__i386__)
#define WSI_HAS_X86_COPIES 1
#else
#define WSI_HAS_X86_COPIES 0
#endif
