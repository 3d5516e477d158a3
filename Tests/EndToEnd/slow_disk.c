// Preloaded, it is a disk on which each flush takes 200 ms, and so does each write to the audit file.
#define _GNU_SOURCE
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static void wait(void) {
  struct timespec time = {0, 200000000};
  nanosleep(&time, 0);
}

int fdatasync(int descriptor) {
  wait();
  return syscall(SYS_fdatasync, descriptor);
}

int fsync(int descriptor) {
  wait();
  return syscall(SYS_fsync, descriptor);
}

ssize_t write(int descriptor, const void *bytes, size_t count) {
  char link[64], path[4096] = "";
  snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
  if (readlink(link, path, sizeof path - 1) > 0 && strstr(path, "audit.jsonl")) wait();
  return syscall(SYS_write, descriptor, bytes, count);
}
