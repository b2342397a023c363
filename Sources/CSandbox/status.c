// The program's fstat(3). glibc makes it of fstatat(2), which also tells whether a name exists, and so is not allowed.
#define _GNU_SOURCE
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#if defined SYS_fstat && __SIZEOF_POINTER__ == 8

// The kernel's structure is glibc's on machines of 64 bits.
int fstat(int file, struct stat *status) { return (int)syscall(SYS_fstat, file, status); }

int fstat64(int file, struct stat64 *status) { return (int)syscall(SYS_fstat, file, status); }

#else
#error "this machine needs a fstat of its own, or fstatat among the system calls that are allowed"
#endif
