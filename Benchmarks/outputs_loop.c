/*
 * Several outputs of one image with the best calls of libvips: one decode, as small as the largest output allows, then a
 * cascade in memory from sizes of at least twice the sides.
 *
 * outputs_loop SOURCE FOLDER COUNT PROCESSES SHRINK WIDTHxHEIGHT.FORMAT...
 *
 * Writes FOLDER/out-NUMBER-WIDTHxHEIGHT.FORMAT, the largest outputs first: jpg (quality 80), png, webp (80) and avif (50),
 * with sharp's other defaults. SHRINK is 1 for a PNG. Each process takes the next number from a shared counter.
 */
#include <fcntl.h>
#include <vips/vips.h>

#include "processes.h"

#define MOST_OUTPUTS 32

struct output {
    int width, height;
    char format[8];
};

struct plan {
    const char *source, *folder;
    int count, processes, shrink, outputs;
    struct output output[MOST_OUTPUTS];
};

static VipsImage *in_memory(VipsImage *image) {
    VipsImage *copy = vips_image_copy_memory(image);
    if (!copy)
        vips_error_exit("copy_memory");
    g_object_unref(image);
    return copy;
}

static VipsImage *decoded(const struct plan *plan) {
    int input = open(plan->source, O_RDONLY | O_CLOEXEC);
    VipsSource *source = input < 0 ? NULL : vips_source_new_from_descriptor(input);
    VipsImage *image = NULL;
    if (!source)
        vips_error_exit("%s", plan->source);
    int status = plan->shrink > 1
        ? vips_jpegload_source(source, &image, "shrink", plan->shrink, "access", VIPS_ACCESS_SEQUENTIAL, NULL)
        : !(image = vips_image_new_from_source(source, "", "access", VIPS_ACCESS_SEQUENTIAL, NULL));
    if (status)
        vips_error_exit("load");
    close(input);
    g_object_unref(source);
    return image;
}

static VipsImage *resized(VipsImage *from, int width, int height) {
    VipsImage *image;
    if (vips_resize(from, &image, (double) width / from->Xsize, "vscale", (double) height / from->Ysize, NULL))
        vips_error_exit("resize");
    return image;
}

/* Colours are multiplied by alpha while pixels are mixed, in eight bits. */
static VipsImage *eight_bits(VipsImage *image, int (*change)(VipsImage *, VipsImage **, ...)) {
    VipsImage *changed, *cast;
    if (change(image, &changed, NULL) || vips_cast(changed, &cast, VIPS_FORMAT_UCHAR, NULL))
        vips_error_exit("alpha");
    g_object_unref(changed);
    g_object_unref(image);
    return cast;
}

static void save(VipsImage *image, const struct plan *plan, const struct output *output, int number) {
    char name[512];
    snprintf(name, sizeof name, "%s/out-%d-%dx%d.%s", plan->folder, number, output->width, output->height, output->format);
    int status;
    if (strcmp(output->format, "jpg") == 0)
        status = vips_jpegsave(image, name, "Q", 80, "optimize_coding", TRUE, "strip", TRUE, "subsample_mode",
                               VIPS_FOREIGN_SUBSAMPLE_ON, NULL);
    else if (strcmp(output->format, "png") == 0)
        status = vips_pngsave(image, name, "compression", 6, "filter", VIPS_FOREIGN_PNG_FILTER_NONE, "strip", TRUE, NULL);
    else if (strcmp(output->format, "webp") == 0)
        status = vips_webpsave(image, name, "Q", 80, "effort", 4, "strip", TRUE, NULL);
    else
        status = vips_heifsave(image, name, "Q", 50, "effort", 4, "compression", VIPS_FOREIGN_HEIF_COMPRESSION_AV1,
                               "subsample_mode", VIPS_FOREIGN_SUBSAMPLE_OFF, "bitdepth", 8, "strip", TRUE, NULL);
    if (status)
        vips_error_exit("%s", name);
}

static void make_one(const struct plan *plan, int number) {
    VipsImage *kept[MOST_OUTPUTS];
    VipsImage *source = decoded(plan);
    gboolean alpha = vips_image_hasalpha(source);
    if (alpha)
        source = eight_bits(source, vips_premultiply);
    if (plan->outputs > 1)
        source = in_memory(source);
    for (int index = 0; index < plan->outputs; index++) {
        const struct output *output = &plan->output[index];
        VipsImage *from = source;
        for (int before = 0; before < index; before++) {
            if (kept[before]->Xsize == output->width && kept[before]->Ysize == output->height)
                from = kept[before];
            else if (kept[before]->Xsize >= 2 * output->width && kept[before]->Ysize >= 2 * output->height)
                from = kept[before];
        }
        gboolean same = from != source && from->Xsize == output->width && from->Ysize == output->height;
        kept[index] = same ? (g_object_ref(from), from) : resized(from, output->width, output->height);
        if (plan->outputs > 1 && !same)
            kept[index] = in_memory(kept[index]);
        VipsImage *finished = kept[index];
        g_object_ref(finished);
        if (alpha)
            finished = eight_bits(finished, vips_unpremultiply);
        save(finished, plan, output, number);
        g_object_unref(finished);
    }
    for (int index = 0; index < plan->outputs; index++)
        g_object_unref(kept[index]);
    g_object_unref(source);
}

static void work(const void *context, atomic_int *next) {
    const struct plan *plan = context;
    if (VIPS_INIT("outputs_loop"))
        vips_error_exit("init");
    vips_concurrency_set(1);
    vips_cache_set_max(0);
    int number;
    while ((number = atomic_fetch_add(next, 1)) < plan->count)
        make_one(plan, number);
    vips_shutdown();
}

int main(int argc, char **argv) {
    struct plan plan = {0};
    if (argc < 7 || argc - 6 > MOST_OUTPUTS) {
        fprintf(stderr, "usage: %s SOURCE FOLDER COUNT PROCESSES SHRINK WIDTHxHEIGHT.FORMAT...\n", argv[0]);
        return EXIT_FAILURE;
    }
    plan.source = argv[1];
    plan.folder = argv[2];
    plan.count = atoi(argv[3]);
    plan.processes = atoi(argv[4]);
    plan.shrink = atoi(argv[5]);
    for (int index = 6; index < argc; index++) {
        struct output *output = &plan.output[plan.outputs++];
        if (sscanf(argv[index], "%dx%d.%7s", &output->width, &output->height, output->format) != 3) {
            fprintf(stderr, "%s is no WIDTHxHEIGHT.FORMAT\n", argv[index]);
            return EXIT_FAILURE;
        }
    }
    return run_processes(plan.processes, work, &plan);
}
