#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "CDeviceSystem.h"

void octet_device_prepare(void) {
  signal(SIGPIPE, SIG_IGN);
  signal(SIGXFSZ, SIG_IGN);
  for (int descriptor = 0; descriptor <= 2; descriptor += 1) {
    // The lowest free number is taken, and all below are in use.
    if (fcntl(descriptor, F_GETFD) < 0 && errno == EBADF) (void)open("/dev/null", O_RDWR);
  }
}

int32_t octet_device_open_file(const char *path, octet_device_file *file) {
  file->size = 0;
  // Without O_NONBLOCK opening a pipe without a writer would block forever.
  file->descriptor = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  if (file->descriptor < 0) return errno;
  struct stat facts;
  int32_t result = OCTET_DEVICE_OK;
  if (fstat(file->descriptor, &facts) != 0) {
    result = errno;
  } else if (S_ISDIR(facts.st_mode)) {
    result = OCTET_DEVICE_IS_FOLDER;
  } else if (!S_ISREG(facts.st_mode)) {
    result = OCTET_DEVICE_IS_SPECIAL;
  } else {
    file->size = (uint64_t)facts.st_size;
  }
  if (result != OCTET_DEVICE_OK) octet_device_close_file(*file);
  return result;
}

void octet_device_close_file(octet_device_file file) { close(file.descriptor); }

int32_t octet_device_read_at(octet_device_file file, uint64_t place, void *bytes, size_t count) {
  uint8_t *next = bytes;
  while (count > 0) {
    ssize_t got = pread(file.descriptor, next, count, (off_t)place);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return errno;
    // It was longer when it was opened.
    if (got == 0) return EIO;
    next += got;
    place += (uint64_t)got;
    count -= (size_t)got;
  }
  return OCTET_DEVICE_OK;
}

int32_t octet_device_map_file(const char *path, octet_device_bytes *bytes) {
  bytes->start = NULL;
  bytes->count = 0;
  octet_device_file file;
  int32_t result = octet_device_open_file(path, &file);
  if (result != OCTET_DEVICE_OK) return result;
  if (file.size > SIZE_MAX) {
    result = EFBIG;
  } else if (file.size > 0) {
    // Private, but a file that is cut while it is mapped takes its pages along: models are replaced, not rewritten.
    void *start = mmap(NULL, (size_t)file.size, PROT_READ, MAP_PRIVATE, file.descriptor, 0);
    if (start == MAP_FAILED) {
      result = errno;
    } else {
      bytes->start = start;
      bytes->count = (size_t)file.size;
    }
  }
  octet_device_close_file(file);
  return result;
}

const char *octet_device_advice(int32_t error) {
  switch (error) {
    case ENOENT:
    case ENOTDIR: return "check the path";
    case EACCES:
    case EPERM: return "check its permissions";
    default: return "check the file and the disk it is on";
  }
}

// Tools/device/model.S defines them when a model is linked in.
extern const uint8_t octet_linked_model[] __attribute__((weak));
extern const uint8_t octet_linked_model_end[] __attribute__((weak));

octet_device_bytes octet_device_linked_model(void) {
  octet_device_bytes bytes = {NULL, 0};
  if (octet_linked_model != NULL) {
    bytes.start = octet_linked_model;
    bytes.count = (size_t)(octet_linked_model_end - octet_linked_model);
  }
  return bytes;
}

// Tools/device/build adds an object that defines it.
extern const char octet_device_version_text[] __attribute__((weak));

const char *octet_device_version(void) {
  if (octet_device_version_text != NULL) return octet_device_version_text;
  return "octet-classify (built by 'swift build'; that of Tools/device/build says version, commit and libraries)";
}

/// A descriptor shared with another program may have been made non-blocking by it.
static void wait_for(int descriptor, short event) {
  struct pollfd request = {descriptor, event, 0};
  (void)poll(&request, 1, -1);
}

int32_t octet_device_write(int32_t descriptor, const void *bytes, size_t count) {
  const uint8_t *next = bytes;
  while (count > 0) {
    ssize_t taken = write(descriptor, next, count);
    if (taken >= 0) {
      next += taken;
      count -= (size_t)taken;
    } else if (errno == EAGAIN) {
      wait_for(descriptor, POLLOUT);
    } else if (errno != EINTR) {
      return errno;
    }
  }
  return 0;
}

intptr_t octet_device_read_input(void *room, size_t count) {
  for (;;) {
    ssize_t got = read(STDIN_FILENO, room, count);
    if (got >= 0) return got;
    if (errno == EAGAIN) {
      wait_for(STDIN_FILENO, POLLIN);
    } else if (errno != EINTR) {
      return -errno;
    }
  }
}

int32_t octet_device_reader_left(int32_t error) { return error == EPIPE; }
