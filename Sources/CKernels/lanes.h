// Eight pixels at once with the compilers' vector extensions: one ymm register with AVX2, two xmm or NEON
// registers elsewhere. No intrinsics, so that the same text serves every processor.
#pragma once
#include <stdint.h>
#include <string.h>

typedef float lanes __attribute__((vector_size(32)));
typedef int32_t lanes_i32 __attribute__((vector_size(32)));

enum { LANES = 8 };

// Macros instead of functions: passing a 32-byte vector to a function compiled for another instruction set
// has no agreed calling convention, and a macro never passes anything.
#define LOAD(pointer) ({ lanes loaded_; memcpy(&loaded_, (pointer), sizeof loaded_); loaded_; })
#define STORE(pointer, value) \
    do { lanes stored_ = (value); memcpy((pointer), &stored_, sizeof stored_); } while (0)
#define ALL(scalar) ((lanes){0} + (scalar))
#define SELECT(mask, yes, no) ((lanes)(((mask) & (lanes_i32)(yes)) | (~(mask) & (lanes_i32)(no))))
#define AT_LEAST(value, limit) SELECT((value) >= (limit), (value), (limit))
