// Numeric kernels that Swift cannot express without losing SIMD width or run-time dispatch.
#pragma once
#include <stddef.h>
#include <stdint.h>
