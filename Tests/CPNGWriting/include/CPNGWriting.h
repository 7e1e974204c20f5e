// Writes PNG files of every kind with libpng, for tests of the reader.

#ifndef OCTET_PNG_WRITING_H
#define OCTET_PNG_WRITING_H

#include <stddef.h>
#include <stdint.h>

#pragma clang assume_nonnull begin

typedef struct octet_png_picture {
  uint32_t width;
  uint32_t height;
  int depth;
  /// As in the file.
  int color_type;
  int is_interlaced;
  /// Rows as libpng takes them: samples below 8 bits packed, of 16 bits with the high byte first.
  const uint8_t *rows;
  size_t row_bytes;
  /// Red, green and blue of each entry.
  const uint8_t *_Nullable palette;
  int palette_count;
  const uint8_t *_Nullable palette_alpha;
  int palette_alpha_count;
  /// Three values, unscaled; gray files take the first.
  const uint16_t *_Nullable transparent_color;
  /// Adds gamma, text, time, physical size and background.
  int has_ancillary_chunks;
} octet_png_picture;

/// Writes into `target`. The length of the file, or 0 when libpng refuses or it does not fit.
size_t octet_png_write(const octet_png_picture *picture, uint8_t *target, size_t capacity);

#pragma clang assume_nonnull end

#endif
