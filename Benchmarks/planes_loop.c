/*
 * What TurboJPEG and zimg can do: the worker's way through planes (Sources/SpoolPlanes) with libjpeg's decoder, in as many
 * processes as asked. No job files, no results, no digests, no libvips.
 *
 * planes_loop [--durable] SOURCE FOLDER COUNT PROCESSES WIDTH HEIGHT
 *
 * Writes FOLDER/out-0.jpg ... FOLDER/out-(COUNT-1).jpg, each WIDTH x HEIGHT at quality 80, with the bytes that the worker
 * writes, too. Each process takes the next number from a shared counter. --durable writes under a temporary name, flushes,
 * renames and flushes the folder, as loop.c does.
 *
 * A process keeps its memory, its handles and its graphs from picture to picture.
 */
#include <fcntl.h>
#include <getopt.h>
#include <stdbool.h>
#include <turbojpeg.h>
#include <zimg.h>

#include "processes.h"

enum {
    quality = 80,
    /* zimg wants buffers and rows that begin at such addresses. */
    alignment = 64,
    /* In pictures of up to so many pixels the worker resizes colour otherwise, which is not done here. */
    most_averaged = 1 << 16,
};

struct size {
    int width, height;
};

struct plan {
    bool durable;
    const char *source, *folder;
    int count, processes;
    struct size size;
};

/* One component. The picture may end within a sample: at 1/2, one that is 2725 wide has 1362.5 samples of brightness. */
struct plane {
    struct size size;
    int stride;
    double picture_width, picture_height;
    unsigned char *samples;
    size_t capacity;
};

/* The picture's part of `source`, and perhaps a little beyond, becomes `target`. */
struct resize {
    struct size source, target;
    double width, height;
};

struct graph {
    struct resize resize;
    zimg_filter_graph *zimg;
    void *scratch;
};

/* What a process keeps. Both planes of colour have one graph. */
struct tools {
    tjhandle decoder, encoder;
    struct graph brightness, colour;
    struct plane decoded[3], resized[3];
    unsigned char *source;
    size_t length, capacity;
};

static void fail_in_zimg(void) {
    char reason[256] = "";
    zimg_get_last_error(reason, sizeof reason);
    stop("zimg", reason);
}

static void *aligned(size_t bytes) {
    void *memory;
    if (posix_memalign(&memory, alignment, bytes))
        stop("memory", "there is not enough");
    return memory;
}

/* The samples of colour along a side where one stands for `factor` pixels. */
static int rounded_up(int pixels, int factor) {
    return (pixels + factor - 1) / factor;
}

/* Gives a plane its size, with memory for `room` samples: TurboJPEG writes whole samples of colour, and so more brightness
 * than there is. */
static void prepare(struct plane *plane, struct size size, struct size room) {
    plane->size = size;
    plane->stride = rounded_up(room.width, alignment) * alignment;
    /* zimg may read a vector beyond the last row. */
    size_t bytes = (size_t) plane->stride * room.height + alignment;
    if (bytes > plane->capacity) {
        free(plane->samples);
        plane->samples = aligned(bytes);
        plane->capacity = bytes;
    }
}

/* From the file each time, as the worker does. */
static void read_source(struct tools *tools, const char *path) {
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0)
        fail(path);
    tools->length = 0;
    ssize_t count;
    do {
        if (tools->length == tools->capacity) {
            tools->capacity = tools->capacity ? 2 * tools->capacity : 1 << 20;
            tools->source = realloc(tools->source, tools->capacity);
            if (!tools->source)
                fail(path);
        }
        count = read(file, tools->source + tools->length, tools->capacity - tools->length);
        if (count < 0)
            fail(path);
        tools->length += count;
    } while (count > 0);
    close(file);
}

/* The strongest reduction that leaves nothing to enlarge. */
static int reduction(struct size stored, struct size wanted) {
    if (stored.width < wanted.width || stored.height < wanted.height)
        stop("source", "it is smaller than the result, for which the worker does not use planes");
    int factor = 8;
    while (stored.width / factor < wanted.width || stored.height / factor < wanted.height)
        factor /= 2;
    return factor;
}

/* Returns the number of planes. */
static int decode(struct tools *tools, struct size wanted) {
    struct size stored;
    int subsampling, colours;
    if (tjDecompressHeader3(tools->decoder, tools->source, tools->length, &stored.width, &stored.height, &subsampling,
                            &colours))
        stop("source", tjGetErrorStr2(tools->decoder));
    bool grey = colours == TJCS_GRAY && subsampling == TJSAMP_GRAY;
    if (!grey && (colours != TJCS_YCbCr || subsampling < TJSAMP_444 || subsampling > TJSAMP_411))
        stop("source", "it is not stored in brightness and colour of a usual subsampling");

    int factor = reduction(stored, wanted);
    int across = tjMCUWidth[subsampling] / 8, down = tjMCUHeight[subsampling] / 8;
    struct size reduced = {rounded_up(stored.width, factor), rounded_up(stored.height, factor)};
    struct size colour = {rounded_up(reduced.width, across), rounded_up(reduced.height, down)};
    struct size room = {colour.width * across, colour.height * down};
    unsigned char *samples[3];
    int strides[3], planes = grey ? 1 : 3;
    for (int index = 0; index < planes; index++) {
        struct plane *plane = &tools->decoded[index];
        prepare(plane, index ? colour : reduced, index ? colour : room);
        plane->picture_width = (double) stored.width / factor / (index ? across : 1);
        plane->picture_height = (double) stored.height / factor / (index ? down : 1);
        samples[index] = plane->samples;
        strides[index] = plane->stride;
    }
    if (tjDecompressToYUVPlanes(tools->decoder, tools->source, tools->length, samples, reduced.width, strides,
                                reduced.height, TJFLAG_STOPONWARNING | TJFLAG_LIMITSCANS | TJFLAG_ACCURATEDCT))
        stop("source", tjGetErrorStr2(tools->decoder));
    return planes;
}

/* Makes the graph, unless it is there: that takes longer than to run it. */
static void prepare_graph(struct graph *graph, struct resize resize) {
    if (graph->zimg && memcmp(&graph->resize, &resize, sizeof resize) == 0)
        return;
    zimg_filter_graph_free(graph->zimg);
    free(graph->scratch);

    zimg_image_format source;
    zimg_image_format_default(&source, ZIMG_API_VERSION);
    source.pixel_type = ZIMG_PIXEL_BYTE;
    source.color_family = ZIMG_COLOR_GREY;
    source.pixel_range = ZIMG_RANGE_FULL;
    zimg_image_format target = source;
    source.width = resize.source.width;
    source.height = resize.source.height;
    source.active_region.left = 0;
    source.active_region.top = 0;
    source.active_region.width = resize.width;
    source.active_region.height = resize.height;
    target.width = resize.target.width;
    target.height = resize.target.height;

    zimg_graph_builder_params parameters;
    zimg_graph_builder_params_default(&parameters, ZIMG_API_VERSION);
    parameters.resample_filter = ZIMG_RESIZE_LANCZOS;
    parameters.filter_param_a = 3;
    /* AUTO_64B would use AVX-512, with which zimg 3.0.4 computes some columns wrong: see Sources/CZimg. */
    parameters.cpu_type = ZIMG_CPU_AUTO;
    graph->resize = resize;
    graph->zimg = zimg_filter_graph_build(&source, &target, &parameters);
    size_t bytes;
    if (!graph->zimg || zimg_filter_graph_get_tmp_size(graph->zimg, &bytes))
        fail_in_zimg();
    bytes = bytes > alignment ? bytes : alignment;
    graph->scratch = aligned(bytes);
    /* zimg multiplies some of it by zero: no picture depends on it, but valgrind complains. */
    memset(graph->scratch, 0, bytes);
}

static void run_graph(const struct graph *graph, const struct plane *source, const struct plane *target) {
    zimg_image_buffer_const from = {.version = ZIMG_API_VERSION};
    zimg_image_buffer to = {.version = ZIMG_API_VERSION};
    from.plane[0].data = source->samples;
    from.plane[0].stride = source->stride;
    from.plane[0].mask = ZIMG_BUFFER_MAX;
    to.plane[0].data = target->samples;
    to.plane[0].stride = target->stride;
    to.plane[0].mask = ZIMG_BUFFER_MAX;
    if (zimg_filter_graph_process(graph->zimg, &from, &to, graph->scratch, NULL, NULL, NULL, NULL))
        fail_in_zimg();
}

/* Resizes all planes for a picture with one sample of colour for 2 x 2 pixels. */
static void resize(struct tools *tools, int planes, struct size size) {
    struct size colour = {rounded_up(size.width, 2), rounded_up(size.height, 2)};
    struct size room = {2 * colour.width, 2 * colour.height};
    if (room.width * room.height <= most_averaged)
        stop("result", "it is so small that the worker resizes its colour otherwise");
    for (int index = 0; index < planes; index++) {
        const struct plane *source = &tools->decoded[index];
        struct plane *target = &tools->resized[index];
        struct graph *graph = index ? &tools->colour : &tools->brightness;
        prepare(target, index ? colour : room, index ? colour : room);
        /* What an odd size is rounded up by comes from beyond the picture. Else the picture would be stretched. */
        double horizontal = source->picture_width / size.width, vertical = source->picture_height / size.height;
        prepare_graph(graph, (struct resize) {
            .source = source->size, .target = target->size,
            .width = room.width * horizontal, .height = room.height * vertical,
        });
        run_graph(graph, source, target);
    }
}

static void encode(struct tools *tools, int planes, struct size size, int file, const char *name) {
    const unsigned char *samples[3];
    int strides[3];
    for (int index = 0; index < planes; index++) {
        samples[index] = tools->resized[index].samples;
        strides[index] = tools->resized[index].stride;
    }
    unsigned char *jpeg = NULL;
    unsigned long length = 0;
    if (tjCompressFromYUVPlanes(tools->encoder, samples, size.width, strides, size.height,
                                planes == 1 ? TJSAMP_GRAY : TJSAMP_420, &jpeg, &length, quality, TJFLAG_ACCURATEDCT))
        stop("encoding", tjGetErrorStr2(tools->encoder));
    for (unsigned long written = 0; written < length;) {
        ssize_t count = write(file, jpeg + written, length - written);
        if (count < 0)
            fail(name);
        written += count;
    }
    tjFree(jpeg);
}

static void make_one(struct tools *tools, const struct plan *plan, int folder, int number) {
    char name[32], temporary[32];
    snprintf(name, sizeof name, "out-%d.jpg", number);
    snprintf(temporary, sizeof temporary, ".out-%d.tmp", number);

    read_source(tools, plan->source);
    int output = openat(folder, plan->durable ? temporary : name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (output < 0)
        fail(name);

    int planes = decode(tools, plan->size);
    resize(tools, planes, plan->size);
    encode(tools, planes, plan->size, output, name);

    if (plan->durable && (fsync(output) || renameat(folder, temporary, folder, name) || fsync(folder)))
        fail(name);
    close(output);
}

static void release(struct tools *tools) {
    struct graph *graphs[] = {&tools->brightness, &tools->colour};
    for (int index = 0; index < 2; index++) {
        zimg_filter_graph_free(graphs[index]->zimg);
        free(graphs[index]->scratch);
    }
    for (int index = 0; index < 3; index++) {
        free(tools->decoded[index].samples);
        free(tools->resized[index].samples);
    }
    free(tools->source);
    tjDestroy(tools->decoder);
    tjDestroy(tools->encoder);
}

static void work(const void *context, atomic_int *next) {
    const struct plan *plan = context;
    struct tools tools = {.decoder = tjInitDecompress(), .encoder = tjInitCompress()};
    if (!tools.decoder || !tools.encoder)
        stop("TurboJPEG", "it does not start");
    int folder = open(plan->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder < 0)
        fail(plan->folder);
    int number;
    while ((number = atomic_fetch_add(next, 1)) < plan->count)
        make_one(&tools, plan, folder, number);
    close(folder);
    release(&tools);
}

static struct plan parse(int argc, char **argv) {
    static const struct option options[] = {{"durable", no_argument, NULL, 'd'}, {NULL, 0, NULL, 0}};
    struct plan plan = {0};
    int option;
    while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
        if (option != 'd')
            exit(EXIT_FAILURE);
        plan.durable = true;
    }
    if (argc - optind != 6) {
        fprintf(stderr, "usage: %s [--durable] SOURCE FOLDER COUNT PROCESSES WIDTH HEIGHT\n", argv[0]);
        exit(EXIT_FAILURE);
    }
    argv += optind;
    plan.source = argv[0];
    plan.folder = argv[1];
    plan.count = atoi(argv[2]);
    plan.processes = atoi(argv[3]);
    plan.size = (struct size) {atoi(argv[4]), atoi(argv[5])};
    return plan;
}

int main(int argc, char **argv) {
    struct plan plan = parse(argc, argv);
    /* TurboJPEG takes this wish from the environment alone: Huffman tables that fit the picture. */
    setenv("TJ_OPTIMIZE", "1", 1);
    return run_processes(plan.processes, work, &plan);
}
