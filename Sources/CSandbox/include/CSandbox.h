// What a renderer gives up before it reads a byte of a job. Functions return 0, or -1 with errno set.
#ifndef CSANDBOX_H
#define CSANDBOX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

// fork(2), which Swift does not allow. Only for a process with a single thread.
pid_t sandbox_fork(void);

// Kills this process when its parent ends, also if it has ended before. Fails if so.
int sandbox_end_with_parent(void);

// A descriptor of a process that is not reaped yet (pidfd_open(2)), with close-on-exec set.
int sandbox_open_process(pid_t process);

// No new rights by programs that are started (for good), no core dumps, and no ptrace(2) by others of the same user.
int sandbox_renounce(void);

// The version of Landlock that the kernel offers, or -1.
int sandbox_landlock_version(void);

// Takes all of the file system away, by name, from this process and its later children, by Landlock; but what lies below
// `readable`, a list of folders with colons between them, can still be read. What does not exist there is passed over. Takes TCP
// from version 4 on, and abstract sockets and signals to other processes from version 6 on. Open files stay usable.
int sandbox_close_file_system(const char *readable);

// The system calls that are left (seccomp(2)); all others fail with EPERM. A filter applies on top of those before it.
enum sandbox_stage {
    // Of a parent, which forks and waits.
    SANDBOX_PARENT,
    // Of a child with a job: no fork, no program, no new descriptor but by dup(2), no memory that is shared or executable.
    SANDBOX_CHILD,
};

// A compiled filter; compiling takes longer than a fork.
typedef struct sandbox_filter sandbox_filter;

// NULL and errno on failure. With `opens_files`, files can be opened to be read, as far as Landlock lets them be.
sandbox_filter *sandbox_compile(enum sandbox_stage stage, bool opens_files);
int sandbox_install(const sandbox_filter *filter);

// Limits of the calling process, for good. Returns the first error.
struct sandbox_budget {
    // Bytes of private memory besides what the process has now.
    uint64_t memory;
    // Seconds of processor time, from the start of the process on.
    uint64_t processor;
    // Bytes of a file that is written.
    uint64_t file;
    // The highest number of a descriptor and one more.
    uint64_t descriptors;
};
int sandbox_limit(const struct sandbox_budget *budget);

// Takes what is free of the heap, in pieces of a page and more. A child's large blocks then come from new memory, which the
// kernel gives in pages of 2 MiB where glibc asks for them. What it inherits costs a fault for each page of 4 KiB.
void sandbox_use_up_heap(void);
// Gives that back.
void sandbox_free_heap(void);

// What a child leaves to its parent: numbers in a page of memory that they share. A child that was taken over can write any.
#define SANDBOX_NOTE_LENGTH 8
#define SANDBOX_MOST_NOTES 16
int sandbox_share_page(void);
// The bytes that the process would have had in all with the first allocation that failed; 0 if none has since this was last
// asked.
uint64_t sandbox_take_refused_allocation(void);
// Notes are so many numbers each. Returns how many there are, which are then forgotten.
void sandbox_leave_notes(const double *notes, int count);
int sandbox_take_notes(double *notes);

// The most that run at a time beside the first.
#define SANDBOX_MOST_THREADS 64

// So many threads this process has, or -1.
int sandbox_count_threads(void);

#endif
