/* How the loops in C share their work: so many processes, each of which takes the next number from a counter. */
#ifndef PROCESSES_H
#define PROCESSES_H

#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

static void stop(const char *what, const char *reason) {
    fprintf(stderr, "%s: %s\n", what, reason);
    exit(EXIT_FAILURE);
}

static void fail(const char *what) {
    stop(what, strerror(errno));
}

/* Forks before `work` starts a library: threads would not survive in a child. Returns what main returns. */
static int run_processes(int processes, void (*work)(const void *plan, atomic_int *next), const void *plan) {
    atomic_int *next = mmap(NULL, sizeof *next, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (next == MAP_FAILED)
        fail("mmap");
    for (int process = 0; process < processes; process++) {
        pid_t child = fork();
        if (child < 0)
            fail("fork");
        if (child == 0) {
            work(plan, next);
            exit(EXIT_SUCCESS);
        }
    }
    int result = EXIT_SUCCESS, status;
    while (wait(&status) > 0) {
        if (!WIFEXITED(status) || WEXITSTATUS(status) != EXIT_SUCCESS)
            result = EXIT_FAILURE;
    }
    return result;
}

#endif
