#include "codec.h"

#include <string.h>

static int is_jpeg(const uint8_t* bytes, size_t count) { return count >= 3 && bytes[0] == 0xFF && bytes[1] == 0xD8 && bytes[2] == 0xFF; }

static int is_png(const uint8_t* bytes, size_t count) { return count >= 8 && memcmp(bytes, "\x89PNG\r\n\x1a\n", 8) == 0; }

sf_image_status sf_image_size(const uint8_t* bytes, size_t count, int32_t* height, int32_t* width, char* message) {
    message[0] = 0;
    sf_image_status status = SF_IMAGE_UNKNOWN;
    if (is_jpeg(bytes, count)) status = sf_jpeg_size(bytes, count, height, width, message);
    if (is_png(bytes, count)) status = sf_png_size(bytes, count, height, width, message);
    if (status != SF_IMAGE_OK) return status;
    if (*height < 1 || *width < 1) return SF_IMAGE_DAMAGED;
    if (*height > SF_IMAGE_LARGEST_SIDE || *width > SF_IMAGE_LARGEST_SIDE || (int64_t)*height * *width > SF_IMAGE_MOST_PIXELS)
        return SF_IMAGE_TOO_LARGE;
    return SF_IMAGE_OK;
}

sf_image_status sf_image_decode(const uint8_t* bytes, size_t count, uint8_t* rgb, int32_t height, int32_t width, char* message) {
    message[0] = 0;
    if (is_jpeg(bytes, count)) return sf_jpeg_decode(bytes, count, rgb, height, width, message);
    if (is_png(bytes, count)) return sf_png_decode(bytes, count, rgb, height, width, message);
    return SF_IMAGE_UNKNOWN;
}
