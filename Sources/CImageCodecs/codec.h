/// One codec: a size and a decoder, as in `CImageCodecs.h`.
#ifndef SPINFLIP_CODEC_H
#define SPINFLIP_CODEC_H

#include "CImageCodecs.h"

sf_image_status sf_jpeg_size(const uint8_t* bytes, size_t count, int32_t* height, int32_t* width, char* message);
sf_image_status sf_jpeg_decode(const uint8_t* bytes, size_t count, uint8_t* rgb, int32_t height, int32_t width, char* message);
sf_image_status sf_png_size(const uint8_t* bytes, size_t count, int32_t* height, int32_t* width, char* message);
sf_image_status sf_png_decode(const uint8_t* bytes, size_t count, uint8_t* rgb, int32_t height, int32_t width, char* message);

#endif
