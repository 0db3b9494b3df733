// What Swift cannot import of libvips, whose functions are variadic, and the system's means of giving up rights.
#pragma once
#include <stddef.h>
#include <stdint.h>

/// Makes libvips ready for loading JPEG, PNG, GIF and WebP, and nothing else. 0, or -1.
int mado_vips_start(void);

enum {
    MADO_THUMBNAIL_MADE = 0,
    MADO_THUMBNAIL_UNSUITABLE = 3,
    MADO_THUMBNAIL_TOO_LARGE = 4,
};

/// Makes a thumbnail of a picture in memory: upright, in sRGB, never enlarged, without what the picture says of itself;
/// PNG when it is transparent anywhere, else JPEG. The result is to be given back by `mado_vips_free`.
int mado_vips_thumbnail(const void *_Nonnull bytes, size_t length, int width, int height, int crops,
                        int64_t maximum_pixels, void *_Nullable *_Nonnull result, size_t *_Nonnull result_length);
void mado_vips_free(void *_Nullable result);

/// Gives up all system calls but those of computing, reading and writing what is open: no files, no network, no
/// processes. Others fail with EPERM. For this and all further threads, for ever. 0, or -1 and errno.
int mado_confine(void);
