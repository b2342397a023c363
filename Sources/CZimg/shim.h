/* zimg's resampling of one plane, as two calls: its structures carry version numbers that only a macro knows. */

#ifndef SPOOL_ZIMG_SHIM_H
#define SPOOL_ZIMG_SHIM_H

#include <stddef.h>
#include <zimg.h>

/* Which samples of the source become which size: the region may have fractions and may reach beyond the plane, which is
 * mirrored at its edges. */
typedef struct SpoolZimgResize {
    unsigned source_width, source_height;
    double left, top, width, height;
    unsigned target_width, target_height;
} SpoolZimgResize;

/* A graph that resizes planes of 8 bits with Lanczos' kernel of three lobes. NULL on failure: zimg_get_last_error. */
static inline zimg_filter_graph *spool_zimg_build(const SpoolZimgResize *resize) {
    zimg_image_format source, target;
    zimg_graph_builder_params parameters;

    zimg_image_format_default(&source, ZIMG_API_VERSION);
    source.pixel_type = ZIMG_PIXEL_BYTE;
    source.color_family = ZIMG_COLOR_GREY;
    source.pixel_range = ZIMG_RANGE_FULL;
    target = source;
    source.width = resize->source_width;
    source.height = resize->source_height;
    source.active_region.left = resize->left;
    source.active_region.top = resize->top;
    source.active_region.width = resize->width;
    source.active_region.height = resize->height;
    target.width = resize->target_width;
    target.height = resize->target_height;

    zimg_graph_builder_params_default(&parameters, ZIMG_API_VERSION);
    parameters.resample_filter = ZIMG_RESIZE_LANCZOS;
    parameters.filter_param_a = 3;
    /* Not ZIMG_CPU_AUTO_64B: with AVX-512, zimg 3.0.4 was seen to compute a wrong 16th column of every 16 in about one
     * of a hundred sizes. What AUTO chooses agreed with the code without vectors in all of 3000. */
    parameters.cpu_type = ZIMG_CPU_AUTO;
    return zimg_filter_graph_build(&source, &target, &parameters);
}

/* Runs a graph. All three buffers are aligned to 64 bytes, the strides too. Returns 0 on success. */
static inline int spool_zimg_run(
    const zimg_filter_graph *graph, const void *source, ptrdiff_t source_stride, void *target, ptrdiff_t target_stride,
    void *scratch
) {
    zimg_image_buffer_const from = {ZIMG_API_VERSION};
    zimg_image_buffer to = {ZIMG_API_VERSION};

    from.plane[0].data = source;
    from.plane[0].stride = source_stride;
    from.plane[0].mask = ZIMG_BUFFER_MAX;
    to.plane[0].data = target;
    to.plane[0].stride = target_stride;
    to.plane[0].mask = ZIMG_BUFFER_MAX;
    return zimg_filter_graph_process(graph, &from, &to, scratch, NULL, NULL, NULL, NULL);
}

#endif
