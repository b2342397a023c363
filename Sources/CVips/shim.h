/* What Swift cannot call of libvips: variadic functions and macros.
 *
 * Names of operations, arguments and enumeration members come from constants of the program, values are typed: nothing
 * here parses text, so no text of a job can become an option or a file name.
 */

#ifndef SPOOL_VIPS_SHIM_H
#define SPOOL_VIPS_SHIM_H

#include <errno.h>
#include <unistd.h>
#include <malloc.h>
#include <stdlib.h>
#include <gmodule.h>
#include <vips/vips.h>

#include "alpha.h"
#include "bands.h"

/* Whether this build has an operation, under its nickname. */
static inline gboolean spool_vips_has_operation(const char *name) {
    return vips_type_find("VipsOperation", name) != 0;
}

/* Whether an object has an argument. */
static inline gboolean spool_vips_has_argument(VipsOperation *operation, const char *name) {
    return g_object_class_find_property(G_OBJECT_GET_CLASS(operation), name) != NULL;
}

static inline void spool_vips_set_int(VipsOperation *operation, const char *name, int value) {
    g_object_set(operation, name, value, NULL);
}

static inline void spool_vips_set_double(VipsOperation *operation, const char *name, double value) {
    g_object_set(operation, name, value, NULL);
}

static inline void spool_vips_set_bool(VipsOperation *operation, const char *name, gboolean value) {
    g_object_set(operation, name, value, NULL);
}

static inline void spool_vips_set_string(VipsOperation *operation, const char *name, const char *value) {
    g_object_set(operation, name, value, NULL);
}

static inline void spool_vips_set_image(VipsOperation *operation, const char *name, VipsImage *value) {
    g_object_set(operation, name, value, NULL);
}

static inline void spool_vips_set_source(VipsOperation *operation, const char *name, VipsSource *value) {
    g_object_set(operation, name, value, NULL);
}

static inline void spool_vips_set_target(VipsOperation *operation, const char *name, VipsTarget *value) {
    g_object_set(operation, name, value, NULL);
}

static inline void spool_vips_set_doubles(VipsOperation *operation, const char *name, const double *values, int count) {
    VipsArrayDouble *array = vips_array_double_new(values, count);
    g_object_set(operation, name, array, NULL);
    vips_area_unref(VIPS_AREA(array));
}

static inline void spool_vips_set_images(VipsOperation *operation, const char *name, VipsImage **values, int count) {
    VipsArrayImage *array = vips_array_image_new(values, count);
    g_object_set(operation, name, array, NULL);
    vips_area_unref(VIPS_AREA(array));
}

/* Sets an enumeration by the nickname of its member. Returns FALSE if there is no such argument or member. */
static inline gboolean spool_vips_set_member(VipsOperation *operation, const char *name, const char *nickname) {
    GParamSpec *spec = g_object_class_find_property(G_OBJECT_GET_CLASS(operation), name);
    if (spec == NULL)
        return FALSE;
    if (G_IS_PARAM_SPEC_FLAGS(spec)) {
        GFlagsValue *flag = g_flags_get_value_by_nick(G_PARAM_SPEC_FLAGS(spec)->flags_class, nickname);
        if (flag == NULL)
            return FALSE;
        g_object_set(operation, name, flag->value, NULL);
        return TRUE;
    }
    if (!G_IS_PARAM_SPEC_ENUM(spec))
        return FALSE;
    GEnumValue *member = g_enum_get_value_by_nick(G_PARAM_SPEC_ENUM(spec)->enum_class, nickname);
    if (member == NULL)
        return FALSE;
    g_object_set(operation, name, member->value, NULL);
    return TRUE;
}

/* An output of a built operation; the caller owns the reference. */
static inline VipsImage *spool_vips_get_image(VipsOperation *operation, const char *name) {
    VipsImage *image = NULL;
    g_object_get(operation, name, &image, NULL);
    return image;
}

/* A number among the outputs of a built operation. */
static inline int spool_vips_get_int(VipsOperation *operation, const char *name) {
    int value = 0;
    g_object_get(operation, name, &value, NULL);
    return value;
}

static inline double spool_vips_get_double(VipsOperation *operation, const char *name) {
    double value = 0;
    g_object_get(operation, name, &value, NULL);
    return value;
}

/* Numbers among the outputs of a built operation, `capacity` at most. Returns how many there are. */
static inline int spool_vips_get_doubles(VipsOperation *operation, const char *name, double *values, int capacity) {
    VipsArrayDouble *array = NULL;
    int count = 0;
    g_object_get(operation, name, &array, NULL);
    if (array == NULL)
        return 0;
    double *found = vips_array_double_get(array, &count);
    if (count > capacity)
        count = capacity;
    for (int i = 0; i < count; i++)
        values[i] = found[i];
    vips_area_unref(VIPS_AREA(array));
    return count;
}

/* Copies a field of the header, if there is one. */
static inline void spool_vips_copy_field(VipsImage *from, VipsImage *to, const char *name) {
    GValue value = {0};
    if (vips_image_get_typeof(from, name) == 0 || vips_image_get(from, name, &value))
        return;
    vips_image_set(to, name, &value);
    g_value_unset(&value);
}

/* Puts binary data among the outputs of a built operation into the header of an image. */
static inline void spool_vips_give_blob(VipsOperation *operation, const char *name, VipsImage *to, const char *field) {
    VipsBlob *blob = NULL;
    size_t length;
    g_object_get(operation, name, &blob, NULL);
    if (blob == NULL)
        return;
    const void *data = vips_blob_get(blob, &length);
    vips_image_set_blob_copy(to, field, data, length);
    vips_area_unref(VIPS_AREA(blob));
}

static inline int spool_vips_build(VipsOperation *operation) {
    return vips_object_build(VIPS_OBJECT(operation));
}

/* Gives back what the operation holds, then the operation. */
static inline void spool_vips_release(VipsOperation *operation) {
    vips_object_unref_outputs(VIPS_OBJECT(operation));
    g_object_unref(operation);
}

static inline gboolean spool_vips_has_field(VipsImage *image, const char *name) {
    return vips_image_get_typeof(image, name) != 0;
}

/* An integer of the header, or a default for a field that is missing or no integer. */
static inline int spool_vips_get_field(VipsImage *image, const char *name, int missing) {
    int value;
    if (vips_image_get_typeof(image, name) != G_TYPE_INT || vips_image_get_int(image, name, &value))
        return missing;
    return value;
}

/* Binary metadata, owned by the image; NULL where there is none. */
static inline const void *spool_vips_get_blob(VipsImage *image, const char *name, size_t *length) {
    const void *data = NULL;
    *length = 0;
    if (vips_image_get_typeof(image, name) != VIPS_TYPE_BLOB || vips_image_get_blob(image, name, &data, length))
        return NULL;
    return data;
}

/* Has a function called from any thread with how much of the image is computed, from now on. */
static inline void spool_vips_on_progress(
    VipsImage *image, void (*called)(VipsImage *image, VipsProgress *progress, void *context), void *context) {
    vips_image_set_progress(image, TRUE);
    g_signal_connect(image, "eval", G_CALLBACK(called), context);
}

/* Where the rows of an image go, from the first to the last. */
typedef struct SpoolVipsRows {
    void (*take)(int y, const void *row, size_t length, void *context);
    void *context;
} SpoolVipsRows;

static inline int spool_vips_on_strip(VipsRegion *region, VipsRect *area, void *context) {
    SpoolVipsRows *rows = (SpoolVipsRows *) context;
    for (int y = area->top; y < area->top + area->height; y++)
        rows->take(y, VIPS_REGION_ADDR(region, 0, y), VIPS_REGION_SIZEOF_LINE(region), rows->context);
    return 0;
}

/* Computes an image strip by strip. Rows are handed over by one thread at a time, and are gone afterwards. */
static inline int spool_vips_each_row(VipsImage *image, SpoolVipsRows *rows) {
    return vips_sink_disc(image, spool_vips_on_strip, rows);
}

/* An open file that an operation writes to, and the first error that it met there. libvips' own descriptor target
 * reports only text.
 */
typedef struct SpoolVipsOutput {
    int descriptor;
    int error;
} SpoolVipsOutput;

static inline gint64 spool_vips_on_write(VipsTargetCustom *target, const void *data, gint64 length, void *context) {
    SpoolVipsOutput *output = (SpoolVipsOutput *) context;
    gint64 count;
    do
        count = write(output->descriptor, data, (size_t) length);
    while (count < 0 && errno == EINTR);
    if (count <= 0 && output->error == 0)
        output->error = count < 0 ? errno : EIO;
    return count;
}

static inline gint64 spool_vips_on_read(VipsTargetCustom *target, void *data, gint64 length, void *context) {
    SpoolVipsOutput *output = (SpoolVipsOutput *) context;
    gint64 count;
    do
        count = read(output->descriptor, data, (size_t) length);
    while (count < 0 && errno == EINTR);
    if (count < 0 && output->error == 0)
        output->error = errno;
    return count;
}

static inline gint64 spool_vips_on_seek(VipsTargetCustom *target, gint64 offset, int whence, void *context) {
    SpoolVipsOutput *output = (SpoolVipsOutput *) context;
    gint64 position = lseek(output->descriptor, offset, whence);
    if (position < 0 && output->error == 0)
        output->error = errno;
    return position;
}

/* A target that writes to `output`, which must outlive it. The caller owns the reference. */
static inline VipsTarget *spool_vips_target(SpoolVipsOutput *output) {
    VipsTargetCustom *target = vips_target_custom_new();
    g_signal_connect(target, "write", G_CALLBACK(spool_vips_on_write), output);
    g_signal_connect(target, "read", G_CALLBACK(spool_vips_on_read), output);
    g_signal_connect(target, "seek", G_CALLBACK(spool_vips_on_seek), output);
    return VIPS_TARGET(target);
}

/* What was written to a target in memory; owned by the target. */
static inline const void *spool_vips_target_content(VipsTarget *target, size_t *length) {
    VipsBlob *blob = NULL;
    *length = 0;
    g_object_get(target, "blob", &blob, NULL);
    if (blob == NULL)
        return NULL;
    const void *content = vips_blob_get(blob, length);
    vips_area_unref(VIPS_AREA(blob));
    return content;
}

static inline void spool_vips_unref(void *object) {
    g_object_unref(object);
}

/* Drops what libraries say about images of strangers; what ends the process is still said. */
static inline void spool_vips_on_log(const char *domain, GLogLevelFlags level, const char *message, void *context) {
    if (level & (G_LOG_FLAG_FATAL | G_LOG_LEVEL_ERROR))
        g_log_default_handler(domain, level, message, context);
}

static inline void spool_vips_silence_warnings(void) {
    g_log_set_default_handler(spool_vips_on_log, NULL);
}

static inline void *spool_vips_load_class(GType type, void *unused1, void *unused2) {
    if (!G_TYPE_IS_ABSTRACT(type))
        g_type_class_ref(type);
    return NULL;
}

/* Makes the classes of all operations, which otherwise are made when they are first used. */
static inline void spool_vips_load_operations(void) {
    vips_type_map_all(g_type_from_name("VipsOperation"), (VipsTypeMap2Fn) spool_vips_load_class, NULL);
}

/* Starts libvips without its modules, which are many libraries: each is more code for whoever takes a renderer over, and more
   mappings to copy with each fork. libvips looks for them below VIPSHOME. */
static inline int spool_vips_start(void) {
    setenv("VIPSHOME", "/nonexistent", 1);
    int result = vips_init("spool-worker");
    unsetenv("VIPSHOME");
    return result;
}

/* Where libvips lies in memory. */
static inline const void *spool_vips_address(void) {
    return (const void *) vips_init;
}

/* Loads one module, "vips-heif", from beside the library. In some builds what it does is a part of libvips; then there is none,
   and that is no error. */
static inline void spool_vips_load_module(const char *library, const char *name) {
    char *folder = g_path_get_dirname(library);
    char *path = g_strdup_printf("%s/vips-modules-%d.%d/%s.so", folder, vips_version(0), vips_version(1), name);
    GModule *module = g_file_test(path, G_FILE_TEST_EXISTS) ? g_module_open(path, G_MODULE_BIND_LAZY) : NULL;
    if (module) g_module_make_resident(module);
    g_free(path);
    g_free(folder);
}

/* Builds of libvips before 8.15 have Orc compile code for vectors while they work. Memory that can be written and executed is
   what an exploit wants first, so renderers have none, and Orc would end the process. Told to emulate, it compiles nothing,
   and libvips takes its own code instead. */
static inline void spool_vips_do_without_orc(void) {
    setenv("ORC_CODE", "emulate", 1);
}

/* Lets the allocator keep one image's buffers for the next. By default glibc gives large ones back to the kernel, which
   then clears every page anew: four percent of the time for a photograph of six megapixels. 32 MiB is the largest
   threshold that glibc accepts; larger buffers go back at once, as before. */
static inline void spool_vips_keep_freed_memory(void) {
    mallopt(M_MMAP_THRESHOLD, 32 << 20);
    mallopt(M_TRIM_THRESHOLD, 64 << 20);
}

#endif
