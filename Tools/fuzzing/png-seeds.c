// Writes a small PNG file of each kind into the folder that is its argument, for the fuzzer to start from.

#include <stdio.h>

#include "CPNGWriting.h"

int main(int count, char **arguments) {
  static const int kinds[][2] = {{0, 1}, {0, 2}, {0, 4},  {0, 8}, {0, 16}, {2, 8},  {2, 16}, {3, 1},
                                 {3, 2}, {3, 4}, {3, 8}, {4, 8}, {4, 16}, {6, 8}, {6, 16}};
  static const uint8_t rows[11 * 88] = {1, 0, 2, 0, 0x11, 0x23};
  static const uint8_t palette[3 * 256] = {0, 0, 0, 255, 255, 255};
  static const uint8_t alpha[2] = {0, 128};
  static const uint16_t color[3] = {1, 1, 1};
  if (count != 2) return 2;
  for (unsigned number = 0; number < 2 * sizeof kinds / sizeof *kinds; number += 1) {
    int type = kinds[number / 2][0], depth = kinds[number / 2][1];
    octet_png_picture picture = {
        .width = 11, .height = 11, .depth = depth, .color_type = type, .is_interlaced = number % 2,
        .rows = rows, .row_bytes = 88, .has_ancillary_chunks = number % 3 == 0};
    if (type == 3) {
      picture.palette = palette;
      picture.palette_count = depth == 8 ? 256 : 1 << depth;
      picture.palette_alpha = alpha;
      picture.palette_alpha_count = 2;
    } else if (type < 4 && number % 4 == 1) {
      picture.transparent_color = color;
    }
    uint8_t file[8192];
    size_t length = octet_png_write(&picture, file, sizeof file);
    char path[4096];
    snprintf(path, sizeof path, "%s/%02u.png", arguments[1], number);
    FILE *output = fopen(path, "wb");
    if (length == 0 || output == NULL || fwrite(file, 1, length, output) != length || fclose(output) != 0) {
      fprintf(stderr, "png-seeds: cannot write %s\n", path);
      return 1;
    }
  }
  return 0;
}
