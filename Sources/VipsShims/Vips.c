#include "VipsShims.h"

#include <vips/vips.h>

int mado_vips_start(void) {
    if (VIPS_INIT("mado-thumbnailer") != 0) return -1;
    vips_concurrency_set(1);
    vips_cache_set_max(0);
    vips_block_untrusted_set(TRUE);
    // Of those that are trusted, too, only the formats that members send one another.
    vips_operation_block_set("VipsForeignLoad", TRUE);
    vips_operation_block_set("VipsForeignLoadJpeg", FALSE);
    vips_operation_block_set("VipsForeignLoadPng", FALSE);
    vips_operation_block_set("VipsForeignLoadNsgif", FALSE);
    vips_operation_block_set("VipsForeignLoadWebp", FALSE);
    return 0;
}

int mado_vips_thumbnail(const void *bytes, size_t length, int width, int height, int crops, int64_t maximum_pixels,
                        void **result, size_t *result_length) {
    // The header alone: nothing is decoded yet.
    VipsImage *header = vips_image_new_from_buffer(bytes, length, "", NULL);
    if (!header) return MADO_THUMBNAIL_UNSUITABLE;
    int64_t pixels = (int64_t)vips_image_get_width(header) * vips_image_get_height(header);
    g_object_unref(header);
    if (pixels > maximum_pixels) return MADO_THUMBNAIL_TOO_LARGE;

    VipsImage *small = NULL;
    if (vips_thumbnail_buffer((void *)bytes, length, &small, width, "height", height, "size", VIPS_SIZE_DOWN, "crop",
                              crops ? VIPS_INTERESTING_CENTRE : VIPS_INTERESTING_NONE, NULL) != 0)
        return MADO_THUMBNAIL_UNSUITABLE;
    int failure = vips_image_hasalpha(small)
                      ? vips_pngsave_buffer(small, result, result_length, "strip", TRUE, NULL)
                      : vips_jpegsave_buffer(small, result, result_length, "Q", 82, "strip", TRUE, "optimize_coding",
                                             TRUE, NULL);
    g_object_unref(small);
    return failure ? MADO_THUMBNAIL_UNSUITABLE : MADO_THUMBNAIL_MADE;
}

void mado_vips_free(void *result) { g_free(result); }
