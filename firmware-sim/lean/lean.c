// The smallest complete program around a model's C source: rows of pictures come over the debugger's channel, one by
// one, and go straight into the network. No image is ever held as a whole.
//
// The host's files are those of firmware-sim/firmware: `images` with a head of five words for each picture, and
// `results`, whose records have no layers here.
#include <stdint.h>

#include "Board.h"
#ifdef BOARD_TABLES_APART
// Code's memory has no room for the weights of a large model.
#pragma clang section rodata = ".tables"
#endif
#include "model.c"
#pragma clang section rodata = ""

enum { OPEN = 1, WRITE = 5, READ = 6, EXIT_EXTENDED = 0x20 };

static uint32_t images, results, checksum;

static intptr_t call(uint32_t operation, uint32_t a, uint32_t b, uint32_t c) {
  const uint32_t arguments[3] = {a, b, c};
  return core_semihosting(operation, arguments);
}

static void leave(uint32_t status) {
  call(EXIT_EXTENDED, 0x20026, status, 0);
  for (;;) {}
}

static void fetch(void *target, uint32_t bytes) {
  if (call(READ, images, (uint32_t)(uintptr_t)target, bytes) != 0) leave(1);
}

/// A word of a record, and into its check sum.
static void put_word(uint32_t word) {
  uint32_t state = checksum ^ word;
  for (int bit = 0; bit < 32; bit++) state = state >> 1 ^ (state & 1 ? 0xEDB88320u : 0);
  checksum = state;
  if (call(WRITE, results, (uint32_t)(uintptr_t)&word, 4) != 0) leave(1);
}

static void end_record(void) {
  const uint32_t sum = ~checksum;
  put_word(sum);
  checksum = 0xFFFFFFFFu;
}

static uint32_t used_stack(void) {
  extern uint32_t stack_bottom[], stack_top[];
  const uint32_t *place = stack_bottom;
  while (place < stack_top && *place == 0xC0DEC0DEu) place++;
  return (uint32_t)((uintptr_t)stack_top - (uintptr_t)place);
}

void firmware_main(void) {
  static const char in[] = "images", out[] = "results";
  static uint8_t row[(OCTET_ROW_BYTES + 3) / 4 * 4];
  uint32_t count = 0, start, middle, end, read, head[5];
  int32_t i;
  board_start_timer();
  images = (uint32_t)call(OPEN, (uint32_t)(uintptr_t)in, 1, sizeof in - 1);
  results = (uint32_t)call(OPEN, (uint32_t)(uintptr_t)out, 5, sizeof out - 1);
  checksum = 0xFFFFFFFFu;
  start = board_ticks();
  read = board_ticks() - start;
  for (;; count++) {
    uint32_t ticks = 0;
    fetch(head, 4);
    if (head[0] == 0x444E454Fu) break;
    fetch(head + 1, 16);
    start = board_ticks();
    octet_start();
    ticks += board_ticks() - start - read;
    for (i = 0; i < OCTET_IMAGE_HEIGHT; i++) {
      fetch(row, OCTET_ROW_BYTES);
      start = board_ticks();
      octet_row(row);
      ticks += board_ticks() - start - read;
    }
    start = board_ticks();
    head[3] = (uint32_t)octet_class();
    ticks += board_ticks() - start;
    put_word(0x5345524Fu);
    put_word(head[1]);
    put_word(head[3]);
    put_word(0xFFFFFFFFu);
    put_word(head[2] ? ticks : 0);
    put_word(0);
    put_word(OCTET_LOGITS);
    for (i = 0; i < OCTET_LOGITS; i++) put_word((uint32_t)octet_logit(i));
    end_record();
  }
  // Loops of known length, which tell the host what a tick is.
  start = board_ticks();
  core_count_down(1000);
  middle = board_ticks();
  core_count_down(11000);
  end = board_ticks();
  put_word(0x444E454Fu);
  put_word(count);
  put_word(middle - start);
  put_word(end - middle);
  put_word(read);
  put_word(0);
  put_word(used_stack());
  end_record();
  leave(0);
}
