#include "codec.h"

#ifdef SPINFLIP_IMAGES
#if !__has_include(<png.h>)
#error "libpng is missing: install libpng-dev (Debian), libpng (Homebrew), or build with --disable-default-traits"
#endif
#include <png.h>
#include <setjmp.h>
#include <stdio.h>
#include <string.h>

typedef struct {
    const uint8_t* bytes;
    size_t count;
    size_t position;
    char* message;
} source;

static void fail(png_structp png, png_const_charp text) {
    source* from = png_get_error_ptr(png);
    snprintf(from->message, SF_IMAGE_MESSAGE, "%s", text);
    png_longjmp(png, 1);
}

static void warn(png_structp png, png_const_charp text) { (void)png, (void)text; }

static void read_bytes(png_structp png, png_bytep target, size_t wanted) {
    source* from = png_get_io_ptr(png);
    if (wanted > from->count - from->position) png_error(png, "it ends too soon");
    memcpy(target, from->bytes + from->position, wanted);
    from->position += wanted;
}

/// Reads up to the image data. What may grow with the file's word is bounded: sides, and the bytes of a chunk once inflated.
static void start(png_structp png, png_infop info, source* from) {
    png_set_read_fn(png, from, read_bytes);
    png_set_user_limits(png, SF_IMAGE_LARGEST_SIDE, SF_IMAGE_LARGEST_SIDE);
    png_set_chunk_malloc_max(png, 1 << 22);
    png_set_chunk_cache_max(png, 64);
    png_read_info(png, info);
}

sf_image_status sf_png_size(const uint8_t* bytes, size_t count, int32_t* height, int32_t* width, char* message) {
    source from = {bytes, count, 0, message};
    png_structp png = png_create_read_struct(PNG_LIBPNG_VER_STRING, &from, fail, warn);
    if (png == NULL) return SF_IMAGE_DAMAGED;
    // volatile: set between setjmp and longjmp.
    volatile png_infop info = NULL;
    if (setjmp(png_jmpbuf(png))) {
        png_infop made = info;
        png_destroy_read_struct(&png, &made, NULL);
        return SF_IMAGE_DAMAGED;
    }
    info = png_create_info_struct(png);
    if (info == NULL) png_error(png, "no memory");
    start(png, info, &from);
    *height = (int32_t)png_get_image_height(png, info);
    *width = (int32_t)png_get_image_width(png, info);
    png_infop made = info;
    png_destroy_read_struct(&png, &made, NULL);
    return SF_IMAGE_OK;
}

sf_image_status sf_png_decode(const uint8_t* bytes, size_t count, uint8_t* rgb, int32_t height, int32_t width, char* message) {
    source from = {bytes, count, 0, message};
    png_structp png = png_create_read_struct(PNG_LIBPNG_VER_STRING, &from, fail, warn);
    if (png == NULL) return SF_IMAGE_DAMAGED;
    volatile png_infop info = NULL;
    if (setjmp(png_jmpbuf(png))) {
        png_infop made = info;
        png_destroy_read_struct(&png, &made, NULL);
        return SF_IMAGE_DAMAGED;
    }
    info = png_create_info_struct(png);
    if (info == NULL) png_error(png, "no memory");
    start(png, info, &from);
    // Palettes, few bits and transparent colours to 8-bit channels; then no alpha, and grey as three equal channels.
    png_set_expand(png);
    png_set_strip_16(png);
    png_set_strip_alpha(png);
    png_set_gray_to_rgb(png);
    int passes = png_set_interlace_handling(png);
    png_read_update_info(png, info);
    if (png_get_image_height(png, info) != (png_uint_32)height || png_get_image_width(png, info) != (png_uint_32)width
        || png_get_rowbytes(png, info) != (size_t)width * 3)
        png_error(png, "it is of another size than its header says");
    for (int pass = 0; pass < passes; pass++)
        for (int32_t y = 0; y < height; y++) png_read_row(png, rgb + (size_t)y * (size_t)width * 3, NULL);
    png_read_end(png, NULL);
    png_infop made = info;
    png_destroy_read_struct(&png, &made, NULL);
    return SF_IMAGE_OK;
}

#else

sf_image_status sf_png_size(const uint8_t* bytes, size_t count, int32_t* height, int32_t* width, char* message) {
    (void)bytes, (void)count, (void)height, (void)width, (void)message;
    return SF_IMAGE_NO_CODEC;
}

sf_image_status sf_png_decode(const uint8_t* bytes, size_t count, uint8_t* rgb, int32_t height, int32_t width, char* message) {
    (void)bytes, (void)count, (void)rgb, (void)height, (void)width, (void)message;
    return SF_IMAGE_NO_CODEC;
}

#endif
