// glibc's allocator, tuned for a program whose large buffers are taken on one thread and freed on another.
#pragma once
#include <stdlib.h>
#if defined(__GLIBC__)
#include <malloc.h>
#endif

/// Gives buffers of 256 KiB and more back to the system when they are freed, instead of keeping them in the arena of
/// whichever thread took them, and keeps the number of arenas small. Without this the resident memory creeps up with
/// the number of tiles although nothing leaks. Does nothing on other C libraries.
static inline void wsi_keepMemorySmall(void) {
#if defined(__GLIBC__)
    mallopt(M_ARENA_MAX, 2);
    mallopt(M_MMAP_THRESHOLD, 256 * 1024);
    mallopt(M_TRIM_THRESHOLD, 1024 * 1024);
#endif
}
