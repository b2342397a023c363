/*
 * The bound of the moves: the calls that the way of a job asks for, and nothing else. Who wants its promises, a claim,
 * a record, a result beside the job and one rename as the commit, pays at least this much.
 *
 * moves_loop [--durable] FOLDER COUNT THREADS
 *
 * Makes COUNT jobs in FOLDER, then takes each all its way; prints the seconds that took without making them.
 * --durable flushes the result and both folders of each job.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <getopt.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static const char job[] = "{\"input\": \"photo.jpg\", \"renditions\": [{\"path\": \"small.jpg\", \"width\": 320}]}";

/* As long as the worker's own, which say no more than this job does. */
enum { record_size = 450, result_size = 580 };

static int incoming, claims, staging, done;
static bool durable;
static int count;
static atomic_int next_job;

static void fail(const char *what) {
    perror(what);
    exit(EXIT_FAILURE);
}

static void check(bool success, const char *what) {
    if (!success)
        fail(what);
}

static int make_folder(const char *name) {
    check(mkdir(name, 0777) == 0, name);
    int folder = open(name, O_RDONLY | O_DIRECTORY);
    check(folder >= 0, name);
    return folder;
}

static void fill(void) {
    for (int i = 0; i < count; i++) {
        char name[32];
        snprintf(name, sizeof name, "job-%d.json", i);
        int file = openat(incoming, name, O_WRONLY | O_CREAT | O_EXCL, 0666);
        check(file >= 0 && write(file, job, sizeof job - 1) == sizeof job - 1, name);
        close(file);
    }
    sync();
}

static void move(int from, const char *name, int to, const char *new_name) {
    check(renameat2(from, name, to, new_name, RENAME_NOREPLACE) == 0, name);
}

static void take(int number, int thread, int record, const char *record_name) {
    char name[32], result[40], temporary[40], content[sizeof job], document[result_size];
    struct stat status;
    snprintf(name, sizeof name, "job-%d.json", number);
    snprintf(result, sizeof result, "job-%d.result.json", number);
    snprintf(temporary, sizeof temporary, ".%d.tmp", thread);
    memset(document, ' ', sizeof document);

    int file = openat(incoming, name, O_RDONLY | O_NOFOLLOW);
    check(file >= 0 && pread(file, content, sizeof content, 0) == sizeof job - 1, "read");
    move(incoming, name, claims, name);
    check(fstatat(claims, name, &status, AT_SYMLINK_NOFOLLOW) == 0, "look again");
    check(pread(file, content, sizeof content, 0) == sizeof job - 1, "read again");
    close(file);

    check(pwrite(record, document, record_size, 0) == record_size, "record");
    move(claims, record_name, claims, result);

    int output = openat(staging, temporary, O_WRONLY | O_CREAT | O_EXCL, 0666);
    check(output >= 0 && write(output, document, result_size) == result_size, "result");
    if (durable)
        check(fsync(output) == 0, "flush the result");
    close(output);
    move(staging, temporary, done, result);
    move(claims, name, done, name);
    if (durable)
        check(fsync(done) == 0 && fsync(claims) == 0, "flush the folders");
    move(claims, result, claims, record_name);
}

static void *run(void *argument) {
    int thread = *(int *) argument;
    char record_name[32];
    snprintf(record_name, sizeof record_name, ".record-%d", thread);
    int record = openat(claims, record_name, O_RDWR | O_CREAT | O_EXCL, 0666);
    check(record >= 0, record_name);
    for (int number; (number = atomic_fetch_add(&next_job, 1)) < count;)
        take(number, thread, record, record_name);
    close(record);
    return NULL;
}

static double seconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double) now.tv_sec + (double) now.tv_nsec / 1e9;
}

int main(int argc, char **argv) {
    static const struct option options[] = {{"durable", no_argument, NULL, 'd'}, {NULL, 0, NULL, 0}};
    for (int option; (option = getopt_long(argc, argv, "", options, NULL)) != -1;) {
        if (option != 'd')
            return EXIT_FAILURE;
        durable = true;
    }
    if (argc - optind != 3) {
        fprintf(stderr, "usage: moves_loop [--durable] FOLDER COUNT THREADS\n");
        return EXIT_FAILURE;
    }
    check(chdir(argv[optind]) == 0, argv[optind]);
    count = atoi(argv[optind + 1]);
    int threads = atoi(argv[optind + 2]);
    incoming = make_folder("incoming");
    claims = make_folder("claims");
    staging = make_folder("tmp");
    done = make_folder("done");
    fill();

    double begin = seconds();
    pthread_t *handles = calloc((size_t) threads, sizeof *handles);
    int *numbers = calloc((size_t) threads, sizeof *numbers);
    check(handles && numbers, "threads");
    for (int i = 0; i < threads; i++) {
        numbers[i] = i;
        check(pthread_create(&handles[i], NULL, run, &numbers[i]) == 0, "thread");
    }
    for (int i = 0; i < threads; i++)
        pthread_join(handles[i], NULL);
    printf("%.6f\n", seconds() - begin);
    free(handles);
    free(numbers);
    return EXIT_SUCCESS;
}
