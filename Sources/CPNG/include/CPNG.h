// Reads PNG files row by row with libpng.
//
// libpng reports errors by a jump out of the middle of its work. This shim owns everything that such a jump crosses:
// each function below arms the jump, calls libpng, and returns a status; no jump ever passes a frame of the caller.
// Nothing here knows what the samples mean, and no picture is held whole: an interlaced file is handed out as the rows
// of its seven passes, in the order in which they are stored.

#ifndef OCTET_PNG_H
#define OCTET_PNG_H

#include <stddef.h>
#include <stdint.h>

#pragma clang assume_nonnull begin

typedef struct octet_png_reader octet_png_reader;

/// What became of a call. Whatever is not OK or END ends the reading of that file.
typedef enum octet_png_status {
  OCTET_PNG_OK = 0,
  /// Every row was handed out, and the file ends as it should.
  OCTET_PNG_END,
  /// The system's reason is the message.
  OCTET_PNG_CANNOT_OPEN,
  OCTET_PNG_CANNOT_READ,
  OCTET_PNG_IS_FOLDER,
  /// A pipe, socket or device.
  OCTET_PNG_IS_SPECIAL,
  OCTET_PNG_EMPTY,
  /// Does not begin as a PNG file does.
  OCTET_PNG_NOT_PNG,
  /// The file has more bytes than allowed: the message is the number.
  OCTET_PNG_FILE_TOO_LARGE,
  /// More columns or rows than allowed: see the size.
  OCTET_PNG_PICTURE_TOO_LARGE,
  OCTET_PNG_NO_PIXELS,
  /// The file ends too early.
  OCTET_PNG_TRUNCATED,
  /// The message is libpng's.
  OCTET_PNG_DAMAGED,
  /// More memory was wanted than such a file needs, or than there is.
  OCTET_PNG_OUT_OF_MEMORY,
} octet_png_status;

typedef struct octet_png_limits {
  uint32_t width;
  uint32_t height;
  uint64_t file_bytes;
} octet_png_limits;

typedef struct octet_png_header {
  uint32_t width;
  uint32_t height;
  /// Bits per sample: 1, 2, 4, 8 or 16.
  uint8_t depth;
  /// As in the file: 0 gray, 2 RGB, 3 palette, 4 gray and alpha, 6 RGBA.
  uint8_t color_type;
  uint8_t is_interlaced;
  /// One gray or color is transparent: the three below, unscaled (gray files have all three alike).
  uint8_t has_transparent_color;
  uint16_t transparent_color[3];
  uint16_t palette_count;
} octet_png_header;

/// Pixels of one row: the columns first_column, first_column + column_step, ...
typedef struct octet_png_row {
  /// Samples of depth up to 8 are a byte each, unscaled; those of depth 16 are two, the high one first. Valid until
  /// the next call.
  const uint8_t *_Nullable samples;
  uint32_t row;
  uint32_t first_column;
  uint32_t column_step;
  uint32_t count;
} octet_png_row;

/// A reader, for one file after another; null when there is no memory for it.
octet_png_reader *_Nullable octet_png_create(octet_png_limits limits);
void octet_png_destroy(octet_png_reader *reader);

/// Opens a file and reads up to its first row. Whatever was open before is closed.
octet_png_status octet_png_open_file(octet_png_reader *reader, const char *path);

/// The same for bytes in memory, which must stay as they are until the reader is closed.
octet_png_status octet_png_open_bytes(
    octet_png_reader *reader, const uint8_t *_Nullable bytes, size_t count);

/// Starts the open file again from its beginning.
octet_png_status octet_png_rewind(octet_png_reader *reader);

/// Closes the file and frees what only it needed.
void octet_png_close(octet_png_reader *reader);

/// Of the file that was opened last. With PICTURE_TOO_LARGE and NO_PIXELS only the size is known.
const octet_png_header *octet_png_get_header(const octet_png_reader *reader);

/// 256 entries of red, green, blue and alpha; those from the header's palette_count on are zero.
const uint8_t *octet_png_get_palette(const octet_png_reader *reader);

/// The next row, or END once, after which the file is known to be whole.
octet_png_status octet_png_next_row(octet_png_reader *reader, octet_png_row *row);

/// What went wrong, as one line without the path; empty where the status says it all.
const char *octet_png_message(const octet_png_reader *reader);

/// The bytes read when it went wrong.
uint64_t octet_png_offset(const octet_png_reader *reader);

/// The words for one of the system's error numbers.
const char *octet_system_reason(int32_t error);

/// The version of libpng that the program runs with, such as "1.6.39".
const char *octet_png_library_version(void);

#pragma clang assume_nonnull end

#endif
