/* Loaded before a program (LD_PRELOAD): lets one kind of call fail, once or from a certain call on.
 *
 *   NST_FAULT="KIND K once"   the K-th call of that kind fails
 *   NST_FAULT="KIND K ever"   so does every later one
 *   NST_FAULT_COUNT=FILE      at its end the program writes there how many calls there were
 *
 * KIND: malloc (with calloc, realloc, posix_memalign, aligned_alloc), mmap, open, read (pread),
 * write, fsync, rename, close, thread. Not counted: files of the system, standard streams, and what
 * the C library calls within itself. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

/* glibc's own allocator: dlsym(), which finds everything else, allocates itself. */
extern void* __libc_malloc(size_t bytes);
extern void* __libc_calloc(size_t count, size_t bytes);
extern void* __libc_realloc(void* old, size_t bytes);
extern void* __libc_memalign(size_t alignment, size_t bytes);

static char failing_kind[16];
static long failing_call;
static int fails_for_ever;
static atomic_int is_on;
static atomic_long calls;

__attribute__((constructor)) static void begin(void) {
  const char* const text = getenv("NST_FAULT");
  char mode[8] = "";
  if (text == NULL || sscanf(text, "%15s %ld %7s", failing_kind, &failing_call, mode) != 3) return;
  fails_for_ever = strcmp(mode, "ever") == 0;
  atomic_store(&is_on, 1);
}

__attribute__((destructor)) static void end(void) {
  const char* const path = getenv("NST_FAULT_COUNT");
  if (!atomic_exchange(&is_on, 0) || path == NULL) return;
  char text[32];
  const int length = snprintf(text, sizeof text, "%ld\n", atomic_load(&calls));
  const int file = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
  if (file < 0 || write(file, text, (size_t)length) != length) _exit(99);
  close(file);
}

static int fails(const char* kind, int error) {
  if (!atomic_load(&is_on) || strcmp(kind, failing_kind) != 0) return 0;
  const long call = atomic_fetch_add(&calls, 1) + 1;
  if (fails_for_ever ? call < failing_call : call != failing_call) return 0;
  errno = error;
  return 1;
}

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

void* malloc(size_t bytes) { return fails("malloc", ENOMEM) ? NULL : __libc_malloc(bytes); }
void* calloc(size_t count, size_t bytes) {
  return fails("malloc", ENOMEM) ? NULL : __libc_calloc(count, bytes);
}
void* realloc(void* old, size_t bytes) {
  return fails("malloc", ENOMEM) ? NULL : __libc_realloc(old, bytes);
}
void* aligned_alloc(size_t alignment, size_t bytes) {
  return fails("malloc", ENOMEM) ? NULL : __libc_memalign(alignment, bytes);
}
int posix_memalign(void** memory, size_t alignment, size_t bytes) {
  if (fails("malloc", ENOMEM)) return ENOMEM;
  *memory = __libc_memalign(alignment, bytes);
  return *memory != NULL ? 0 : ENOMEM;
}

void* mmap(void* address, size_t bytes, int protection, int flags, int file, off_t offset) {
  if (fails("mmap", ENOMEM)) return MAP_FAILED;
  return (void*)syscall(SYS_mmap, address, bytes, protection, flags, file, offset);
}

static int is_of_system(const char* path) {
  return strncmp(path, "/proc/", 6) == 0 || strncmp(path, "/sys/", 5) == 0 ||
         strncmp(path, "/etc/", 5) == 0 || strncmp(path, "/usr/", 5) == 0 ||
         strncmp(path, "/lib", 4) == 0 || strncmp(path, "/dev/", 5) == 0;
}

#define DEFINE_OPEN(name)                                                          \
  int name(const char* path, int flags, ...) {                                     \
    va_list rest;                                                                  \
    va_start(rest, flags);                                                         \
    const int mode = (flags & O_CREAT) != 0 ? va_arg(rest, int) : 0;               \
    va_end(rest);                                                                  \
    if (!is_of_system(path) && fails("open", flags & O_CREAT ? ENOSPC : EACCES)) { \
      return -1;                                                                   \
    }                                                                              \
    return (int)syscall(SYS_openat, AT_FDCWD, path, flags, mode);                  \
  }
DEFINE_OPEN(open)
DEFINE_OPEN(open64)

ssize_t read(int file, void* to, size_t bytes) {
  if (file > STDERR_FILENO && fails("read", EIO)) return -1;
  return syscall(SYS_read, file, to, bytes);
}
ssize_t pread(int file, void* to, size_t bytes, off_t offset) {
  if (fails("read", EIO)) return -1;
  return syscall(SYS_pread64, file, to, bytes, offset);
}
ssize_t write(int file, const void* from, size_t bytes) {
  if (file > STDERR_FILENO && fails("write", ENOSPC)) return -1;
  return syscall(SYS_write, file, from, bytes);
}
int fsync(int file) { return fails("fsync", EIO) ? -1 : (int)syscall(SYS_fsync, file); }
int rename(const char* from, const char* to) {
  if (fails("rename", EIO)) return -1;
  return (int)syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, 0);
}
/* The descriptor is gone even where closing fails, as on Linux. */
int close(int file) {
  const int failed = file > STDERR_FILENO && fails("close", EIO);
  const int status = (int)syscall(SYS_close, file);
  if (failed) errno = EIO;
  return failed ? -1 : status;
}

int pthread_create(pthread_t* thread, const pthread_attr_t* attributes, void* (*body)(void*),
                   void* argument) {
  if (fails("thread", EAGAIN)) return EAGAIN;
  return REAL(pthread_create)(thread, attributes, body, argument);
}
