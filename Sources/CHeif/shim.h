/* libheif, and writing a file with it as one call. */

#ifndef SPOOL_HEIF_SHIM_H
#define SPOOL_HEIF_SHIM_H

#include <stddef.h>
#include <libheif/heif.h>

/* Gets the bytes of a file, in order. */
typedef struct SpoolHeifSink {
    void (*take)(const void *bytes, size_t count, void *context);
    void *context;
} SpoolHeifSink;

static inline struct heif_error spool_heif_on_write(
    struct heif_context *context, const void *bytes, size_t count, void *user) {
    SpoolHeifSink *sink = (SpoolHeifSink *) user;
    (void) context;
    sink->take(bytes, count, sink->context);
    return (struct heif_error) {heif_error_Ok, heif_suberror_Unspecified, "Success"};
}

static inline struct heif_error spool_heif_write(struct heif_context *context, SpoolHeifSink *sink) {
    struct heif_writer writer = {.writer_api_version = 1, .write = spool_heif_on_write};
    return heif_context_write(context, &writer, sink);
}

#endif
