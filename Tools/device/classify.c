// Classifies PNG files with a model's exported C source, where Swift has no embedded library: on big-endian machines
// such as s390x. It prints the lines of `octet classify --json --fit exact --invert no`, for gray files without
// transparency of the input's own size, and says of others that it does not take them.
//
// The PNG reader is that of every other program of Octet.
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "CPNG.h"
#include "model.h"

// As PNGLimits in OctetImages.
static const octet_png_limits limits = {OCTET_ROW_BYTES, OCTET_IMAGE_HEIGHT, 256u << 20};

static uint8_t image[OCTET_IMAGE_HEIGHT * OCTET_ROW_BYTES];

/// A sample as one byte, as the definition of PNG scales it.
static uint8_t byte_of(const uint8_t *sample, uint8_t depth) {
  if (depth == 16) return (uint8_t)(((uint32_t)(sample[0] << 8 | sample[1]) * 255 + 32767) / 65535);
  return (uint8_t)(*sample * 255u / ((1u << depth) - 1));
}

/// What is wrong with the file; NULL if its pixels are in `image`.
static const char *read_file(octet_png_reader *reader, const char *path) {
  octet_png_status status = octet_png_open_file(reader, path);
  const octet_png_header *header = octet_png_get_header(reader);
  octet_png_row row;
  if (status != OCTET_PNG_OK) return "cannot be read as a PNG file of the model's size";
  if (header->width != OCTET_ROW_BYTES || header->height != OCTET_IMAGE_HEIGHT) return "has not the model's size";
  if (header->color_type != 0 || header->has_transparent_color) return "is not gray, or is transparent";
  while ((status = octet_png_next_row(reader, &row)) == OCTET_PNG_OK) {
    for (uint32_t i = 0; i < row.count; i++) {
      const uint8_t *sample = row.samples + i * (header->depth == 16 ? 2u : 1u);
      image[row.row * OCTET_ROW_BYTES + row.first_column + i * row.column_step] = byte_of(sample, header->depth);
    }
  }
  return status == OCTET_PNG_END ? NULL : "is damaged";
}

/// A share in 1/65,536 with six decimals.
static void print_share(uint32_t share) {
  const uint32_t millionths = (share * 15625 + 512) / 1024;
  printf("%" PRIu32 ".%06" PRIu32, millionths / 1000000, millionths % 1000000);
}

static void print_text(const char *text) {
  putchar('"');
  for (; *text; text++) {
    if (*text == '"' || *text == '\\') putchar('\\');
    putchar(*text);
  }
  putchar('"');
}

static void classify(const char *path) {
  octet_start();
  for (int y = 0; y < OCTET_IMAGE_HEIGHT; y++) octet_row(image + y * OCTET_ROW_BYTES);
  printf("{\"file\":");
  print_text(path);
  printf(",\"class\":");
  print_text(octet_labels[octet_class()]);
  printf(",\"probability\":");
  print_share(octet_probability(octet_class()));
  printf(",\"probabilities\":[");
  for (int i = 0; i < OCTET_CLASSES; i++) {
    if (i > 0) putchar(',');
    print_share(octet_probability(i));
  }
  printf("],\"logits\":[");
  for (int32_t i = 0; i < OCTET_LOGITS; i++) printf("%s%" PRId32, i > 0 ? "," : "", octet_logit(i));
  printf("],\"fit\":\"exact\",\"inverted\":false}\n");
}

int main(int count, char **arguments) {
  octet_png_reader *reader = octet_png_create(limits);
  int failed = 0;
  if (count < 2) {
    fprintf(stderr, "usage: octet-classify FILE.png...\n");
    return 2;
  }
  if (!reader) {
    fprintf(stderr, "octet-classify: there is no memory for a reader\n");
    return 1;
  }
  for (int i = 1; i < count; i++) {
    const char *fault = read_file(reader, arguments[i]);
    if (fault) {
      fprintf(stderr, "octet-classify: %s: %s\n", arguments[i], fault);
      failed = 1;
    } else {
      classify(arguments[i]);
    }
  }
  octet_png_destroy(reader);
  return failed || ferror(stdout) || fflush(stdout) != 0;
}
