// libpng for Swift. Its errors leave by longjmp, which must never cross a Swift frame, so the whole decode of one image
// happens inside this C function. Not libpng's simplified interface for reading: that takes 16-bit samples for linear
// light and obeys gAMA, while measurements want the numbers of the file.
#pragma once
#include <png.h>
#include <stdint.h>
#include <string.h>

/// Memory of one chunk in bytes; chunks that are kept; bytes of a message.
enum { WSI_PNG_CHUNK_LIMIT = 8 << 20, WSI_PNG_CHUNKS = 128, WSI_PNG_MESSAGE = 128 };

typedef struct {
    uint32_t width;
    uint32_t height;
    /// Of the decoded rows: 1 grey, 2 grey and alpha, 3 RGB, 4 RGB and alpha; 8 bits each.
    uint32_t channels;
} wsi_png_form;

typedef struct {
    const uint8_t *bytes;
    size_t left;
} wsi_png_source;

/// The error pointer is the caller's message.
static void wsi_png_fail(png_structp png, png_const_charp text) {
    char *message = (char *)png_get_error_ptr(png);
    strncpy(message, text, WSI_PNG_MESSAGE - 1);
    message[WSI_PNG_MESSAGE - 1] = 0;
    png_longjmp(png, 1);
}

static void wsi_png_quiet(png_structp png, png_const_charp text) { (void)png, (void)text; }

static void wsi_png_take(png_structp png, png_bytep target, size_t count) {
    wsi_png_source *source = (wsi_png_source *)png_get_io_ptr(png);
    if (count > source->left) png_error(png, "the file ends too early");
    memcpy(target, source->bytes, count);
    source->bytes += count;
    source->left -= count;
}

/// Decodes a PNG stream of any kind to 8-bit rows: palettes expanded, transparency as alpha, 16 bits scaled to 8 with
/// rounding, gamma ignored. With `pixels` NULL only the form is read; else it has room for
/// width x height x channels bytes.
/// Returns 0 on success; 1 with a text in `message` (WSI_PNG_MESSAGE bytes) on failure.
static int wsi_png_decode(const uint8_t *bytes, size_t count, uint8_t *pixels, wsi_png_form *form, char *message) {
    wsi_png_source source = {bytes, count};
    png_structp png = png_create_read_struct(PNG_LIBPNG_VER_STRING, message, wsi_png_fail, wsi_png_quiet);
    png_infop info = png ? png_create_info_struct(png) : NULL;
    if (!info) {
        strcpy(message, "there is no memory to decode it");
        png_destroy_read_struct(&png, NULL, NULL);
        return 1;
    }
    if (setjmp(png_jmpbuf(png))) {
        png_destroy_read_struct(&png, &info, NULL);
        return 1;
    }
    png_set_read_fn(png, &source, wsi_png_take);
    png_set_chunk_malloc_max(png, WSI_PNG_CHUNK_LIMIT);
    png_set_chunk_cache_max(png, WSI_PNG_CHUNKS);
    // What libpng would rather overlook, such as a broken checksum of the pixels, is an error. Chunks that say nothing of
    // the numbers are not even looked at, so that a bad color profile costs no image.
    png_set_benign_errors(png, 0);
    static const png_byte ignored[] = "iCCP\0pHYs\0tEXt\0zTXt\0iTXt\0eXIf\0sRGB\0gAMA\0cHRM\0tIME\0sPLT\0hIST\0bKGD\0oFFs\0pCAL\0sCAL";
    png_set_keep_unknown_chunks(png, PNG_HANDLE_CHUNK_NEVER, ignored, (int)(sizeof ignored / 5));
    png_read_info(png, info);
    png_set_expand(png);
    png_set_scale_16(png);
    const int passes = png_set_interlace_handling(png);
    png_read_update_info(png, info);
    form->width = png_get_image_width(png, info);
    form->height = png_get_image_height(png, info);
    form->channels = png_get_channels(png, info);
    if (pixels) {
        const size_t row = (size_t)form->width * form->channels;
        if (png_get_rowbytes(png, info) != row) png_error(png, "rows of an unknown form");
        for (int pass = 0; pass < passes; pass++)
            for (uint32_t y = 0; y < form->height; y++) png_read_row(png, pixels + y * row, NULL);
        // To the end, so that a file that was cut there is noticed.
        png_read_end(png, NULL);
    }
    png_destroy_read_struct(&png, &info, NULL);
    return 0;
}

typedef struct {
    uint8_t *bytes;
    size_t count;
    size_t capacity;
} wsi_png_sink;

static void wsi_png_put(png_structp png, png_bytep bytes, size_t count) {
    wsi_png_sink *sink = (wsi_png_sink *)png_get_io_ptr(png);
    if (count > sink->capacity - sink->count) png_error(png, "the encoded image is larger than foreseen");
    memcpy(sink->bytes + sink->count, bytes, count);
    sink->count += count;
}

static void wsi_png_flush(png_structp png) { (void)png; }

/// Encodes 8-bit rows of 1 (grey) or 3 (RGB) channels into `target`, which has room for `*count` bytes; `*count` becomes
/// the length. `level` is zlib's, 0 to 9.
/// Returns 0 on success; 1 with a text in `message` (WSI_PNG_MESSAGE bytes) on failure.
static int wsi_png_encode(const uint8_t *pixels, wsi_png_form form, int level, uint8_t *target, size_t *count,
                          char *message) {
    wsi_png_sink sink = {target, 0, *count};
    png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, message, wsi_png_fail, wsi_png_quiet);
    png_infop info = png ? png_create_info_struct(png) : NULL;
    if (!info) {
        strcpy(message, "there is no memory to encode it");
        png_destroy_write_struct(&png, NULL);
        return 1;
    }
    if (setjmp(png_jmpbuf(png))) {
        png_destroy_write_struct(&png, &info);
        return 1;
    }
    png_set_write_fn(png, &sink, wsi_png_put, wsi_png_flush);
    png_set_compression_level(png, level);
    png_set_IHDR(png, info, form.width, form.height, 8, form.channels == 1 ? PNG_COLOR_TYPE_GRAY : PNG_COLOR_TYPE_RGB,
                 PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
    png_write_info(png, info);
    for (uint32_t y = 0; y < form.height; y++) png_write_row(png, pixels + (size_t)y * form.width * form.channels);
    png_write_end(png, info);
    png_destroy_write_struct(&png, &info);
    *count = sink.count;
    return 0;
}
