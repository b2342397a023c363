// System calls that Swift cannot spell: variadic ones, ones glibc has no function for, and control messages.
// Every function returns -1 and sets errno on failure.
#ifndef CSPOOLSYSTEM_H
#define CSPOOLSYSTEM_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

// The most descriptors one message can carry (the kernel's SCM_MAX_FD).
#define SPOOL_MAX_DESCRIPTORS 253

// openat2(2) with RESOLVE_BENEATH and RESOLVE_NO_MAGICLINKS: `path` never leaves `folder`, by "..", by an absolute
// path or by a symbolic link. ENOSYS on kernels before 5.6 and under some container filters.
int spool_open_beneath(int folder, const char *path, int flags, mode_t mode);

// openat(2), and renameat2(2) with RENAME_NOREPLACE.
int spool_openat(int folder, const char *path, int flags, mode_t mode);
int spool_rename_noreplace(int from_folder, const char *from, int to_folder, const char *to);

// sync_file_range(2) with SYNC_FILE_RANGE_WRITE for the whole file: writing begins, nothing is waited for.
int spool_begin_writing(int file);

// memfd_create(2): a file without a name, in memory, with close-on-exec set. `name` is only for people.
int spool_memory_file(const char *name);

// The same with content that nobody can change any more.
int spool_sealed_memory_file(const char *name, const void *bytes, size_t length);

// Whether the caller's is the only open description of the file, as the kernel says when it grants a write lease: 1 or 0,
// also where the caller may not have a lease or the file system has none.
int spool_is_open_here_alone(int file);

// One SOCK_SEQPACKET message with descriptors. `spool_receive` returns the message's length, 0 at the end of the
// stream; descriptors arrive with close-on-exec set, and `count` holds the room on entry, the number on return.
int spool_socket_pair(int sockets[2]);
ssize_t spool_send(int socket, const void *bytes, size_t length, const int *descriptors, size_t count);
ssize_t spool_receive(int socket, void *bytes, size_t capacity, int *descriptors, size_t *count);

// A pipe, to be read at the first and written at the second end, both with close-on-exec set.
int spool_pipe(int ends[2]);

// A program to be given to `spool_spawn`, opened with O_PATH: neither is its content to be had by the descriptor.
int spool_open_program(const char *path);

// Starts `program` with `arguments` and `environment` (both NULL-terminated),
// `socket` as its descriptor 3, itself as 4, /dev/null as its standard input and output, `errors` as its standard error,
// an empty signal mask and default signal actions.
pid_t spool_spawn(int program, char *const arguments[], char *const environment[], int socket, int errors);

// pidfd_send_signal(2).
int spool_signal_process(int process, int signal);

// Names the calling thread, which of a process with one thread is the process (PR_SET_NAME).
int spool_set_process_name(const char *name);

// One datagram to a socket of the file system, or with a leading '@' to an abstract one; with an open file, or -1 for none.
int spool_send_datagram(const char *path, const void *bytes, size_t length, int file);

// The signal's name without SIG, or NULL if there is none of this number.
const char *spool_signal_name(int signal);

// Gives a folder the default ACL "user::rwx,group::rwx,other::---", so that the umask of whoever makes files in it does not count.
// Returns 1, or 0 if it has a default ACL already, which stays; ENOTSUP where the file system has none.
int spool_share_new_files(int folder);

// Where the library lies that has something at this address, or NULL.
const char *spool_library_path(const void *address);

// The kind of file system, as statfs(2) gives it in f_type.
int64_t spool_file_system_type(int folder);

#endif
