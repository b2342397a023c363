#define _GNU_SOURCE
#include "CSandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <seccomp.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

struct sandbox_filter {
    unsigned short length;
    struct sock_filter steps[];
};

// Calls that are allowed whatever their arguments are.
static const char *const everybody[] = {
    // Files that are open already; see also status.c.
    "read", "readv", "pread64", "preadv", "write", "writev", "pwrite64", "pwritev", "lseek", "_llseek", "fstat", "fstat64",
    "ftruncate", "ftruncate64", "close", "dup", "poll", "ppoll", "ppoll_time64",
    // The socket of the job.
    "recvmsg", "sendmsg",
    // Memory.
    "brk", "munmap", "mremap", "madvise",
    // Threads.
    "futex", "futex_time64", "set_robust_list", "rseq", "set_tid_address", "gettid", "getpid", "exit", "exit_group",
    "sched_yield", "sched_getaffinity", "restart_syscall",
    // Signals to itself.
    "rt_sigaction", "rt_sigprocmask", "rt_sigreturn", "sigreturn", "sigaltstack",
    // Time, randomness, and what it uses.
    "clock_gettime", "clock_gettime64", "clock_getres", "clock_nanosleep", "clock_nanosleep_time64", "nanosleep",
    "gettimeofday", "time", "getrandom", "getrusage", "sysinfo", "uname", "times",
};

// A parent forks, waits, and passes sockets on; a child that was just forked limits itself.
static const char *const parents[] = {
    "fork", "wait4", "waitid", "pidfd_open", "socketpair", "getppid", "seccomp", "prlimit64", "setrlimit", "getrlimit",
    "ugetrlimit", "tgkill", "prctl", "fcntl", "fcntl64",
};

// What reading fonts takes beside open(2) itself.
static const char *const readers[] = {
    "fstatat64", "newfstatat", "statx", "stat", "lstat", "access", "faccessat", "faccessat2", "readlink", "readlinkat",
    "getdents64", "fstatfs", "statfs", "getcwd", "getuid", "geteuid", "getgid", "getegid",
};

// Stands in a compiled filter for the process that installs it.
static const uint32_t own_process = 0x7EDCBA98;

static int allow(scmp_filter_ctx filter, const char *const *names, size_t count) {
    for (size_t index = 0; index < count; index++) {
        int call = seccomp_syscall_resolve_name(names[index]);
        // Not every machine has every one.
        if (call == __NR_SCMP_ERROR || call < 0) continue;
        int error = seccomp_rule_add(filter, SCMP_ACT_ALLOW, call, 0);
        if (error) return error;
    }
    return 0;
}

// Memory that is private, or a file's: memory shared with nobody would escape the limit. Never to be executed.
static int allow_mapping(scmp_filter_ctx filter, const char *name) {
    int call = seccomp_syscall_resolve_name(name);
    if (call == __NR_SCMP_ERROR || call < 0) return 0;
    struct scmp_arg_cmp data = SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0);
    int error = seccomp_rule_add(filter, SCMP_ACT_ALLOW, call, 2, data, SCMP_A3(SCMP_CMP_MASKED_EQ, MAP_SHARED, 0));
    return error ? error
                 : seccomp_rule_add(filter, SCMP_ACT_ALLOW, call, 2, data, SCMP_A3(SCMP_CMP_MASKED_EQ, MAP_ANONYMOUS, 0));
}

static int allow_some_arguments(scmp_filter_ctx filter, enum sandbox_stage stage) {
    static const int file_commands[] = {F_GETFD, F_SETFD, F_GETFL, F_DUPFD_CLOEXEC};
    int error;
    if ((error = allow_mapping(filter, "mmap")) || (error = allow_mapping(filter, "mmap2"))) return error;
    if ((error = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(mprotect), 1,
                                  SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0))))
        return error;
    // glibc then uses clone(2), whose arguments can be looked at.
    if ((error = seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0))) return error;
    unsigned long wanted = stage == SANDBOX_CHILD ? CLONE_THREAD : 0;
    unsigned long spaces = CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER | CLONE_NEWPID |
                           CLONE_NEWNET;
    if ((error = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(clone), 1,
                                  SCMP_A0(SCMP_CMP_MASKED_EQ, wanted | spaces, wanted))))
        return error;
    if (stage == SANDBOX_PARENT) return 0;

    // Others make a file send signals to any process of the user.
    for (size_t index = 0; index < sizeof file_commands / sizeof *file_commands; index++)
        if ((error = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(fcntl), 1,
                                      SCMP_A1(SCMP_CMP_EQ, file_commands[index]))))
            return error;
    // abort(3).
    if ((error = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(tgkill), 1, SCMP_A0(SCMP_CMP_EQ, own_process))))
        return error;
    if ((error = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(prctl), 1, SCMP_A0(SCMP_CMP_EQ, PR_SET_NAME))))
        return error;
    // Asking for a limit, of itself.
    return seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(prlimit64), 2, SCMP_A0(SCMP_CMP_EQ, 0),
                            SCMP_A2(SCMP_CMP_EQ, 0));
}

static sandbox_filter *exported(scmp_filter_ctx filter) {
    sandbox_filter *result = NULL;
    int file = memfd_create("filter", MFD_CLOEXEC);
    if (file < 0) return NULL;
    int error = -seccomp_export_bpf(filter, file);
    off_t bytes = error ? 0 : lseek(file, 0, SEEK_END);
    if (bytes > 0 && (result = malloc(sizeof *result + (size_t)bytes))) {
        result->length = (unsigned short)((size_t)bytes / sizeof *result->steps);
        if (pread(file, result->steps, (size_t)bytes, 0) != bytes) {
            free(result);
            result = NULL;
        }
    }
    close(file);
    if (!result) errno = error ? error : EIO;
    return result;
}

static int allow_opening(scmp_filter_ctx filter) {
    unsigned long writing = O_ACCMODE | O_CREAT | O_TRUNC | O_APPEND | (O_TMPFILE & ~O_DIRECTORY);
    int error = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(openat), 1,
                                 SCMP_A2(SCMP_CMP_MASKED_EQ, writing, O_RDONLY));
    int call = seccomp_syscall_resolve_name("open");
    if (error || call == __NR_SCMP_ERROR || call < 0) return error;
    return seccomp_rule_add(filter, SCMP_ACT_ALLOW, call, 1, SCMP_A1(SCMP_CMP_MASKED_EQ, writing, O_RDONLY));
}

sandbox_filter *sandbox_compile(enum sandbox_stage stage, bool opens_files) {
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ERRNO(EPERM));
    if (!filter) {
        errno = ENOMEM;
        return NULL;
    }
    int error = allow(filter, everybody, sizeof everybody / sizeof *everybody);
    if (!error && stage == SANDBOX_PARENT) error = allow(filter, parents, sizeof parents / sizeof *parents);
    if (!error) error = allow_some_arguments(filter, stage);
    if (!error && opens_files) error = allow(filter, readers, sizeof readers / sizeof *readers);
    if (!error && opens_files) error = allow_opening(filter);
    sandbox_filter *result = NULL;
    if (error)
        errno = -error;
    else
        result = exported(filter);
    error = errno;
    seccomp_release(filter);
    errno = error;
    return result;
}

int sandbox_install(const sandbox_filter *filter) {
    struct sock_filter steps[filter->length];
    for (unsigned short index = 0; index < filter->length; index++) {
        steps[index] = filter->steps[index];
        if (BPF_CLASS(steps[index].code) == BPF_JMP && steps[index].k == own_process)
            steps[index].k = (uint32_t)getpid();
    }
    struct sock_fprog program = {.len = filter->length, .filter = steps};
    return (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program);
}
