// libjpeg(-turbo) for Swift. Its errors leave by longjmp, which must never cross a Swift frame, so the whole decode
// of one image happens inside these C functions.
#pragma once
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <jpeglib.h>
#include <jerror.h>

typedef struct {
    struct jpeg_error_mgr base;
    jmp_buf escape;
    char *message;
} wsi_jpeg_errors;

static void wsi_jpeg_exit(j_common_ptr info) {
    wsi_jpeg_errors *errors = (wsi_jpeg_errors *)info->err;
    info->err->format_message(info, errors->message);
    longjmp(errors->escape, 1);
}

static void wsi_jpeg_quiet(j_common_ptr info) { (void)info; }

/// Decodes a JPEG stream to interleaved 8-bit RGB. With `pixels` NULL only the size is read.
/// Returns 0 on success; 1 with a text in `message` (JMSG_LENGTH_MAX bytes) on failure; the number of libjpeg's
/// warnings about corrupt data goes to `warnings`.
static int wsi_jpeg_decode(const uint8_t *bytes, size_t count, uint8_t *pixels, uint32_t *width, uint32_t *height,
                           long *warnings, char *message) {
    struct jpeg_decompress_struct info;
    wsi_jpeg_errors errors;
    info.err = jpeg_std_error(&errors.base);
    errors.base.error_exit = wsi_jpeg_exit;
    errors.base.output_message = wsi_jpeg_quiet;
    errors.message = message;
    if (setjmp(errors.escape)) {
        jpeg_destroy_decompress(&info);
        return 1;
    }
    jpeg_create_decompress(&info);
    jpeg_mem_src(&info, bytes, (unsigned long)count);
    jpeg_read_header(&info, TRUE);
    *width = info.image_width;
    *height = info.image_height;
    if (pixels != NULL) {
        info.out_color_space = JCS_RGB;
        jpeg_start_decompress(&info);
        while (info.output_scanline < info.output_height) {
            JSAMPROW row = pixels + (size_t)info.output_scanline * info.output_width * 3;
            jpeg_read_scanlines(&info, &row, 1);
        }
        jpeg_finish_decompress(&info);
    }
    *warnings = info.err->num_warnings;
    jpeg_destroy_decompress(&info);
    return 0;
}
