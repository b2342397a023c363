#define _GNU_SOURCE
#include "CSandbox.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

static pid_t parent;

pid_t sandbox_fork(void) {
    parent = getpid();
    return fork();
}

int sandbox_end_with_parent(void) {
    if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) != 0) return -1;
    return getppid() == parent ? 0 : -1;
}

int sandbox_open_process(pid_t process) { return (int)syscall(SYS_pidfd_open, process, 0); }

int sandbox_renounce(void) {
    struct rlimit none = {0, 0};
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return -1;
    if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0) return -1;
    return setrlimit(RLIMIT_CORE, &none);
}

// Limits to `value`, and by force to `more` than that.
static int limit(int resource, uint64_t value, uint64_t more) {
    struct rlimit now;
    if (getrlimit(resource, &now) != 0) return -1;
    // What whoever started the worker has set, counts as well.
    if (value < now.rlim_cur) now.rlim_cur = value;
    if (now.rlim_max > now.rlim_cur && now.rlim_max - now.rlim_cur > more) now.rlim_max = now.rlim_cur + more;
    return setrlimit(resource, &now);
}

// Writable private memory, as RLIMIT_DATA counts it. It is read once, at the start: later there is no file system to read it
// from.
static uint64_t private_memory(void) {
    static uint64_t at_start;
    if (at_start) return at_start;
    FILE *file = fopen("/proc/self/statm", "re");
    unsigned long size, resident, shared, text, libraries, data;
    if (file && fscanf(file, "%lu %lu %lu %lu %lu %lu", &size, &resident, &shared, &text, &libraries, &data) == 6)
        at_start = (uint64_t)data * (uint64_t)sysconf(_SC_PAGESIZE);
    if (file) fclose(file);
    return at_start;
}

int sandbox_limit(const struct sandbox_budget *budget) {
    if (limit(RLIMIT_DATA, private_memory() + budget->memory, 0) != 0) return -1;
    if (limit(RLIMIT_FSIZE, budget->file, 0) != 0) return -1;
    if (limit(RLIMIT_NOFILE, budget->descriptors, 0) != 0) return -1;
    // First the signal that says so, SIGXCPU. Where both limits are one there is only SIGKILL, which has many reasons.
    return limit(RLIMIT_CPU, budget->processor, 2);
}

int sandbox_count_threads(void) {
    // For the limits, while there is a file system.
    private_memory();
    DIR *folder = opendir("/proc/self/task");
    if (!folder) return -1;
    int count = 0;
    for (struct dirent *entry; (entry = readdir(folder));) count += entry->d_name[0] != '.';
    closedir(folder);
    return count;
}
