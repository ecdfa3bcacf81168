// libtiff for Swift. TIFFSetField and TIFFGetField are variadic, which Swift cannot call: one typed wrapper for
// each kind of argument that we pass.
#pragma once
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
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

static inline int wsi_TIFFSetUInt16Pair(TIFF *tiff, uint32_t tag, uint16_t first, uint16_t second) {
    return TIFFSetField(tiff, tag, (int)first, (int)second);
}

/// Last error text of one open file; libtiff calls back with a va_list, which Swift cannot take.
typedef struct {
    char text[256];
} wsi_TIFFMessage;

static int wsi_TIFFKeepMessage(TIFF *tiff, void *message, const char *module, const char *format, va_list arguments) {
    (void)tiff;
    (void)module;
    vsnprintf(((wsi_TIFFMessage *)message)->text, sizeof(wsi_TIFFMessage), format, arguments);
    return 1;
}

static int wsi_TIFFDropMessage(TIFF *tiff, void *unused, const char *module, const char *format, va_list arguments) {
    (void)tiff;
    (void)unused;
    (void)module;
    (void)format;
    (void)arguments;
    return 1;
}

/// TIFFOpen that keeps the last error text in `message` (which must outlive the file) and prints nothing.
static inline TIFF *wsi_TIFFOpenQuietly(const char *path, const char *mode, wsi_TIFFMessage *message) {
    TIFFOpenOptions *options = TIFFOpenOptionsAlloc();
    if (!options) return NULL;
    TIFFOpenOptionsSetErrorHandlerExtR(options, wsi_TIFFKeepMessage, message);
    TIFFOpenOptionsSetWarningHandlerExtR(options, wsi_TIFFDropMessage, NULL);
    TIFF *tiff = TIFFOpenExt(path, mode, options);
    TIFFOpenOptionsFree(options);
    return tiff;
}

/// Lets the unwritten tile `to` of the current directory refer to the stored bytes of tile `from`. Returns 0 when
/// `from` is not stored. libtiff hands out its own arrays here and writes them with the directory.
static inline int wsi_TIFFShareTile(TIFF *tiff, uint32_t from, uint32_t to) {
    uint64_t *offsets = NULL, *counts = NULL;
    if (!TIFFGetField(tiff, TIFFTAG_TILEOFFSETS, &offsets) || !TIFFGetField(tiff, TIFFTAG_TILEBYTECOUNTS, &counts))
        return 0;
    if (!offsets || !counts || counts[from] == 0) return 0;
    offsets[to] = offsets[from];
    counts[to] = counts[from];
    return 1;
}

/// Errors and warnings of libtiff are reported through return values; its own printing to stderr is switched off.
static inline void wsi_TIFFSilence(void) {
    TIFFSetErrorHandler(NULL);
    TIFFSetWarningHandler(NULL);
}
