#include "codec.h"

#ifdef SPINFLIP_IMAGES
#if !__has_include(<jpeglib.h>)
#error "libjpeg is missing: install libjpeg-dev (Debian), jpeg-turbo (Homebrew), or build with --disable-default-traits"
#endif
// jpeglib.h wants size_t and FILE to be there.
#include <stdio.h>

#include <jerror.h>
#include <jpeglib.h>
#include <setjmp.h>
#include <string.h>

/// A progressive file may announce any number of scans, each of which costs a pass over the whole image however few bytes it has. Real files
/// have about ten.
#define MOST_SCANS 100

typedef struct {
    struct jpeg_error_mgr base;
    struct jpeg_progress_mgr progress;
    jmp_buf leave;
    char* message;
} error_manager;

static void fail(j_common_ptr info) {
    error_manager* manager = (error_manager*)info->err;
    char text[JMSG_LENGTH_MAX];
    info->err->format_message(info, text);
    snprintf(manager->message, SF_IMAGE_MESSAGE, "%s", text);
    longjmp(manager->leave, 1);
}

/// Warnings are about damage that libjpeg papers over with grey. Data that ends too soon is an error here; the rest, such as stray bytes between
/// markers, occurs in well-known sets and leaves the picture whole.
static void warn(j_common_ptr info, int level) {
    if (level < 0 && (info->err->msg_code == JWRN_JPEG_EOF || info->err->msg_code == JWRN_HIT_MARKER)) fail(info);
}

static void print_nothing(j_common_ptr info) { (void)info; }

static void count_scans(j_common_ptr info) {
    error_manager* manager = (error_manager*)info->err;
    if (info->is_decompressor && ((j_decompress_ptr)info)->input_scan_number > MOST_SCANS) {
        snprintf(manager->message, SF_IMAGE_MESSAGE, "it has more than %d scans", MOST_SCANS);
        longjmp(manager->leave, 1);
    }
}

static void prepare(struct jpeg_decompress_struct* info, error_manager* manager, char* message) {
    memset(info, 0, sizeof *info);
    info->err = jpeg_std_error(&manager->base);
    manager->base.error_exit = fail;
    manager->base.emit_message = warn;
    manager->base.output_message = print_nothing;
    manager->progress.progress_monitor = count_scans;
    manager->message = message;
}

static void start(struct jpeg_decompress_struct* info, error_manager* manager, const uint8_t* bytes, size_t count) {
    jpeg_create_decompress(info);
    info->progress = &manager->progress;
    // Older libraries lack the const.
    jpeg_mem_src(info, (unsigned char*)bytes, (unsigned long)count);
    jpeg_read_header(info, TRUE);
}

sf_image_status sf_jpeg_size(const uint8_t* bytes, size_t count, int32_t* height, int32_t* width, char* message) {
    struct jpeg_decompress_struct info;
    error_manager manager;
    prepare(&info, &manager, message);
    if (setjmp(manager.leave)) {
        jpeg_destroy_decompress(&info);
        return SF_IMAGE_DAMAGED;
    }
    start(&info, &manager, bytes, count);
    *height = (int32_t)info.image_height;
    *width = (int32_t)info.image_width;
    jpeg_destroy_decompress(&info);
    return SF_IMAGE_OK;
}

sf_image_status sf_jpeg_decode(const uint8_t* bytes, size_t count, uint8_t* rgb, int32_t height, int32_t width, char* message) {
    struct jpeg_decompress_struct info;
    error_manager manager;
    prepare(&info, &manager, message);
    if (setjmp(manager.leave)) {
        jpeg_destroy_decompress(&info);
        return SF_IMAGE_DAMAGED;
    }
    start(&info, &manager, bytes, count);
    int is_cmyk = info.jpeg_color_space == JCS_CMYK || info.jpeg_color_space == JCS_YCCK;
    info.out_color_space = is_cmyk ? JCS_CMYK : JCS_RGB;
    info.dct_method = JDCT_ISLOW;
    jpeg_start_decompress(&info);
    if (info.output_height != (JDIMENSION)height || info.output_width != (JDIMENSION)width || info.output_components != (is_cmyk ? 4 : 3)) {
        snprintf(message, SF_IMAGE_MESSAGE, "it is of another size than its header says");
        jpeg_destroy_decompress(&info);
        return SF_IMAGE_DAMAGED;
    }
    // From the library's own pool, which goes with it.
    JSAMPARRAY line = NULL;
    if (is_cmyk) line = info.mem->alloc_sarray((j_common_ptr)&info, JPOOL_IMAGE, (JDIMENSION)width * 4, 1);
    while (info.output_scanline < info.output_height) {
        uint8_t* row = rgb + (size_t)info.output_scanline * (size_t)width * 3;
        JSAMPROW rows[1] = {is_cmyk ? line[0] : row};
        jpeg_read_scanlines(&info, rows, 1);
        if (!is_cmyk) continue;
        for (int32_t x = 0; x < width; x++) {
            const JSAMPLE* pixel = line[0] + 4 * x;
            // Files of Adobe's programs, which are all there are, hold 255 minus the ink.
            for (int c = 0; c < 3; c++) {
                int value = info.saw_Adobe_marker ? pixel[c] * pixel[3] : (255 - pixel[c]) * (255 - pixel[3]);
                row[3 * x + c] = (uint8_t)((value + 127) / 255);
            }
        }
    }
    jpeg_finish_decompress(&info);
    jpeg_destroy_decompress(&info);
    return SF_IMAGE_OK;
}

#else

sf_image_status sf_jpeg_size(const uint8_t* bytes, size_t count, int32_t* height, int32_t* width, char* message) {
    (void)bytes, (void)count, (void)height, (void)width, (void)message;
    return SF_IMAGE_NO_CODEC;
}

sf_image_status sf_jpeg_decode(const uint8_t* bytes, size_t count, uint8_t* rgb, int32_t height, int32_t width, char* message) {
    (void)bytes, (void)count, (void)rgb, (void)height, (void)width, (void)message;
    return SF_IMAGE_NO_CODEC;
}

#endif
