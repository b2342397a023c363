// Runs a command and does harm to it at one chosen system call.
//
//     faults --root DIR --log FILE [--at N --harm kill|ERRNO [--sticky]] [--who worker|renderers]
//            [--class change|space|open|any] -- COMMAND [ARGUMENT...]
//
// It counts the calls that touch DIR, over all threads of the command (`worker`) or of its children (`renderers`), in
// the order in which they come, and does the harm before the N-th: SIGKILL to the command, or (in a child) to the child;
// or the call does not happen and returns the error; with --sticky so do all later ones of the class. Counters of other
// tools are per thread, and a job hops from thread to thread.
//
// The log has a line for each call of the class: number, worker or renderer, name, path, second path, with tabs. The
// harmed one has a "!" before its number. Last lines: "end exited STATUS" or "end signalled NUMBER", then "left K", the
// number of processes that outlived the command by more than the grace; they are killed.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/openat2.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <elf.h>

enum { GRACE_SECONDS = 5, MAX_TASKS = 1024, EXIT_UNABLE = 125 };

// What a call does to the file system, and where its paths are: the numbers of arguments, -1 for none.
enum { LOOK = 1, CHANGE = 2, SPACE = 4, OPEN = 8 };
typedef struct {
    long number;
    const char *name;
    int class;
    int folder, path, folder2, path2;  // folder without path: the descriptor itself
} Call;

#define NONE -1
#define CWD -2
static const Call calls[] = {
#ifdef SYS_open
    {SYS_open, "open", LOOK | OPEN, CWD, 0, NONE, NONE},
    {SYS_rename, "rename", CHANGE | SPACE, CWD, 0, CWD, 1},
    {SYS_link, "link", CHANGE | SPACE, CWD, 0, CWD, 1},
    {SYS_unlink, "unlink", CHANGE, CWD, 0, NONE, NONE},
    {SYS_mkdir, "mkdir", CHANGE | SPACE, CWD, 0, NONE, NONE},
    {SYS_rmdir, "rmdir", CHANGE, CWD, 0, NONE, NONE},
    {SYS_stat, "stat", LOOK, CWD, 0, NONE, NONE},
#endif
#ifdef SYS_renameat
    {SYS_renameat, "renameat", CHANGE | SPACE, 0, 1, 2, 3},
#endif
    {SYS_openat, "openat", LOOK | OPEN, 0, 1, NONE, NONE},
    {SYS_openat2, "openat2", LOOK | OPEN, 0, 1, NONE, NONE},
    {SYS_renameat2, "renameat2", CHANGE | SPACE, 0, 1, 2, 3},
    {SYS_linkat, "linkat", CHANGE | SPACE, 0, 1, 2, 3},
    {SYS_symlinkat, "symlinkat", CHANGE | SPACE, 1, 2, NONE, NONE},
    {SYS_unlinkat, "unlinkat", CHANGE, 0, 1, NONE, NONE},
    {SYS_mkdirat, "mkdirat", CHANGE | SPACE, 0, 1, NONE, NONE},
    {SYS_utimensat, "utimensat", CHANGE, 0, 1, NONE, NONE},
    {SYS_fchmodat, "fchmodat", CHANGE, 0, 1, NONE, NONE},
    {SYS_newfstatat, "newfstatat", LOOK, 0, 1, NONE, NONE},
    {SYS_statx, "statx", LOOK, 0, 1, NONE, NONE},
    {SYS_faccessat, "faccessat", LOOK, 0, 1, NONE, NONE},
    {SYS_write, "write", CHANGE | SPACE, 0, NONE, NONE, NONE},
    {SYS_writev, "writev", CHANGE | SPACE, 0, NONE, NONE, NONE},
    {SYS_pwrite64, "pwrite64", CHANGE | SPACE, 0, NONE, NONE, NONE},
    {SYS_fallocate, "fallocate", CHANGE | SPACE, 0, NONE, NONE, NONE},
    {SYS_ftruncate, "ftruncate", CHANGE, 0, NONE, NONE, NONE},
    {SYS_fchmod, "fchmod", CHANGE, 0, NONE, NONE, NONE},
    {SYS_fsync, "fsync", CHANGE | SPACE, 0, NONE, NONE, NONE},
    {SYS_fdatasync, "fdatasync", CHANGE | SPACE, 0, NONE, NONE, NONE},
    {SYS_syncfs, "syncfs", CHANGE | SPACE, 0, NONE, NONE, NONE},
    {SYS_read, "read", LOOK, 0, NONE, NONE, NONE},
    {SYS_pread64, "pread64", LOOK, 0, NONE, NONE, NONE},
    {SYS_getdents64, "getdents64", LOOK, 0, NONE, NONE, NONE},
    {SYS_fstat, "fstat", LOOK, 0, NONE, NONE, NONE},
};
enum { CALL_COUNT = sizeof calls / sizeof *calls };

static struct {
    const char *root;
    size_t root_length;
    long at;
    int error;  // 0: kill
    int sticky, renderers, class;
    FILE *log;
} options = {.class = LOOK | CHANGE};

static pid_t worker;
static long count;

static struct {
    pid_t task, process;
} tasks[MAX_TASKS];
static int task_count;

static void fail(const char *what) {
    fprintf(stderr, "faults: %s: %s\n", what, strerror(errno));
    exit(EXIT_UNABLE);
}

// MARK: What the tasks are

static pid_t process_of(pid_t task) {
    for (int index = 0; index < task_count; index++)
        if (tasks[index].task == task) return tasks[index].process;
    char path[64], line[256];
    pid_t process = task;
    snprintf(path, sizeof path, "/proc/%d/status", task);
    FILE *status = fopen(path, "re");
    if (status) {
        while (fgets(line, sizeof line, status))
            if (sscanf(line, "Tgid: %d", &process) == 1) break;
        fclose(status);
    }
    if (task_count < MAX_TASKS) {
        tasks[task_count].task = task;
        tasks[task_count++].process = process;
    }
    return process;
}

static void forget(pid_t task) {
    for (int index = 0; index < task_count; index++)
        if (tasks[index].task == task) tasks[index--] = tasks[--task_count];
}

// MARK: What a call touches

static int text_of(pid_t task, uint64_t address, char *text, size_t size) {
    size_t length = 0;
    while (length < size - 1) {
        size_t chunk = 4096 - (address + length) % 4096;  // the next page may not be there
        if (chunk > size - 1 - length) chunk = size - 1 - length;
        struct iovec here = {text + length, chunk}, there = {(void *)(uintptr_t)(address + length), chunk};
        ssize_t got = process_vm_readv(task, &here, 1, &there, 1, 0);
        if (got <= 0) return -1;
        if (memchr(text + length, 0, (size_t)got)) return 0;
        length += (size_t)got;
    }
    text[size - 1] = 0;
    return 0;
}

static int path_of(pid_t task, const uint64_t *arguments, int folder, int path, char *result) {
    char name[PATH_MAX] = "", link[64];
    result[0] = 0;
    if (folder == NONE) return 0;
    if (path >= 0 && arguments[path] && text_of(task, arguments[path], name, sizeof name) < 0) return 0;
    if (name[0] == '/') {
        snprintf(result, PATH_MAX, "%s", name);
    } else {
        int descriptor = folder == CWD ? AT_FDCWD : (int)arguments[folder];
        if (descriptor == AT_FDCWD)
            snprintf(link, sizeof link, "/proc/%d/cwd", task);
        else
            snprintf(link, sizeof link, "/proc/%d/fd/%d", task, descriptor);
        ssize_t length = readlink(link, result, PATH_MAX - 1);
        if (length < 0) length = 0;
        result[length] = 0;
        if (name[0] && length > 0) snprintf(result + length, (size_t)(PATH_MAX - length), "/%s", name);
    }
    if (strncmp(result, options.root, options.root_length) != 0) return 0;
    return result[options.root_length] == '/' || result[options.root_length] == 0;
}

static int class_of(const Call *call, pid_t task, const uint64_t *arguments) {
    uint64_t flags = 0;
    if (call->number == SYS_openat) flags = arguments[2];
#ifdef SYS_open
    if (call->number == SYS_open) flags = arguments[1];
#endif
    if (call->number == SYS_openat2) {
        struct open_how how = {0};
        struct iovec here = {&how, sizeof how}, there = {(void *)(uintptr_t)arguments[2], sizeof how};
        if (process_vm_readv(task, &here, 1, &there, 1, 0) > 0) flags = how.flags;
    }
    return flags & (O_CREAT | O_TRUNC) ? call->class | CHANGE | SPACE : call->class;
}

// MARK: Harm

static void refuse(pid_t task, int error) {
#if defined __x86_64__
    struct user_regs_struct registers;
    if (ptrace(PTRACE_GETREGS, task, 0, &registers) < 0) return;
    registers.orig_rax = (unsigned long long)-1;
    registers.rax = (unsigned long long)-error;
    ptrace(PTRACE_SETREGS, task, 0, &registers);
#elif defined __aarch64__
    int number = -1;
    struct iovec call = {&number, sizeof number};
    struct user_regs_struct registers;
    struct iovec all = {&registers, sizeof registers};
    ptrace(PTRACE_SETREGSET, task, NT_ARM_SYSTEM_CALL, &call);
    if (ptrace(PTRACE_GETREGSET, task, NT_PRSTATUS, &all) < 0) return;
    registers.regs[0] = (unsigned long long)-error;
    ptrace(PTRACE_SETREGSET, task, NT_PRSTATUS, &all);
#else
#error "only x86-64 and AArch64"
#endif
}

static void printable(FILE *log, const char *path) {
    fputc('\t', log);
    if (!path[0]) return;
    const char *shown = strncmp(path, options.root, options.root_length) ? path : path + options.root_length;
    if (shown[0] == '/' && shown != path) shown++;
    if (!shown[0]) shown = ".";
    for (; *shown; shown++) fputc((unsigned char)*shown < ' ' ? '?' : *shown, log);
}

static void examine(pid_t task) {
    struct __ptrace_syscall_info information;
    if (ptrace(PTRACE_GET_SYSCALL_INFO, task, sizeof information, &information) < 0) return;
    const Call *call = NULL;
    for (int index = 0; index < CALL_COUNT; index++)
        if ((uint64_t)calls[index].number == information.seccomp.nr) call = &calls[index];
    if (!call) return;
    const uint64_t *arguments = (const uint64_t *)information.seccomp.args;
    pid_t process = process_of(task);
    if ((process != worker) != options.renderers) return;
    if (!(class_of(call, task, arguments) & options.class)) return;
    char first[PATH_MAX], second[PATH_MAX];
    int touches = path_of(task, arguments, call->folder, call->path, first);
    touches |= path_of(task, arguments, call->folder2, call->path2, second);
    if (!touches) return;

    count++;
    int harmed = options.at > 0 && (count == options.at || (options.sticky && count > options.at));
    const char *creates = class_of(call, task, arguments) != call->class ? "+create" : "";
    fprintf(options.log, "%s%ld\t%s\t%s%s", harmed ? "!" : "", count, process == worker ? "worker" : "renderer",
            call->name, creates);
    printable(options.log, first);
    printable(options.log, second);
    fputc('\n', options.log);
    fflush(options.log);
    if (!harmed) return;
    if (options.error)
        refuse(task, options.error);
    else
        kill(process, SIGKILL);
}

// MARK: The command

static void filter(void) {
    struct sock_filter program[CALL_COUNT + 3];
    int length = 0;
    program[length++] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr));
    for (int index = 0; index < CALL_COUNT; index++)
        program[length++] = (struct sock_filter)BPF_JUMP(
            BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)calls[index].number, (uint8_t)(CALL_COUNT - index), 0);
    program[length++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
    program[length++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRACE);
    struct sock_fprog whole = {(unsigned short)length, program};
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 || prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &whole) < 0)
        fail("seccomp");
}

static pid_t start(char **command) {
    int gate[2];
    if (pipe2(gate, O_CLOEXEC) < 0) fail("pipe");
    pid_t child = fork();
    if (child < 0) fail("fork");
    if (child == 0) {
        char byte;
        close(gate[1]);
        // The filter asks the tracer; without one its calls would fail.
        if (read(gate[0], &byte, 1) != 1) _exit(EXIT_UNABLE);
        filter();
        execvp(command[0], command);
        fail(command[0]);
    }
    long wishes = PTRACE_O_TRACESECCOMP | PTRACE_O_TRACECLONE | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK |
                  PTRACE_O_TRACEEXEC | PTRACE_O_EXITKILL;
    if (ptrace(PTRACE_SEIZE, child, 0, wishes) < 0) fail("ptrace");
    if (write(gate[1], "g", 1) != 1) fail("pipe");
    close(gate[0]);
    close(gate[1]);
    return child;
}

static void forward(int number) {
    if (worker > 0) kill(worker, number);
}

static void ring(int number) { (void)number; }

static int others(void) {
    int left = 0;
    for (int index = 0; index < task_count; index++) left += tasks[index].task == tasks[index].process;
    return left;
}

// Attends to the tasks until the last is gone, or until the grace after the end of the command is over.
static int attend(void) {
    int status, ending = 0, ended = 0;
    for (;;) {
        pid_t task = waitpid(-1, &status, __WALL);
        if (task < 0 && errno == EINTR) {
            if (ended) break;
            continue;
        }
        if (task < 0) break;
        if (WIFEXITED(status) || WIFSIGNALED(status)) {
            forget(task);
            if (task == worker) {
                ending = status;
                ended = 1;
                alarm(GRACE_SECONDS);
            }
            continue;
        }
        int event = status >> 16, number = WSTOPSIG(status);
        process_of(task);
        if (event == PTRACE_EVENT_SECCOMP) {
            examine(task);
            ptrace(PTRACE_CONT, task, 0, 0);
        } else if (event == PTRACE_EVENT_STOP && number != SIGTRAP) {
            ptrace(PTRACE_LISTEN, task, 0, 0);
        } else {
            ptrace(PTRACE_CONT, task, 0, event ? 0 : number);
        }
    }
    if (WIFSIGNALED(ending))
        fprintf(options.log, "end signalled %d\n", WTERMSIG(ending));
    else
        fprintf(options.log, "end exited %d\n", WEXITSTATUS(ending));
    fprintf(options.log, "left %d\n", others());
    fclose(options.log);
    return WIFSIGNALED(ending) ? 128 + WTERMSIG(ending) : WEXITSTATUS(ending);  // the end of the tracer kills the rest
}

static int error_named(const char *name) {
    if (!strcmp(name, "kill")) return 0;
    for (int number = 1; number < 134; number++) {
        const char *known = strerrorname_np(number);
        if (known && !strcmp(known, name)) return number;
    }
    errno = EINVAL;
    fail(name);
    return 0;
}

int main(int argument_count, char **arguments) {
    int index = 1;
    const char *log = NULL;
    for (; index < argument_count && strcmp(arguments[index], "--"); index++) {
        const char *name = arguments[index];
        if (!strcmp(name, "--sticky")) {
            options.sticky = 1;
            continue;
        }
        if (++index >= argument_count) break;
        const char *value = arguments[index];
        if (!strcmp(name, "--root")) options.root = value;
        else if (!strcmp(name, "--log")) log = value;
        else if (!strcmp(name, "--at")) options.at = atol(value);
        else if (!strcmp(name, "--harm")) options.error = error_named(value);
        else if (!strcmp(name, "--who")) options.renderers = !strcmp(value, "renderers");
        else if (!strcmp(name, "--class"))
            options.class = !strcmp(value, "change") ? CHANGE : !strcmp(value, "space") ? SPACE :
                            !strcmp(value, "open") ? OPEN : LOOK | CHANGE;
        else {
            fprintf(stderr, "faults: unknown option %s\n", name);
            return EXIT_UNABLE;
        }
    }
    if (!options.root || !log || index + 1 >= argument_count) {
        fprintf(stderr, "faults: --root, --log and a command are needed\n");
        return EXIT_UNABLE;
    }
    options.root_length = strlen(options.root);
    options.log = fopen(log, "we");
    if (!options.log) fail(log);
    struct sigaction action = {.sa_handler = ring};
    sigaction(SIGALRM, &action, NULL);  // without SA_RESTART, so that it ends the wait
    worker = start(arguments + index + 1);
    process_of(worker);
    action.sa_handler = forward;
    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGINT, &action, NULL);
    return attend();
}
