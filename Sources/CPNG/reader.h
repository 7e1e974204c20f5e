// What a reader holds, shared by the shim's own files.

#ifndef OCTET_PNG_READER_H
#define OCTET_PNG_READER_H

#include <png.h>
#include <setjmp.h>

#include "CPNG.h"

struct octet_png_reader {
  octet_png_limits limits;

  // Where bytes come from: a descriptor through the buffer, or memory when the descriptor is -1.
  int descriptor;
  const uint8_t *bytes;
  size_t available;
  size_t position;
  uint64_t consumed;
  /// Where in the file the bytes behind the buffer lie.
  uint64_t file_offset;
  uint8_t buffer[16384];

  // What is going wrong.
  octet_png_status status;
  char message[160];
  jmp_buf failure;

  // libpng's own; null between files.
  png_structp png;
  png_infop info;
  size_t memory_used;
  size_t memory_limit;

  // The next row to hand out: `row` counts within the pass.
  octet_png_header header;
  uint8_t palette[256 * 4];
  int pass;
  uint32_t row;
  uint8_t *samples;
  size_t samples_size;
};

/// Makes the reader's source start from its first byte, with what is needed of it in the buffer. A source that is no
/// regular file, or too large, is refused.
octet_png_status octet_png_start_source(octet_png_reader *reader);

/// Checks the first bytes, and the size they state, before libpng sees them.
octet_png_status octet_png_check_start(octet_png_reader *reader);

/// Hands bytes to libpng.
void octet_png_supply(png_structp png, png_bytep target, size_t count);

/// Opens a descriptor for the file.
octet_png_status octet_png_open_descriptor(octet_png_reader *reader, const char *path);

/// `text` becomes the message, cut where there is no more room.
void octet_png_say(octet_png_reader *reader, const char *text);

/// A few words and a count become the message.
void octet_png_say_count(octet_png_reader *reader, const char *before, uint64_t count);

/// The system's reason for the last failure becomes the message.
octet_png_status octet_png_system_failure(octet_png_reader *reader, octet_png_status status);

#endif
