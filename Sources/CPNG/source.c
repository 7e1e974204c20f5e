// Where the bytes of a PNG file come from.

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "reader.h"

// Not by snprintf, which is a fortieth of the program for small devices.
void octet_png_say(octet_png_reader *reader, const char *text) {
  size_t length = strlen(text);
  if (length >= sizeof reader->message) length = sizeof reader->message - 1;
  memcpy(reader->message, text, length);
  reader->message[length] = 0;
}

void octet_png_say_count(octet_png_reader *reader, const char *before, uint64_t count) {
  // 20 digits at most.
  char digits[21];
  size_t start = sizeof digits - 1;
  digits[start] = 0;
  do {
    digits[--start] = (char)('0' + count % 10);
    count /= 10;
  } while (count > 0);
  octet_png_say(reader, before);
  memcpy(reader->message + strlen(before), digits + start, sizeof digits - start);
}

octet_png_status octet_png_system_failure(octet_png_reader *reader, octet_png_status status) {
  octet_png_say(reader, octet_system_reason(errno));
  reader->status = status;
  return status;
}

octet_png_status octet_png_open_descriptor(octet_png_reader *reader, const char *path) {
  // Without O_NONBLOCK opening a pipe without a writer would block forever.
  reader->descriptor = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  return reader->descriptor < 0 ? octet_png_system_failure(reader, OCTET_PNG_CANNOT_OPEN) : OCTET_PNG_OK;
}

/// Whether the descriptor is that of a regular file that is small enough.
static octet_png_status check_file(octet_png_reader *reader) {
  struct stat facts;
  if (fstat(reader->descriptor, &facts) != 0) return octet_png_system_failure(reader, OCTET_PNG_CANNOT_READ);
  if (S_ISDIR(facts.st_mode)) return reader->status = OCTET_PNG_IS_FOLDER;
  if (!S_ISREG(facts.st_mode)) return reader->status = OCTET_PNG_IS_SPECIAL;
  if ((uint64_t)facts.st_size <= reader->limits.file_bytes) return OCTET_PNG_OK;
  octet_png_say_count(reader, "", (uint64_t)facts.st_size);
  return reader->status = OCTET_PNG_FILE_TOO_LARGE;
}

/// Reads more behind what is in the buffer. 0 at the end of the file, -1 on failure.
static int fill(octet_png_reader *reader) {
  for (;;) {
    // From a place, which pipes, sockets and terminals refuse before anything is taken out of them.
    ssize_t got = pread(
        reader->descriptor, reader->buffer + reader->available, sizeof reader->buffer - reader->available,
        (off_t)reader->file_offset);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return -1;
    reader->available += (size_t)got;
    reader->file_offset += (uint64_t)got;
    return got > 0;
  }
}

static const uint8_t signature[8] = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'};

/// Whether what there is of the signature is right.
static int begins_as_png(const octet_png_reader *reader) {
  size_t known = reader->available < sizeof signature ? reader->available : sizeof signature;
  return memcmp(reader->bytes, signature, known) == 0;
}

octet_png_status octet_png_start_source(octet_png_reader *reader) {
  reader->position = 0;
  reader->consumed = 0;
  if (reader->descriptor < 0) return OCTET_PNG_OK;
  reader->available = 0;
  reader->file_offset = 0;
  reader->bytes = reader->buffer;
  int is_checked = 0;
  while (reader->available < 64) {
    int more = fill(reader);
    int error = errno;
    // To ask takes a sixth of the time that a small file takes to open and read, and a few bytes that begin as a PNG
    // file does come from no folder, pipe or terminal.
    if (!is_checked && (more <= 0 || reader->available == sizeof reader->buffer || !begins_as_png(reader))) {
      octet_png_status status = check_file(reader);
      if (status != OCTET_PNG_OK) return status;
      is_checked = 1;
    }
    errno = error;
    if (more < 0) return octet_png_system_failure(reader, OCTET_PNG_CANNOT_READ);
    if (more == 0) break;
  }
  return OCTET_PNG_OK;
}

static uint32_t big_endian(const uint8_t *bytes) {
  return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

octet_png_status octet_png_check_start(octet_png_reader *reader) {
  if (reader->available == 0) return reader->status = OCTET_PNG_EMPTY;
  if (!begins_as_png(reader)) return reader->status = OCTET_PNG_NOT_PNG;
  // The size: after the signature, the length of the first chunk and its name.
  if (reader->available < 24) {
    reader->consumed = reader->available;
    return reader->status = OCTET_PNG_TRUNCATED;
  }
  // Whatever else is wrong with a first chunk libpng says.
  if (memcmp(reader->bytes + 12, "IHDR", 4) != 0) return OCTET_PNG_OK;
  reader->header.width = big_endian(reader->bytes + 16);
  reader->header.height = big_endian(reader->bytes + 20);
  if (reader->header.width == 0 || reader->header.height == 0) return reader->status = OCTET_PNG_NO_PIXELS;
  if (reader->header.width > reader->limits.width || reader->header.height > reader->limits.height)
    return reader->status = OCTET_PNG_PICTURE_TOO_LARGE;
  return OCTET_PNG_OK;
}

void octet_png_supply(png_structp png, png_bytep target, size_t count) {
  octet_png_reader *reader = png_get_io_ptr(png);
  while (count > 0) {
    if (reader->position == reader->available) {
      int more = 0;
      if (reader->descriptor >= 0) {
        reader->position = 0;
        reader->available = 0;
        more = fill(reader);
      }
      if (more < 0) {
        octet_png_system_failure(reader, OCTET_PNG_CANNOT_READ);
        png_error(png, reader->message);
      }
      if (more == 0) {
        reader->status = OCTET_PNG_TRUNCATED;
        png_error(png, "");
      }
    }
    size_t part = reader->available - reader->position;
    if (part > count) part = count;
    memcpy(target, reader->bytes + reader->position, part);
    reader->position += part;
    reader->consumed += part;
    target += part;
    count -= part;
    // A file can grow after its size was checked.
    if (reader->consumed > reader->limits.file_bytes) {
      reader->status = OCTET_PNG_FILE_TOO_LARGE;
      octet_png_say_count(reader, "more than ", reader->limits.file_bytes);
      png_error(png, reader->message);
    }
  }
}
