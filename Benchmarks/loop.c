/*
 * The bound that everything else is compared to: libvips in a loop, as many processes as asked, no job files.
 *
 * loop [--durable] [--thumbnail] SOURCE FOLDER COUNT PROCESSES WIDTH HEIGHT SHRINK
 *
 * Writes FOLDER/out-0.jpg ... FOLDER/out-(COUNT-1).jpg, each WIDTH x HEIGHT at quality 80. Each process takes the next
 * number from a shared counter. --durable writes under a temporary name, flushes, renames and flushes the folder.
 * --thumbnail lets vips_thumbnail choose how to shrink instead of decoding at 1/SHRINK.
 */
#include <fcntl.h>
#include <getopt.h>
#include <stdbool.h>
#include <sys/stat.h>
#include <vips/vips.h>

#include "processes.h"

struct plan {
    bool durable;
    bool thumbnail;
    const char *source;
    const char *folder;
    int count;
    int processes;
    int width;
    int height;
    int shrink;
};

static VipsImage *shrunk_on_load(VipsSource *source, const struct plan *plan) {
    VipsImage *decoded;
    if (vips_jpegload_source(source, &decoded, "shrink", plan->shrink, "access", VIPS_ACCESS_SEQUENTIAL,
                             "fail_on", VIPS_FAIL_ON_WARNING, NULL))
        vips_error_exit("jpegload_source");

    VipsImage *resized;
    double horizontal = (double) plan->width / vips_image_get_width(decoded);
    double vertical = (double) plan->height / vips_image_get_height(decoded);
    if (vips_resize(decoded, &resized, horizontal, "vscale", vertical, "kernel", VIPS_KERNEL_LANCZOS3, NULL))
        vips_error_exit("resize");
    g_object_unref(decoded);
    return resized;
}

static VipsImage *thumbnailed(VipsSource *source, const struct plan *plan) {
    VipsImage *image;
    if (vips_thumbnail_source(source, &image, plan->width, "height", plan->height, "size", VIPS_SIZE_FORCE,
                              "fail_on", VIPS_FAIL_ON_WARNING, NULL))
        vips_error_exit("thumbnail_source");
    return image;
}

static void render(const struct plan *plan, int input, int output) {
    VipsSource *source = vips_source_new_from_descriptor(input);
    VipsTarget *target = vips_target_new_to_descriptor(output);
    if (!source || !target)
        vips_error_exit("descriptors");

    VipsImage *image = plan->thumbnail ? thumbnailed(source, plan) : shrunk_on_load(source, plan);
    if (vips_jpegsave_target(image, target, "Q", 80, "optimize_coding", TRUE, "strip", TRUE,
                             "subsample_mode", VIPS_FOREIGN_SUBSAMPLE_AUTO, NULL))
        vips_error_exit("jpegsave_target");

    g_object_unref(image);
    g_object_unref(target);
    g_object_unref(source);
}

static void make_one(const struct plan *plan, int folder, int number) {
    char name[32], temporary[32];
    snprintf(name, sizeof name, "out-%d.jpg", number);
    snprintf(temporary, sizeof temporary, ".out-%d.tmp", number);

    int input = open(plan->source, O_RDONLY | O_CLOEXEC);
    if (input < 0)
        fail(plan->source);
    int output = openat(folder, plan->durable ? temporary : name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (output < 0)
        fail(name);

    render(plan, input, output);

    if (plan->durable && (fsync(output) || renameat(folder, temporary, folder, name) || fsync(folder)))
        fail(name);
    close(input);
    close(output);
}

static void work(const void *context, atomic_int *next) {
    const struct plan *plan = context;
    if (VIPS_INIT("loop"))
        vips_error_exit("init");
    vips_concurrency_set(1);
    vips_cache_set_max(0);

    int folder = open(plan->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder < 0)
        fail(plan->folder);
    int number;
    while ((number = atomic_fetch_add(next, 1)) < plan->count)
        make_one(plan, folder, number);
    close(folder);
    vips_shutdown();
}

static struct plan parse(int argc, char **argv) {
    static const struct option options[] = {
        {"durable", no_argument, NULL, 'd'},
        {"thumbnail", no_argument, NULL, 't'},
        {0},
    };
    struct plan plan = {0};
    int option;
    while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
        if (option == 'd')
            plan.durable = true;
        else if (option == 't')
            plan.thumbnail = true;
        else
            exit(EXIT_FAILURE);
    }
    if (argc - optind != 7) {
        fprintf(stderr, "usage: %s [--durable] [--thumbnail] SOURCE FOLDER COUNT PROCESSES WIDTH HEIGHT SHRINK\n",
                argv[0]);
        exit(EXIT_FAILURE);
    }
    argv += optind;
    plan.source = argv[0];
    plan.folder = argv[1];
    plan.count = atoi(argv[2]);
    plan.processes = atoi(argv[3]);
    plan.width = atoi(argv[4]);
    plan.height = atoi(argv[5]);
    plan.shrink = atoi(argv[6]);
    return plan;
}

int main(int argc, char **argv) {
    struct plan plan = parse(argc, argv);
    return run_processes(plan.processes, work, &plan);
}
