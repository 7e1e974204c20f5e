// Classifies files with a model's exported C source, where Swift has no embedded library: on big-endian machines such
// as s390x. It prints the lines of `octet classify --json --fit exact --invert no`: for PNG files of every kind that
// have the input's own size, and for items of .npy files. Of others it says on standard error that it does not take
// them.
//
// The PNG reader is that of every other program of Octet. facts.h, which Tools/device/facts.py writes, has what the
// exported source does not know: names, and what the input stands for.
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "CPNG.h"
#include "model.h"

enum { CLASSES, LABELS, NUMBERS };

typedef struct output_facts {
  int meaning;
  /// Whether it ends in a softmax or sigmoid.
  int has_probabilities;
  int32_t logits;
  /// Classes or labels, or as many as there are logits.
  int32_t shares;
  /// Of a logit.
  float scale;
  const char *const *names;
} output_facts;

#include "facts.h"

// As PNGLimits in OctetImages.
static const octet_png_limits limits = {MODEL_WIDTH, OCTET_IMAGE_HEIGHT, 256u << 20};
/// As ArrayItems in OctetClassification.
enum { LARGEST_HEADER = 1 << 16 };
static const uint64_t largest_array = 1u << 30;

static uint8_t image[OCTET_IMAGE_HEIGHT * OCTET_ROW_BYTES];

/// From the scale to 65535 to that to 255.
static uint8_t byte_of(uint32_t value) { return (uint8_t)((value * 255 + 32767) / 65535); }

static uint32_t gray_of(const uint32_t *color) {
  return (19595 * color[0] + 38470 * color[1] + 7471 * color[2] + 32768) >> 16;
}

/// A value before white, by GrayFormula in OctetImages.
static uint8_t over_white(uint32_t value, uint32_t alpha, int is_wide) {
  if (is_wide) return byte_of((value * alpha + 65535 * (65535 - alpha) + 32767) / 65535);
  return (uint8_t)((value * alpha + 255 * (255 - alpha) + 127) / 255);
}

/// Puts the pixel of one sample into the model's channels.
static void put_pixel(const octet_png_header *header, const uint8_t *palette, const uint8_t *samples, uint8_t *pixel) {
  const int is_wide = header->depth == 16, has_color = (header->color_type & 2) != 0;
  const int count = (has_color ? 3 : 1) + (header->color_type >= 4);
  uint32_t color[4] = {0}, alpha = is_wide ? 65535 : 255;
  if (header->color_type == 3) {
    for (int i = 0; i < 3; i++) color[i] = palette[4 * *samples + i];
    alpha = palette[4 * *samples + 3];
  } else {
    int is_clear = header->has_transparent_color;
    for (int i = 0; i < count; i++) {
      color[i] = is_wide ? (uint32_t)samples[2 * i] << 8 | samples[2 * i + 1] : samples[i];
      if (i < 3 && color[i] != header->transparent_color[i]) is_clear = 0;
    }
    if (header->depth < 8) color[0] = color[0] * 255 / ((1u << header->depth) - 1);
    if (header->color_type >= 4) alpha = color[count - 1];
    if (!has_color) color[1] = color[2] = color[0];
    if (is_clear) alpha = 0;
  }
  if (MODEL_CHANNELS == 1) {
    *pixel = over_white(has_color ? gray_of(color) : color[0], alpha, is_wide);
  } else {
    for (int i = 0; i < 3; i++) pixel[i] = over_white(color[MODEL_TAKES_BLUE_FIRST ? 2 - i : i], alpha, is_wide);
  }
}

/// What is wrong with the file; NULL if its pixels are in `image`.
static const char *read_picture(octet_png_reader *reader, const char *path) {
  if (MODEL_TAKES_FEATURES) return "is no .npy file, and the model takes features";
  if (MODEL_CHANNELS != 1 && MODEL_CHANNELS != 3) return "is no .npy file, and pictures have not the model's channels";
  octet_png_status status = octet_png_open_file(reader, path);
  const octet_png_header *header = octet_png_get_header(reader);
  octet_png_row row;
  if (status != OCTET_PNG_OK) return "cannot be read as a PNG file of the model's size";
  if (header->width != MODEL_WIDTH || header->height != OCTET_IMAGE_HEIGHT) return "has not the model's size";
  const uint8_t *palette = octet_png_get_palette(reader);
  uint32_t bytes = header->depth == 16 ? 2 : 1;
  if (header->color_type != 3) bytes *= (header->color_type & 2 ? 3u : 1u) + (header->color_type >= 4);
  while ((status = octet_png_next_row(reader, &row)) == OCTET_PNG_OK) {
    for (uint32_t i = 0; i < row.count; i++) {
      const uint8_t *samples = row.samples + i * bytes;
      if (header->color_type == 3 && *samples >= header->palette_count) return "has a pixel beyond its palette";
      const uint32_t column = row.first_column + i * row.column_step;
      put_pixel(header, palette, samples, image + row.row * OCTET_ROW_BYTES + column * MODEL_CHANNELS);
    }
  }
  return status == OCTET_PNG_END ? NULL : "is damaged";
}

/// A number with the fewest digits that mean it, as Swift prints a Float.
static void print_number(float number) {
  char digits[24], text[24];
  int count = 1;
  do {
    snprintf(text, sizeof text, "%.*e", count - 1, (double)number);
  } while (strtof(text, NULL) != number && count++ < 9);
  const char *from = text + (*text == '-'), *e = strchr(text, 'e');
  const int exponent = atoi(e + 1);
  int length = 0;
  for (; from < e; from++) if (*from != '.') digits[length++] = *from;
  while (length > 1 && digits[length - 1] == '0') length--;
  if (signbit(number)) putchar('-');
  if (number != 0 && (exponent < -4 || fabsf(number) > 16777216.0f)) {
    putchar(*digits);
    if (length > 1) printf(".%.*s", length - 1, digits + 1);
    printf("e%c%02d", exponent < 0 ? '-' : '+', abs(exponent));
  } else if (exponent < 0) {
    printf("0.");
    for (int i = -1; i > exponent; i--) putchar('0');
    printf("%.*s", length, digits);
  } else {
    for (int i = 0; i <= exponent; i++) putchar(i < length ? digits[i] : '0');
    if (length > exponent + 1) {
      printf(".%.*s", length - exponent - 1, digits + exponent + 1);
    } else {
      printf(".0");
    }
  }
}

/// A share in 1/65,536.
static void print_share(uint32_t share) { print_number((float)share / 65536); }

static void print_text(const char *text) {
  putchar('"');
  for (; *text; text++) {
    const unsigned char byte = (unsigned char)*text;
    if (byte == '\n') {
      printf("\\n");
    } else if (byte == '\r') {
      printf("\\r");
    } else if (byte == '\t') {
      printf("\\t");
    } else if (byte < 0x20 || byte == 0x7F) {
      printf("\\u%04x", byte);
    } else {
      if (byte == '"' || byte == '\\') putchar('\\');
      putchar(byte);
    }
  }
  putchar('"');
}

// A model of one output has no calls by an output's number.
#if OCTET_OUTPUTS > 1
#define LOGIT(output, index) octet_logit_of(output, index)
#define PROBABILITY(output, index) octet_probability_of(output, index)
#define CLASS(output) octet_class_of(output)
#else
#define LOGIT(output, index) octet_logit(index)
#define PROBABILITY(output, index) octet_probability(index)
#define CLASS(output) octet_class()
#endif

static void print_output(int output) {
  const output_facts *facts = outputs + output;
  if (facts->meaning == NUMBERS) {
    printf("\"numbers\":[");
    for (int32_t i = 0; i < facts->logits; i++) {
      if (i > 0) putchar(',');
      print_number(facts->has_probabilities ? (float)PROBABILITY(output, i) / 65536.0f
                                            : facts->scale * (float)LOGIT(output, i));
    }
    putchar(']');
    return;
  }
  if (facts->meaning == CLASSES) {
    const int found = CLASS(output);
    printf("\"class\":");
    print_text(facts->names[found]);
    if (facts->has_probabilities) {
      printf(",\"probability\":");
      print_share(PROBABILITY(output, found));
    }
  } else {
    int count = 0;
    printf("\"labels\":[");
    for (int32_t i = 0; i < facts->logits; i++) {
      if (LOGIT(output, i) <= 0) continue;
      if (count++ > 0) putchar(',');
      print_text(facts->names[i]);
    }
    putchar(']');
  }
  if (facts->has_probabilities) {
    printf(",\"probabilities\":[");
    for (int32_t i = 0; i < facts->shares; i++) {
      if (i > 0) putchar(',');
      print_share(PROBABILITY(output, i));
    }
    putchar(']');
  }
  printf(",\"logits\":[");
  for (int32_t i = 0; i < facts->logits; i++) printf("%s%" PRId32, i > 0 ? "," : "", LOGIT(output, i));
  putchar(']');
}

/// Runs the model on `image`, and prints its line. A picture has no number, -1 here.
static void classify(const char *path, int64_t item, int is_picture) {
  octet_start();
  for (int y = 0; y < OCTET_IMAGE_HEIGHT; y++) octet_row(image + y * OCTET_ROW_BYTES);
  printf("{\"file\":");
  print_text(path);
  if (item >= 0) printf(",\"item\":%" PRId64, item);
  putchar(',');
  print_output(0);
  for (int i = 1; i < OCTET_OUTPUTS; i++) {
    printf(i == 1 ? ",\"more_outputs\":[{" : "},{");
    print_output(i);
  }
  if (OCTET_OUTPUTS > 1) printf("}]");
  printf(is_picture ? ",\"fit\":\"exact\",\"inverted\":false}\n" : "}\n");
}

#include "array.h"

/// What is wrong with a .npy file; NULL after the lines of its items.
static const char *classify_items(FILE *file, const char *path) {
  static char text[LARGEST_HEADER + 1];
  uint8_t head[12];
  array found = {0};
  if (fread(head, 8, 1, file) != 1 || memcmp(head, "\x93NUMPY", 6) != 0 || head[6] < 1 || head[6] > 3) {
    return "does not begin as a .npy file does";
  }
  const int width = head[6] == 1 ? 2 : 4;
  uint32_t length = 0;
  if (fread(head, (size_t)width, 1, file) != 1) return "is cut short";
  for (int i = width - 1; i >= 0; i--) length = length << 8 | head[i];
  if (length > LARGEST_HEADER || fread(text, 1, length, file) != length) return "is cut short";
  text[length] = 0;
  if (!read_dictionary(text, &found)) return "holds no little-endian uint8, int8, int16, float32 or float64 in C order";
  if (MODEL_MAPS_PIXELS && found.kind[1] != 'u') return "holds no uint8, and the model takes pixels";
  const int is_whole = is_item(found.shape, found.axes);
  if (!is_whole && (found.axes == 0 || !is_item(found.shape + 1, found.axes - 1))) return "has not the model's shape";
  const uint64_t count = is_whole ? 1 : found.shape[0];
  found.start = ftell(file);
  if (found.start < 0 || fseek(file, 0, SEEK_END) != 0) return "cannot be read";
  const uint64_t bytes = (uint64_t)(ftell(file) - found.start), size = sizeof image * (uint64_t)found.bytes;
  if (bytes > largest_array || count != bytes / size || bytes % size != 0) return "has another shape than bytes";
  if (count == 0) return "has no items";
  // All items are looked through before the first has an answer.
  for (int is_second = 0; is_second < 2; is_second++) {
    if (fseek(file, found.start, SEEK_SET) != 0) return "cannot be read";
    for (uint64_t i = 0; i < count; i++) {
      if (!read_item(file, &found)) return "has a number that is no float32";
      if (is_second) classify(path, is_whole ? -1 : (int64_t)i, 0);
    }
  }
  return NULL;
}

static const char *classify_array(const char *path) {
  FILE *file = fopen(path, "rb");
  if (!file) return "cannot be read";
  const char *fault = classify_items(file, path);
  fclose(file);
  return fault;
}

int main(int count, char **arguments) {
  octet_png_reader *reader = octet_png_create(limits);
  int failed = 0;
  if (count == 2 && strcmp(arguments[1], "--version") == 0) return puts(OCTET_VERSION) < 0;
  if (count < 2) {
    fprintf(stderr, "usage: octet-classify FILE...\nFILE is a PNG file of the model's size, or a .npy file of items\n");
    return 2;
  }
  if (!reader) {
    fprintf(stderr, "octet-classify: there is no memory for a reader\n");
    return 1;
  }
  for (int i = 1; i < count; i++) {
    const size_t length = strlen(arguments[i]);
    const int is_array = length >= 4 && strcmp(arguments[i] + length - 4, ".npy") == 0;
    const char *fault = is_array ? classify_array(arguments[i]) : read_picture(reader, arguments[i]);
    if (fault) {
      fprintf(stderr, "octet-classify: %s: %s\n", arguments[i], fault);
      failed = 1;
    } else if (!is_array) {
      classify(arguments[i], -1, 1);
    }
  }
  octet_png_destroy(reader);
  return failed || ferror(stdout) || fflush(stdout) != 0;
}
