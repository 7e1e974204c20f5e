// Creates, drives and destroys libpng's reader.

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "reader.h"

// MARK: Memory, counted, so that no file can make libpng take much of it

/// In front of each block: its size, and room that keeps the block aligned for anything.
typedef union block_header {
  size_t size;
  max_align_t alignment;
} block_header;

static png_voidp take_memory(png_structp png, png_alloc_size_t size) {
  octet_png_reader *reader = png_get_mem_ptr(png);
  if (size > reader->memory_limit || reader->memory_used > reader->memory_limit - size) {
    reader->status = OCTET_PNG_OUT_OF_MEMORY;
    return NULL;
  }
  block_header *block = malloc(sizeof(block_header) + size);
  if (block == NULL) {
    reader->status = OCTET_PNG_OUT_OF_MEMORY;
    return NULL;
  }
  block->size = size;
  reader->memory_used += size;
  return block + 1;
}

static void give_memory(png_structp png, png_voidp start) {
  octet_png_reader *reader = png_get_mem_ptr(png);
  if (start == NULL) return;
  block_header *block = (block_header *)start - 1;
  reader->memory_used -= block->size;
  free(block);
}

// MARK: Errors

/// libpng's way to report an error: does not return.
static void fail(png_structp png, png_const_charp message) {
  octet_png_reader *reader = png_get_error_ptr(png);
  if (reader->status == OCTET_PNG_OK) {
    reader->status = OCTET_PNG_DAMAGED;
    // libpng shows bytes of a chunk's name that are no letters in brackets, so the message is plain text.
    octet_png_say(reader, message);
  }
  longjmp(reader->failure, 1);
}

/// Warnings are about what does not change the gray values; whatever does is made an error below.
static void ignore(png_structp png, png_const_charp message) {
  (void)png;
  (void)message;
}

// MARK: A reader's life

octet_png_reader *octet_png_create(octet_png_limits limits) {
  octet_png_reader *reader = calloc(1, sizeof *reader);
  if (reader == NULL) return NULL;
  // Sizes are 31 bits in a PNG file; no more than that keeps all sums below within 64 bits.
  if (limits.width > 0x7FFFFFFF) limits.width = 0x7FFFFFFF;
  if (limits.height > 0x7FFFFFFF) limits.height = 0x7FFFFFFF;
  reader->limits = limits;
  reader->descriptor = -1;
  return reader;
}

static void destroy_png(octet_png_reader *reader) {
  if (reader->png != NULL) png_destroy_read_struct(&reader->png, &reader->info, NULL);
  reader->png = NULL;
  reader->info = NULL;
}

void octet_png_close(octet_png_reader *reader) {
  destroy_png(reader);
  if (reader->descriptor >= 0) close(reader->descriptor);
  reader->descriptor = -1;
  reader->bytes = NULL;
  reader->available = 0;
}

void octet_png_destroy(octet_png_reader *reader) {
  octet_png_close(reader);
  free(reader->samples);
  free(reader);
}

const octet_png_header *octet_png_get_header(const octet_png_reader *reader) { return &reader->header; }
const uint8_t *octet_png_get_palette(const octet_png_reader *reader) { return reader->palette; }
const char *octet_png_message(const octet_png_reader *reader) { return reader->message; }
uint64_t octet_png_offset(const octet_png_reader *reader) { return reader->consumed; }

const char *octet_png_library_version(void) { return png_get_libpng_ver(NULL); }

// MARK: The header

/// Copies the palette, and what is transparent, out of libpng.
static void read_colors(octet_png_reader *reader) {
  png_bytep alpha = NULL;
  png_color_16p color = NULL;
  int alpha_count = 0;
  int has_transparency = png_get_tRNS(reader->png, reader->info, &alpha, &alpha_count, &color) != 0;
  if (reader->header.color_type == PNG_COLOR_TYPE_PALETTE) {
    png_colorp palette = NULL;
    int count = 0;
    if (png_get_PLTE(reader->png, reader->info, &palette, &count) == 0 || count < 1 || count > 256)
      png_error(reader->png, "there is no palette");
    reader->header.palette_count = (uint16_t)count;
    for (int index = 0; index < count; index += 1) {
      uint8_t *entry = reader->palette + 4 * index;
      entry[0] = palette[index].red;
      entry[1] = palette[index].green;
      entry[2] = palette[index].blue;
      entry[3] = has_transparency && alpha != NULL && index < alpha_count ? alpha[index] : 255;
    }
  } else if (has_transparency && color != NULL) {
    int is_gray = reader->header.color_type == PNG_COLOR_TYPE_GRAY;
    reader->header.has_transparent_color = 1;
    reader->header.transparent_color[0] = is_gray ? color->gray : color->red;
    reader->header.transparent_color[1] = is_gray ? color->gray : color->green;
    reader->header.transparent_color[2] = is_gray ? color->gray : color->blue;
  }
}

/// Makes room for one row of samples, kept from file to file.
static void make_room(octet_png_reader *reader) {
  size_t needed = png_get_rowbytes(reader->png, reader->info);
  if (needed <= reader->samples_size) return;
  free(reader->samples);
  reader->samples_size = 0;
  // Zeroed because libpng copies whole rows even for the short ones of a pass.
  reader->samples = calloc(1, needed);
  if (reader->samples == NULL) {
    reader->status = OCTET_PNG_OUT_OF_MEMORY;
    png_error(reader->png, "");
  }
  reader->samples_size = needed;
}

/// No chunk of a file that is read is longer; lengths have 31 bits.
static uint64_t longest_chunk(const octet_png_reader *reader) {
  uint64_t longest = reader->limits.file_bytes;
  // 0 would stand for no limit.
  return longest == 0 ? 1 : longest < 0x7FFFFFFF ? longest : 0x7FFFFFFF;
}

static octet_png_status begin(octet_png_reader *reader) {
  memset(&reader->header, 0, sizeof reader->header);
  memset(reader->palette, 0, sizeof reader->palette);
  reader->status = OCTET_PNG_OK;
  reader->message[0] = 0;
  reader->pass = 0;
  reader->row = 0;
  octet_png_status status = octet_png_start_source(reader);
  if (status != OCTET_PNG_OK) return status;
  status = octet_png_check_start(reader);
  if (status != OCTET_PNG_OK) return status;

  // Two rows of 8 bytes per pixel, as libpng filters and hands out, twice that for what it does on the way, and 256 KB
  // for zlib's window and everything else.
  reader->memory_used = 0;
  reader->memory_limit = 262144 + 32 * (size_t)reader->header.width;

  // Armed before libpng's reader exists: its making can already fail.
  if (setjmp(reader->failure) != 0) return reader->status;
  reader->png = png_create_read_struct_2(
      PNG_LIBPNG_VER_STRING, reader, fail, ignore, reader, take_memory, give_memory);
  if (reader->png == NULL) {
    if (reader->status == OCTET_PNG_OK) reader->status = OCTET_PNG_OUT_OF_MEMORY;
    return reader->status;
  }
  reader->info = png_create_info_struct(reader->png);
  if (reader->info == NULL) return reader->status = OCTET_PNG_OUT_OF_MEMORY;

  png_set_read_fn(reader->png, reader, octet_png_supply);
  png_set_user_limits(reader->png, reader->limits.width, reader->limits.height);
  png_set_chunk_cache_max(reader->png, 16);
  // libpng refuses a longer chunk even where it skips it. Files may have any that fits; what is kept of them is
  // bounded by take_memory.
  png_set_chunk_malloc_max(reader->png, (png_alloc_size_t)longest_chunk(reader));
  // Only the header, palette, transparency, pixels and end mean anything here; nothing else is even parsed.
  png_set_keep_unknown_chunks(reader->png, PNG_HANDLE_CHUNK_NEVER, NULL, -1);
  png_set_crc_action(reader->png, PNG_CRC_ERROR_QUIT, PNG_CRC_ERROR_QUIT);
  png_set_benign_errors(reader->png, 0);
  // The shim's caller checks palette indices, as a wrong one is an error here and not in libpng.
  png_set_check_for_invalid_index(reader->png, 0);

  png_read_info(reader->png, reader->info);
  reader->header.width = png_get_image_width(reader->png, reader->info);
  reader->header.height = png_get_image_height(reader->png, reader->info);
  reader->header.depth = png_get_bit_depth(reader->png, reader->info);
  reader->header.color_type = png_get_color_type(reader->png, reader->info);
  reader->header.is_interlaced =
      png_get_interlace_type(reader->png, reader->info) == PNG_INTERLACE_ADAM7;
  read_colors(reader);
  // A byte for each sample of fewer bits. The passes of an interlaced file come as they are.
  png_set_packing(reader->png);
  png_read_update_info(reader->png, reader->info);
  make_room(reader);
  return OCTET_PNG_OK;
}

octet_png_status octet_png_open_file(octet_png_reader *reader, const char *path) {
  octet_png_close(reader);
  memset(&reader->header, 0, sizeof reader->header);
  reader->message[0] = 0;
  reader->consumed = 0;
  octet_png_status status = octet_png_open_descriptor(reader, path);
  return status == OCTET_PNG_OK ? begin(reader) : status;
}

octet_png_status octet_png_open_bytes(octet_png_reader *reader, const uint8_t *bytes, size_t count) {
  octet_png_close(reader);
  memset(&reader->header, 0, sizeof reader->header);
  reader->message[0] = 0;
  reader->consumed = 0;
  if (count > reader->limits.file_bytes) {
    octet_png_say_count(reader, "", count);
    return reader->status = OCTET_PNG_FILE_TOO_LARGE;
  }
  reader->bytes = bytes;
  reader->available = count;
  return begin(reader);
}

octet_png_status octet_png_rewind(octet_png_reader *reader) {
  destroy_png(reader);
  return begin(reader);
}

// MARK: Rows

octet_png_status octet_png_next_row(octet_png_reader *reader, octet_png_row *row) {
  if (reader->png == NULL || reader->status != OCTET_PNG_OK) return reader->status;
  if (setjmp(reader->failure) != 0) return reader->status;
  uint32_t width = reader->header.width;
  uint32_t height = reader->header.height;
  row->samples = NULL;
  row->first_column = 0;
  row->column_step = 1;
  row->count = width;
  if (reader->header.is_interlaced) {
    // Passes without pixels are not in the file, and libpng skips them too.
    while (reader->pass < 7 && (reader->row == PNG_PASS_ROWS(height, reader->pass) ||
                                PNG_PASS_COLS(width, reader->pass) == 0)) {
      reader->pass += 1;
      reader->row = 0;
    }
  } else if (reader->row == height) {
    reader->pass = 7;
  }
  if (reader->pass == 7) {
    // Reads on to IEND, so that a truncated file is detected.
    png_read_end(reader->png, NULL);
    return reader->status = OCTET_PNG_END;
  }
  png_read_row(reader->png, reader->samples, NULL);
  row->samples = reader->samples;
  row->row = reader->row;
  if (reader->header.is_interlaced) {
    row->row = PNG_ROW_FROM_PASS_ROW(reader->row, reader->pass);
    row->first_column = PNG_PASS_START_COL(reader->pass);
    row->column_step = PNG_PASS_COL_OFFSET(reader->pass);
    row->count = PNG_PASS_COLS(width, reader->pass);
  }
  reader->row += 1;
  return OCTET_PNG_OK;
}
