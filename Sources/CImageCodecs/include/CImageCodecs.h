/// JPEG and PNG through libjpeg and libpng, for files that nobody vouches for. Both libraries report errors by longjmp, which must not cross Swift
/// frames: it ends here. Empty unless the package trait `Images` is on.
#ifndef SPINFLIP_CIMAGECODECS_H
#define SPINFLIP_CIMAGECODECS_H

#include <stddef.h>
#include <stdint.h>

typedef enum {
    SF_IMAGE_OK = 0,
    /// Neither JPEG nor PNG.
    SF_IMAGE_UNKNOWN,
    /// Of the format, but damaged or of a kind that is not read; the message says which.
    SF_IMAGE_DAMAGED,
    /// Longer than `SF_IMAGE_LARGEST_SIDE` or more than `SF_IMAGE_MOST_PIXELS` pixels.
    SF_IMAGE_TOO_LARGE,
    /// The library was built without image codecs.
    SF_IMAGE_NO_CODEC,
} sf_image_status;

#define SF_IMAGE_LARGEST_SIDE 32768
#define SF_IMAGE_MOST_PIXELS (1 << 26)
#define SF_IMAGE_MESSAGE 256

/// Height and width from the header. `message` holds `SF_IMAGE_MESSAGE` bytes and is a C string in the end, empty where nothing is to say.
sf_image_status sf_image_size(const uint8_t* bytes, size_t count, int32_t* height, int32_t* width, char* message);

/// Decodes to 8-bit RGB, row after row. Grey becomes R = G = B, CMYK is converted by R = C·K/255 of Adobe's inverted values, 16 bits are cut to 8,
/// transparency, colour profiles, gamma and EXIF orientation are passed over. `rgb` holds 3·height·width bytes with the values of
/// `sf_image_size`; a file that turns out otherwise is damaged.
sf_image_status sf_image_decode(const uint8_t* bytes, size_t count, uint8_t* rgb, int32_t height, int32_t width, char* message);

#endif
