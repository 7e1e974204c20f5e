// Octet from C: classifies the images of a record file, and prints a line for each.
//
// The same file is a program for a host (octet-example MODEL IMAGES) and, with -DON_A_BOARD, the main part of a
// firmware, where the model and the images are linked in.
#include "octet.h"

typedef void Write(const char *text);

static void write_number(Write *write, uint32_t number) {
  char text[11];
  char *place = text + sizeof text - 1;
  *place = 0;
  do *--place = (char)('0' + number % 10);
  while ((number /= 10) > 0);
  write(place);
}

static uint32_t word_at(const uint8_t *place) {
  return place[0] | (uint32_t)place[1] << 8 | (uint32_t)place[2] << 16 | (uint32_t)place[3] << 24;
}

#ifdef OCTET_REGIONS
/// Images as they are held, each read where it is: in flash, or in the memory of this program.
static int classify_held(octet_session *session, const octet_model *model, const uint8_t *images, size_t images_bytes,
                         Write *write) {
  const size_t held_bytes = octet_held_bytes(model), record_bytes = 20 + ((held_bytes + 3) & ~(size_t)3);
  // There is no room for rows.
  if (octet_feed(session, images, octet_row_bytes(model)) != OCTET_INPUT_HELD) return 1;
  for (; images_bytes >= record_bytes; images += record_bytes, images_bytes -= record_bytes) {
    octet_result result;
    if (octet_run_held(session, (const int8_t *)images + 20, held_bytes - 1) != OCTET_BAD_INPUT) return 1;
    if (octet_run_held(session, (const int8_t *)images + 20, held_bytes) != OCTET_OK) return 1;
    if (octet_answer(session, &result) != OCTET_OK) return 1;
    write_number(write, word_at(images + 4));
    write(" ");
    write_number(write, result.class_index);
    write(" ");
    write_number(write, result.probability);
    write("\n");
  }
  return 0;
}
#endif

/// Gives the exit status.
static int classify(const void *file, size_t file_bytes, const uint8_t *images, size_t images_bytes, void *arena,
                    size_t arena_bytes, void *second, size_t second_bytes, Write *write) {
  octet_model model;
  octet_session session;
  octet_error error;
  if (octet_load(&model, file, file_bytes, &error) != OCTET_OK) {
    write("the model breaks rule ");
    write_number(write, error.rule);
    write(" at byte ");
    write_number(write, error.offset);
    write("\n");
    return 1;
  }
#ifdef OCTET_REGIONS
  const int opened = octet_open_regions(&session, &model, arena, arena_bytes, second, second_bytes);
#else
  (void)second, (void)second_bytes;
  const int opened = octet_open(&session, &model, arena, arena_bytes);
#endif
  if (opened != OCTET_OK) {
    write("the arena is too small\n");
    return 1;
  }
#ifdef OCTET_REGIONS
  if (octet_held_bytes(&model) > 0) return classify_held(&session, &model, images, images_bytes, write);
#endif
  const size_t rows = octet_rows(&model), row_bytes = octet_row_bytes(&model);
  const size_t record_bytes = 20 + rows * row_bytes;
  // Each record is five words, the second of which is its number, and the pixels.
  for (; images_bytes >= record_bytes; images += record_bytes, images_bytes -= record_bytes) {
    octet_result result;
    // Before the last row there is no result.
    for (size_t row = 0; row < rows; row++) {
      if (octet_answer(&session, &result) != OCTET_NO_RESULT) return 1;
      if (octet_feed(&session, images + 20 + row * row_bytes, row_bytes) != OCTET_OK) return 1;
    }
    // Nor can there be more rows than the image has.
    if (octet_feed(&session, images + 20, row_bytes) != OCTET_COMPLETE) return 1;
    uint32_t same;
    if (octet_answer(&session, &result) != OCTET_OK) return 1;
    if (octet_probability(&session, result.class_index, &same) != OCTET_OK || same != result.probability) return 1;
    if (octet_probability(&session, octet_classes(&model), &same) != OCTET_NO_RESULT) return 1;
    write_number(write, word_at(images + 4));
    write(" ");
    write_number(write, result.class_index);
    write(" ");
    write_number(write, result.probability);
    write("\n");
    octet_restart(&session);
  }
  return 0;
}

#ifdef ON_A_BOARD

#include "Board.h"
#include "Storage.h"

static void write_text(const char *text) { core_semihosting(0x04, text); }

/// A loop of 20,000 instructions tells how many ticks one takes.
static uint32_t instructions(uint32_t ticks) {
  const uint32_t start = board_ticks();
  core_count_down(1000);
  const uint32_t middle = board_ticks();
  core_count_down(11000);
  const uint32_t loop = (board_ticks() - middle) - (middle - start);
  return ticks / loop * 20000 + ticks % loop * 100 / loop * 200;
}

void firmware_main(void) {
  const Storage model = storage_model(), images = storage_images(), arena = storage_arena(),
                second = storage_second();
  board_start_timer();
  const uint32_t start = board_ticks();
  const int status = classify(model.start, (size_t)model.bytes, images.start, (size_t)images.bytes, arena.start,
                              (size_t)arena.bytes, second.start, (size_t)second.bytes, write_text);
  const uint32_t all = instructions(board_ticks() - start);
  write_text("some ");
  write_number(write_text, all);
  write_text(" instructions\n");
  const uint32_t ended[2] = {0x20026, (uint32_t)status};
  core_semihosting(0x20, ended);
}

void firmware_fault(const uint32_t *registers) {
  (void)registers;
  write_text("fault\n");
  const uint32_t ended[2] = {0x20026, 3};
  core_semihosting(0x20, ended);
}

#else

#include <stdio.h>
#include <stdlib.h>

static void write_text(const char *text) { fputs(text, stdout); }

static void *read_file(const char *path, size_t *bytes) {
  FILE *file = fopen(path, "rb");
  if (!file || fseek(file, 0, SEEK_END)) {
    perror(path);
    exit(1);
  }
  *bytes = (size_t)ftell(file);
  rewind(file);
  void *memory = malloc(*bytes + 1);
  if (!memory || fread(memory, 1, *bytes, file) != *bytes) {
    perror(path);
    exit(1);
  }
  fclose(file);
  return memory;
}

int main(int count, char **arguments) {
  if (count != 3) {
    fprintf(stderr, "usage: octet-example MODEL IMAGES\n");
    return 2;
  }
  size_t model_bytes, image_bytes;
  void *model = read_file(arguments[1], &model_bytes);
  void *images = read_file(arguments[2], &image_bytes);
  static uint64_t arena[1 << 16], second[1 << 16];
  return classify(model, model_bytes, images, image_bytes, arena, sizeof arena, second, sizeof second, write_text);
}

#endif
