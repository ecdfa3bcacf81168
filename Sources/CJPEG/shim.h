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

/// Prepares `errors` to leave by its `escape`, with the text in `message`; warnings are counted in silence.
static struct jpeg_error_mgr *wsi_jpeg_catch(wsi_jpeg_errors *errors, char *message) {
    struct jpeg_error_mgr *base = jpeg_std_error(&errors->base);
    base->error_exit = wsi_jpeg_exit;
    base->output_message = wsi_jpeg_quiet;
    errors->message = message;
    return base;
}

/// Decodes a JPEG stream to interleaved 8-bit RGB. With `pixels` NULL only the size is read.
/// Returns 0 on success; 1 with a text in `message` (JMSG_LENGTH_MAX bytes) on failure; the number of libjpeg's
/// warnings about corrupt data goes to `warnings`.
static int wsi_jpeg_decode(const uint8_t *bytes, size_t count, uint8_t *pixels, uint32_t *width, uint32_t *height,
                           long *warnings, char *message) {
    struct jpeg_decompress_struct info;
    wsi_jpeg_errors errors;
    info.err = wsi_jpeg_catch(&errors, message);
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

enum { wsi_jpeg_tile_ok = 0, wsi_jpeg_tile_corrupt = 1, wsi_jpeg_tile_unusual = 2 };

/// What the TIFF says of its tiles; a stream that disagrees is not decoded.
typedef struct {
    uint32_t width;
    uint32_t height;
    /// 1: the samples are Y, Cb, Cr; 0: they are R, G, B. JPEG streams within a TIFF need not say.
    int is_ycbcr;
    /// Each side is decoded to 1/`reduction`: 1, 2, 4 or 8, from the low frequencies alone.
    uint32_t reduction;
} wsi_jpeg_tile_form;

static int wsi_jpeg_tile_fits(const struct jpeg_decompress_struct *info, const wsi_jpeg_tile_form *form) {
    if (info->image_width != form->width || info->image_height != form->height) return 0;
    if (info->num_components != 3 || info->data_precision != 8 || info->progressive_mode) return 0;
    const jpeg_component_info *parts = info->comp_info;
    for (int part = 1; part < 3; part++)
        if (parts[part].h_samp_factor != 1 || parts[part].v_samp_factor != 1) return 0;
    const int largest = form->is_ycbcr ? 2 : 1;
    return parts[0].h_samp_factor <= largest && parts[0].v_samp_factor <= largest;
}

/// Decodes one tile of a TIFF, whose tables (tag 347) may stand apart, to interleaved 8-bit RGB in `pixels` of
/// `capacity` bytes.
/// Returns `wsi_jpeg_tile_corrupt` if libjpeg fails or so much as warns before the last row, and
/// `wsi_jpeg_tile_unusual`, with `pixels` untouched, if the stream is not of the form that the TIFF promises.
static int wsi_jpeg_decode_tile(const uint8_t *tables, size_t table_count, const uint8_t *bytes, size_t count,
                                wsi_jpeg_tile_form form, uint8_t *pixels, size_t capacity) {
    struct jpeg_decompress_struct info;
    wsi_jpeg_errors errors;
    char message[JMSG_LENGTH_MAX];
    info.err = jpeg_std_error(&errors.base);
    errors.base.error_exit = wsi_jpeg_exit;
    errors.base.output_message = wsi_jpeg_quiet;
    errors.message = message;
    if (setjmp(errors.escape)) {
        jpeg_destroy_decompress(&info);
        return wsi_jpeg_tile_corrupt;
    }
    jpeg_create_decompress(&info);
    int result = wsi_jpeg_tile_unusual;
    if (table_count > 0) {
        jpeg_mem_src(&info, tables, (unsigned long)table_count);
        if (jpeg_read_header(&info, FALSE) != JPEG_HEADER_TABLES_ONLY) goto done;
    }
    jpeg_mem_src(&info, bytes, (unsigned long)count);
    jpeg_read_header(&info, TRUE);
    // More than one scan would mean buffers for the whole tile, and as many passes as a hostile file likes.
    if (!wsi_jpeg_tile_fits(&info, &form) || jpeg_has_multiple_scans(&info)) goto done;
    info.jpeg_color_space = form.is_ycbcr ? JCS_YCbCr : JCS_RGB;
    info.out_color_space = JCS_RGB;
    info.scale_num = 1;
    info.scale_denom = form.reduction;
    jpeg_calc_output_dimensions(&info);
    const size_t stride = (size_t)info.output_width * 3;
    if (info.output_components != 3 || info.output_height == 0 || capacity / info.output_height < stride) goto done;
    jpeg_start_decompress(&info);
    while (info.output_scanline < info.output_height) {
        JSAMPROW row = pixels + (size_t)info.output_scanline * stride;
        jpeg_read_scanlines(&info, &row, 1);
    }
    // What follows the last row, or fails to, is of no interest: so no jpeg_finish_decompress.
    result = info.err->num_warnings > 0 ? wsi_jpeg_tile_corrupt : wsi_jpeg_tile_ok;
done:
    jpeg_destroy_decompress(&info);
    return result;
}

/// Encodes interleaved 8-bit RGB as baseline JPEG with 4:4:4 sampling and the slow, exact transform. libjpeg allocates
/// `*target`, which the caller frees.
/// Returns 0 on success; 1 with a text in `message` (JMSG_LENGTH_MAX bytes) on failure.
static int wsi_jpeg_encode(const uint8_t *pixels, uint32_t width, uint32_t height, int quality, uint8_t **target,
                           unsigned long *count, char *message) {
    struct jpeg_compress_struct info;
    wsi_jpeg_errors errors;
    info.err = wsi_jpeg_catch(&errors, message);
    if (setjmp(errors.escape)) {
        jpeg_destroy_compress(&info);
        return 1;
    }
    jpeg_create_compress(&info);
    jpeg_mem_dest(&info, target, count);
    info.image_width = width;
    info.image_height = height;
    info.input_components = 3;
    info.in_color_space = JCS_RGB;
    jpeg_set_defaults(&info);
    jpeg_set_quality(&info, quality, TRUE);
    info.dct_method = JDCT_ISLOW;
    for (int component = 0; component < 3; component++) {
        info.comp_info[component].h_samp_factor = 1;
        info.comp_info[component].v_samp_factor = 1;
    }
    jpeg_start_compress(&info, TRUE);
    while (info.next_scanline < info.image_height) {
        JSAMPROW row = (JSAMPROW)(pixels + (size_t)info.next_scanline * width * 3);
        jpeg_write_scanlines(&info, &row, 1);
    }
    jpeg_finish_compress(&info);
    jpeg_destroy_compress(&info);
    return 0;
}
