// What a program for small Linux devices needs of the C library: a file mapped into memory, and bytes in and out.

#ifndef OCTET_DEVICE_SYSTEM_H
#define OCTET_DEVICE_SYSTEM_H

#include <stddef.h>
#include <stdint.h>

#pragma clang assume_nonnull begin

/// Bytes that stay as long as the program runs.
typedef struct octet_device_bytes {
  const void *_Nullable start;
  size_t count;
} octet_device_bytes;

/// What became of mapping a file, beside the system's error numbers, which are positive.
enum {
  OCTET_DEVICE_OK = 0,
  OCTET_DEVICE_IS_FOLDER = -1,
  /// A pipe, socket or device.
  OCTET_DEVICE_IS_SPECIAL = -2,
};

/// To be called first. Writing to a closed pipe then fails instead of ending the program, and standard input, output
/// and error exist, so that no file opened later takes their numbers.
void octet_device_prepare(void);

/// Maps a file for reading. The bytes begin at a page.
int32_t octet_device_map_file(const char *path, octet_device_bytes *bytes);

/// A file that is read piece by piece.
typedef struct octet_device_file {
  int32_t descriptor;
  uint64_t size;
} octet_device_file;

/// Opens a file for reading, with the results of `octet_device_map_file`.
int32_t octet_device_open_file(const char *path, octet_device_file *file);
void octet_device_close_file(octet_device_file file);

/// Reads so many bytes from a place: 0, or the system's error number, also where the file ends before.
int32_t octet_device_read_at(octet_device_file file, uint64_t place, void *_Nullable bytes, size_t count);

/// What a user can do about a file that could not be mapped.
const char *octet_device_advice(int32_t error);

/// The model that was linked in, or nothing.
octet_device_bytes octet_device_linked_model(void);

/// What the program is: name, version, commit and the libraries in it, as its build says.
const char *octet_device_version(void);

/// Writes all of the bytes: 0, or the system's error number.
int32_t octet_device_write(int32_t descriptor, const void *_Nullable bytes, size_t count);

/// Reads from standard input: how many bytes came, 0 at its end, or a failure as the negative error number.
intptr_t octet_device_read_input(void *_Nullable room, size_t count);

/// Whether an error of writing means that the reader closed the pipe.
int32_t octet_device_reader_left(int32_t error);

#pragma clang assume_nonnull end

#endif
