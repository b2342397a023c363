// The program's malloc(3), which is glibc's, and remembers what it refused. Libraries end the process on that, or give reasons of
// their own; without this nobody could tell a job that is too large for its memory from a crash.
#define _GNU_SOURCE
#include "CSandbox.h"

#include <dlfcn.h>
#include <errno.h>
#include <malloc.h>
#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>

extern void *__libc_malloc(size_t);
extern void *__libc_calloc(size_t, size_t);
extern void *__libc_realloc(void *, size_t);
extern void *__libc_memalign(size_t, size_t);

static struct {
    _Atomic uint64_t refused;
    int count;
    double notes[SANDBOX_MOST_NOTES * SANDBOX_NOTE_LENGTH];
} *page;

int sandbox_share_page(void) {
    void *memory = mmap(NULL, sizeof *page, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) return -1;
    page = memory;
    return 0;
}

uint64_t sandbox_take_refused_allocation(void) {
    uint64_t size = page->refused;
    page->refused = 0;
    return size;
}

void sandbox_leave_notes(const double *notes, int count) {
    page->count = count < SANDBOX_MOST_NOTES ? count : SANDBOX_MOST_NOTES;
    memcpy(page->notes, notes, sizeof *notes * SANDBOX_NOTE_LENGTH * (size_t)page->count);
}

int sandbox_take_notes(double *notes) {
    // Once: it can be any number.
    int count = page->count;
    page->count = 0;
    if (count < 0 || count > SANDBOX_MOST_NOTES) return 0;
    memcpy(notes, page->notes, sizeof *notes * SANDBOX_NOTE_LENGTH * (size_t)count);
    return count;
}

// At this moment.
static _Atomic int64_t threads;
// Of one thread, as is usual; what it does not use yet counts as well.
static const uint64_t stack = 8 << 20;

static void *noted(void *memory, size_t size) {
    if (memory || !size || !page || page->refused) return memory;
    // What is not in use yet counts for the kernel, too.
    struct mallinfo2 all = mallinfo2();
    page->refused = all.arena + all.hblkhd + (uint64_t)threads * stack + size;
    return NULL;
}

void *malloc(size_t size) { return noted(__libc_malloc(size), size); }

void *calloc(size_t count, size_t size) {
    void *memory = __libc_calloc(count, size);
    size_t all;
    if (!memory && !__builtin_mul_overflow(count, size, &all)) noted(NULL, all);
    return memory;
}

void *realloc(void *old, size_t size) { return noted(__libc_realloc(old, size), size); }

void *memalign(size_t alignment, size_t size) { return noted(__libc_memalign(alignment, size), size); }

void *aligned_alloc(size_t alignment, size_t size) { return noted(__libc_memalign(alignment, size), size); }

int posix_memalign(void **result, size_t alignment, size_t size) {
    if (alignment % sizeof(void *) || alignment == 0 || (alignment & (alignment - 1))) return EINVAL;
    int before = errno;
    void *memory = noted(__libc_memalign(alignment, size), size);
    errno = before;
    if (!memory) return ENOMEM;
    *result = memory;
    return 0;
}

// Blocks of the heap that nobody uses, each with the address of the next.
static void **blocks;

// The first heap begins anywhere and has 2 MiB, so that it ends within a large page; what a child adds up to that page's end would
// have small ones. Growing it moves its end to where a large page begins.
static void align_end_of_heap(void) {
    static bool is_aligned;
    if (!is_aligned) free(__libc_malloc(1 << 21));
    is_aligned = true;
}

void sandbox_use_up_heap(void) {
    align_end_of_heap();
    struct rlimit before, none;
    if (getrlimit(RLIMIT_DATA, &before)) return;
    // For Valgrind's sake the kernel takes 0 for no limit.
    none = (struct rlimit){1, before.rlim_max};
    // Without this the heap would grow instead.
    if (setrlimit(RLIMIT_DATA, &none)) return;
    for (size_t size = 1 << 22; size >= 1 << 12; size /= 2) {
        void **block;
        while ((block = __libc_malloc(size))) {
            *block = blocks;
            blocks = block;
        }
    }
    setrlimit(RLIMIT_DATA, &before);
}

void sandbox_free_heap(void) {
    while (blocks) {
        void **block = blocks;
        blocks = *block;
        free(block);
    }
}

struct beginning {
    void *(*start)(void *);
    void *argument;
};

static void leave(void *unused) {
    (void)unused;
    threads--;
}

static void *begin(void *given) {
    struct beginning beginning = *(struct beginning *)given;
    free(given);
    void *result;
    // Also for one that ends by pthread_exit(3).
    pthread_cleanup_push(leave, NULL);
    result = beginning.start(beginning.argument);
    pthread_cleanup_pop(1);
    return result;
}

// The stack of a thread is memory, too, which glibc takes by itself. And a decoder can be made to start thousands of them.
int pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*start)(void *), void *argument) {
    static _Atomic(int (*)(pthread_t *, const pthread_attr_t *, void *(*)(void *), void *)) real;
    if (!real) real = dlsym(RTLD_NEXT, "pthread_create");
    // Any other program that has this linked in, tests for one, has as many as it wants.
    if (threads++ >= SANDBOX_MOST_THREADS && page) {
        threads--;
        return EAGAIN;
    }
    struct beginning *beginning = malloc(sizeof *beginning);
    if (!beginning) {
        threads--;
        return EAGAIN;
    }
    *beginning = (struct beginning){start, argument};
    int error = real(thread, attributes, begin, beginning);
    if (error) {
        threads--;
        free(beginning);
    }
    if (error == EAGAIN) noted(NULL, stack);
    return error;
}
