#define _GNU_SOURCE
#include "CSpoolSystem.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/vfs.h>
#include <sys/xattr.h>
#include <unistd.h>

int spool_send_datagram(const char *path, const void *bytes, size_t length, int file) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    size_t path_length = strlen(path);
    int connection, failure;
    ssize_t sent;

    if (path_length == 0 || path_length >= sizeof address.sun_path) {
        errno = EINVAL;
        return -1;
    }
    memcpy(address.sun_path, path, path_length);
    if (path[0] == '@') address.sun_path[0] = 0;
    connection = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (connection < 0) return -1;
    sent = connect(
        connection, (struct sockaddr *)&address, (socklen_t)(offsetof(struct sockaddr_un, sun_path) + path_length));
    if (sent == 0) sent = spool_send(connection, bytes, length, &file, file < 0 ? 0 : 1);
    failure = errno;
    close(connection);
    errno = failure;
    return sent < 0 ? -1 : 0;
}

int spool_open_beneath(int folder, const char *path, int flags, mode_t mode) {
    struct open_how how = {
        .flags = (uint64_t)(flags | O_CLOEXEC),
        .mode = (flags & (O_CREAT | O_TMPFILE)) ? mode : 0,
        .resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS,
    };
    int file, tries = 0;
    do {
        // EAGAIN: something was renamed while a path with ".." was walked, so the kernel could not vouch for it.
        file = (int)syscall(SYS_openat2, folder, path, &how, sizeof how);
    } while (file < 0 && (errno == EINTR || (errno == EAGAIN && ++tries < 100)));
    return file;
}

int spool_openat(int folder, const char *path, int flags, mode_t mode) {
    return openat(folder, path, flags | O_CLOEXEC, mode);
}

int spool_rename_noreplace(int from_folder, const char *from, int to_folder, const char *to) {
    return renameat2(from_folder, from, to_folder, to, RENAME_NOREPLACE);
}

int spool_begin_writing(int file) { return sync_file_range(file, 0, 0, SYNC_FILE_RANGE_WRITE); }

int spool_is_open_here_alone(int file) {
    // Who opens the file in between gives the holder a signal: one that is ignored by default instead of SIGIO.
    if (fcntl(file, F_SETSIG, SIGURG) != 0 || fcntl(file, F_SETLEASE, F_WRLCK) != 0) return 0;
    fcntl(file, F_SETLEASE, F_UNLCK);
    return 1;
}

int spool_share_new_files(int folder) {
    // As in linux/posix_acl_xattr.h, all numbers with the lowest byte first: the version; tag, rights and id of each entry.
    static const char name[] = "system.posix_acl_default";
    static const unsigned char list[] = {
        2, 0, 0, 0,                            // the version
        0x01, 0, 7, 0, 0xff, 0xff, 0xff, 0xff, // the owner
        0x04, 0, 7, 0, 0xff, 0xff, 0xff, 0xff, // the group
        0x20, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, // others
    };
    ssize_t length = fgetxattr(folder, name, NULL, 0);
    if (length > 0) return 0;
    if (length < 0 && errno != ENODATA) return -1;
    return fsetxattr(folder, name, list, sizeof list, 0) == 0 ? 1 : -1;
}

int spool_set_process_name(const char *name) { return prctl(PR_SET_NAME, name); }

int spool_memory_file(const char *name) { return memfd_create(name, MFD_CLOEXEC); }

int spool_sealed_memory_file(const char *name, const void *bytes, size_t length) {
    int file = memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING);
    size_t written = 0;
    int failure;

    if (file < 0) return -1;
    while (written < length) {
        ssize_t count = write(file, (const char *)bytes + written, length - written);
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) break;
        written += (size_t)count;
    }
    if (written == length && fcntl(file, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL) == 0)
        return file;
    failure = errno;
    close(file);
    errno = failure;
    return -1;
}

int spool_socket_pair(int sockets[2]) {
    return socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sockets);
}

int spool_pipe(int ends[2]) { return pipe2(ends, O_CLOEXEC); }

ssize_t spool_send(int socket, const void *bytes, size_t length, const int *descriptors, size_t count) {
    union {
        char bytes[CMSG_SPACE(sizeof(int) * SPOOL_MAX_DESCRIPTORS)];
        struct cmsghdr header;
    } control;
    struct iovec content = {.iov_base = (void *)bytes, .iov_len = length};
    struct msghdr message = {.msg_iov = &content, .msg_iovlen = 1};
    if (count > SPOOL_MAX_DESCRIPTORS) {
        errno = EINVAL;
        return -1;
    }
    if (count > 0) {
        memset(&control, 0, sizeof control);
        message.msg_control = control.bytes;
        message.msg_controllen = CMSG_SPACE(sizeof(int) * count);
        struct cmsghdr *header = CMSG_FIRSTHDR(&message);
        header->cmsg_level = SOL_SOCKET;
        header->cmsg_type = SCM_RIGHTS;
        header->cmsg_len = CMSG_LEN(sizeof(int) * count);
        memcpy(CMSG_DATA(header), descriptors, sizeof(int) * count);
    }
    ssize_t sent;
    do {
        sent = sendmsg(socket, &message, MSG_NOSIGNAL);
    } while (sent < 0 && errno == EINTR);
    return sent;
}

ssize_t spool_receive(int socket, void *bytes, size_t capacity, int *descriptors, size_t *count) {
    union {
        char bytes[CMSG_SPACE(sizeof(int) * SPOOL_MAX_DESCRIPTORS)];
        struct cmsghdr header;
    } control;
    struct iovec content = {.iov_base = bytes, .iov_len = capacity};
    struct msghdr message = {
        .msg_iov = &content,
        .msg_iovlen = 1,
        .msg_control = control.bytes,
        .msg_controllen = sizeof control.bytes,
    };
    size_t room = *count;
    *count = 0;
    ssize_t received;
    do {
        received = recvmsg(socket, &message, MSG_CMSG_CLOEXEC);
    } while (received < 0 && errno == EINTR);
    if (received < 0) return -1;

    int dropped = (message.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) != 0;
    for (struct cmsghdr *header = CMSG_FIRSTHDR(&message); header; header = CMSG_NXTHDR(&message, header)) {
        if (header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS) continue;
        size_t arrived = (header->cmsg_len - CMSG_LEN(0)) / sizeof(int);
        for (size_t index = 0; index < arrived; index++) {
            int descriptor;
            memcpy(&descriptor, CMSG_DATA(header) + index * sizeof(int), sizeof(int));
            if (*count < room) {
                descriptors[(*count)++] = descriptor;
            } else {
                close(descriptor);
                dropped = 1;
            }
        }
    }
    if (dropped) {
        for (size_t index = 0; index < *count; index++) close(descriptors[index]);
        *count = 0;
        errno = EMSGSIZE;
        return -1;
    }
    return received;
}

int spool_open_program(const char *path) {
    int opened = open(path, O_PATH | O_CLOEXEC);
    if (opened < 0) return -1;
    // Above all numbers that `spool_spawn` gives away.
    int program = fcntl(opened, F_DUPFD_CLOEXEC, 16);
    int error = errno;
    close(opened);
    errno = error;
    return program;
}

pid_t spool_spawn(int program, char *const arguments[], char *const environment[], int socket, int errors) {
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    sigset_t none, all;
    pid_t child = -1;
    int error = posix_spawn_file_actions_init(&actions);
    if (error) {
        errno = error;
        return -1;
    }
    error = posix_spawnattr_init(&attributes);
    if (error) {
        posix_spawn_file_actions_destroy(&actions);
        errno = error;
        return -1;
    }
    sigemptyset(&none);
    sigfillset(&all);
    if (!(error = posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)) &&
        !(error = posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0)) &&
        !(error = posix_spawn_file_actions_adddup2(&actions, errors, 2)) &&
        !(error = posix_spawn_file_actions_adddup2(&actions, socket, 3)) &&
        !(error = posix_spawn_file_actions_adddup2(&actions, program, 4)) &&
        !(error = posix_spawn_file_actions_addclosefrom_np(&actions, 5)) &&
        !(error = posix_spawnattr_setsigmask(&attributes, &none)) &&
        !(error = posix_spawnattr_setsigdefault(&attributes, &all)) &&
        !(error = posix_spawnattr_setpgroup(&attributes, 0)) &&
        !(error = posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF |
                                                            POSIX_SPAWN_SETPGROUP)))
        error = posix_spawn(&child, "/proc/self/fd/4", &actions, &attributes, arguments, environment);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    if (error) {
        errno = error;
        return -1;
    }
    return child;
}

int spool_signal_process(int process, int signal) {
    return (int)syscall(SYS_pidfd_send_signal, process, signal, NULL, 0);
}

const char *spool_signal_name(int signal) { return sigabbrev_np(signal); }

int64_t spool_file_system_type(int folder) {
    struct statfs information;
    return fstatfs(folder, &information) < 0 ? -1 : (int64_t)information.f_type;
}

const char *spool_library_path(const void *address) {
    Dl_info library;
    return dladdr(address, &library) ? library.dli_fname : NULL;
}
