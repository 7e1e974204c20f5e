#include <png.h>
#include <string.h>

#include "CPNGWriting.h"

typedef struct output {
  uint8_t *target;
  size_t capacity;
  size_t count;
} output;

static void take(png_structp png, png_bytep bytes, size_t count) {
  output *output = png_get_io_ptr(png);
  if (count > output->capacity - output->count) png_error(png, "no room");
  memcpy(output->target + output->count, bytes, count);
  output->count += count;
}

static void flush(png_structp png) { (void)png; }

static void stay_silent(png_structp png, png_const_charp message) {
  (void)png;
  (void)message;
}

static void add_ancillary_chunks(png_structp png, png_infop info) {
  png_text text = {.compression = PNG_TEXT_COMPRESSION_zTXt, .key = "Comment", .text = "a few words"};
  png_time time = {.year = 2001, .month = 2, .day = 3};
  png_color_16 background = {0};
  png_set_gAMA_fixed(png, info, 45455);
  png_set_text(png, info, &text, 1);
  png_set_tIME(png, info, &time);
  png_set_pHYs(png, info, 2835, 2835, PNG_RESOLUTION_METER);
  png_set_bKGD(png, info, &background);
}

size_t octet_png_write(const octet_png_picture *picture, uint8_t *target, size_t capacity) {
  output output = {target, capacity, 0};
  png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, NULL, NULL, stay_silent);
  if (png == NULL) return 0;
  png_infop info = png_create_info_struct(png);
  if (info == NULL || setjmp(png_jmpbuf(png)) != 0) {
    png_destroy_write_struct(&png, &info);
    return 0;
  }
  png_set_write_fn(png, &output, take, flush);
  // So that the tests can write pixels that the palette does not have.
  png_set_check_for_invalid_index(png, 0);
  png_set_IHDR(
      png, info, picture->width, picture->height, picture->depth, picture->color_type,
      picture->is_interlaced ? PNG_INTERLACE_ADAM7 : PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT,
      PNG_FILTER_TYPE_DEFAULT);
  if (picture->palette != NULL) {
    png_color colors[256];
    for (int index = 0; index < picture->palette_count; index += 1) {
      colors[index].red = picture->palette[3 * index];
      colors[index].green = picture->palette[3 * index + 1];
      colors[index].blue = picture->palette[3 * index + 2];
    }
    png_set_PLTE(png, info, colors, picture->palette_count);
  }
  if (picture->palette_alpha != NULL) {
    png_set_tRNS(png, info, picture->palette_alpha, picture->palette_alpha_count, NULL);
  } else if (picture->transparent_color != NULL) {
    png_color_16 color = {
        .red = picture->transparent_color[0],
        .green = picture->transparent_color[1],
        .blue = picture->transparent_color[2],
        .gray = picture->transparent_color[0]};
    png_set_tRNS(png, info, NULL, 0, &color);
  }
  if (picture->has_ancillary_chunks) add_ancillary_chunks(png, info);
  png_write_info(png, info);
  int passes = png_set_interlace_handling(png);
  for (int pass = 0; pass < passes; pass += 1) {
    for (uint32_t row = 0; row < picture->height; row += 1)
      png_write_row(png, picture->rows + row * picture->row_bytes);
  }
  png_write_end(png, info);
  png_destroy_write_struct(&png, &info);
  return output.count;
}
