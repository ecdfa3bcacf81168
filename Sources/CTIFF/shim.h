// libtiff for Swift. TIFFSetField and TIFFGetField are variadic, which Swift cannot call: one typed wrapper for
// each kind of argument that we pass.
#pragma once
#include <stdint.h>
#include <tiffio.h>

static inline int wsi_TIFFSetUInt16(TIFF *tiff, uint32_t tag, uint16_t value) {
    return TIFFSetField(tiff, tag, (int)value);
}

static inline int wsi_TIFFSetUInt32(TIFF *tiff, uint32_t tag, uint32_t value) {
    return TIFFSetField(tiff, tag, value);
}

static inline int wsi_TIFFSetDouble(TIFF *tiff, uint32_t tag, double value) {
    return TIFFSetField(tiff, tag, value);
}

static inline int wsi_TIFFSetString(TIFF *tiff, uint32_t tag, const char *value) {
    return TIFFSetField(tiff, tag, value);
}

/// Errors and warnings of libtiff are reported through return values; its own printing to stderr is switched off.
static inline void wsi_TIFFSilence(void) {
    TIFFSetErrorHandler(NULL);
    TIFFSetWarningHandler(NULL);
}
