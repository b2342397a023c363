#define _GNU_SOURCE
#include "CHostile.h"

#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

int hostile_open(const char *path, int flags) { return open(path, flags, 0600); }

int hostile_fork(void) {
    pid_t child = fork();
    if (child == 0) _exit(0);
    return child;
}

int hostile_start_program(const char *path) {
    char *const arguments[] = {(char *)path, NULL};
    return execv(path, arguments);
}

int hostile_own(int file, int process) { return fcntl(file, F_SETOWN, process); }

int hostile_trace(int process) { return (int)ptrace(PTRACE_SEIZE, process, NULL, NULL); }

int hostile_read_memory(int process) {
    char byte;
    struct iovec here = {&byte, 1}, there = {&byte, 1};
    return (int)process_vm_readv(process, &here, 1, &there, 1, 0);
}

int hostile_add_key(void) { return (int)syscall(SYS_add_key, "user", "name", "value", 5, -3); }

int hostile_make_ring(void) {
    char parameters[256] = {0};
    return (int)syscall(SYS_io_uring_setup, 1, parameters);
}

int hostile_make_space(void) { return unshare(CLONE_NEWUSER); }

void hostile_take_memory(void) {
    size_t piece = 1 << 20;
    for (void *memory; (memory = malloc(piece));) memset(memory, 1, piece);
}

void hostile_demand_memory(void) {
    volatile size_t all = SIZE_MAX / 2 + 1;
    free(malloc(all));
}

static void *sleep_for_ever(void *unused) {
    for (;;) pause();
    return unused;
}

int hostile_take_threads(void) {
    pthread_t thread;
    int count = 0;
    while (pthread_create(&thread, NULL, sleep_for_ever, NULL) == 0) count++;
    return count;
}

int hostile_look_for(const char *path) {
    struct stat status;
    return fstatat(AT_FDCWD, path, &status, 0);
}
