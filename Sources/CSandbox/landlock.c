#define _GNU_SOURCE
#include "CSandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

// As in linux/landlock.h, of which Debian 12 has an old one.
struct ruleset {
    uint64_t file_system, network, scopes;
};
static const uint32_t ask_for_version = 1;

struct __attribute__((packed)) rule_of_folder {
    uint64_t rights;
    int32_t folder;
};
static const int kind_of_folder = 1;
static const uint64_t right_to_read_files = 1 << 2, right_to_read_folders = 1 << 3;

// All rights on files that a version knows: as many bits as stand here.
static const int rights_of_version[] = {0, 13, 14, 15, 15, 16};
static const int newest = sizeof rights_of_version / sizeof *rights_of_version - 1;

int sandbox_landlock_version(void) {
    return (int)syscall(SYS_landlock_create_ruleset, NULL, (size_t)0, ask_for_version);
}

static int leave_readable(int rules, const char *path) {
    int folder = open(path, O_PATH | O_CLOEXEC);
    if (folder < 0) return errno == ENOENT || errno == ENOTDIR ? 0 : -1;
    struct rule_of_folder rule = {right_to_read_files | right_to_read_folders, folder};
    int result = (int)syscall(SYS_landlock_add_rule, rules, kind_of_folder, &rule, 0);
    int error = errno;
    close(folder);
    errno = error;
    return result;
}

// Each folder of a list with colons between them.
static int leave_all_readable(int rules, const char *list) {
    char path[PATH_MAX];
    while (*list) {
        size_t length = strcspn(list, ":");
        if (length >= sizeof path) {
            errno = ENAMETOOLONG;
            return -1;
        }
        memcpy(path, list, length);
        path[length] = 0;
        if (leave_readable(rules, path) != 0) return -1;
        list += length + (list[length] == ':');
    }
    return 0;
}

int sandbox_close_file_system(const char *readable) {
    int version = sandbox_landlock_version();
    if (version < 1) return -1;
    struct ruleset all = {0};
    all.file_system = (UINT64_C(1) << rights_of_version[version < newest ? version : newest]) - 1;
    // bind and connect; abstract sockets and signals.
    if (version >= 4) all.network = 3;
    if (version >= 6) all.scopes = 3;
    int rules = (int)syscall(SYS_landlock_create_ruleset, &all, sizeof all, 0);
    if (rules < 0) return -1;
    int result = leave_all_readable(rules, readable);
    if (result == 0) result = (int)syscall(SYS_landlock_restrict_self, rules, 0);
    int error = errno;
    close(rules);
    errno = error;
    return result;
}
