// Rows of depthwise convolutions, four channels at a time, for chips with DSP instructions.
//
// A word holds four channels of a cell, and the weights of a place of the window lie likewise. SXTB16 takes both apart
// into channels 0, 2 and channels 1, 3, and SMLABB and SMLATT multiply the halves. Where channels are no multiple of
// four, the last four of them are computed once more.
//
// Windows of 3x3 in rows of several have their weights taken apart once for the row: 8 instructions do 4 multiply-adds.
// Others go through a list of the window's cells: 14 do 4.
#pragma once

#include "PairOutput.h"

/// The most cells of a window.
enum { octet_pair_most_cells = 64 };

/// What four channels of a row need.
typedef struct {
  int32_t biases[4];
  /// Of each cell of a window of 3x3: weights 0, 2 and weights 1, 3.
  uint32_t weights[18];
  struct {
    int32_t multiplier, added;
    uint32_t shift;
  } channels[4];
} octet_pair_lanes;

/// Takes the constants and weights of four channels, from `channel` on, and says whether the short forms are exact.
static inline __attribute__((always_inline)) bool octet_pair_take_lanes(const octet_output *output,
                                                                        const int8_t *weights, size_t channels,
                                                                        size_t channel, octet_pair_lanes *lanes,
                                                                        const int rounding) {
  bool isShort = true;
  OCTET_UNROLLED
  for (size_t lane = 0; lane < 4; lane++) {
    const octet_pair_channel constants = octet_pair_channel_of(output, channel + lane, rounding);
    lanes->biases[lane] = constants.bias;
    lanes->channels[lane].multiplier = constants.multiplier;
    lanes->channels[lane].added = constants.added;
    lanes->channels[lane].shift = constants.shift;
    isShort = isShort & octet_pair_is_short(constants, rounding);
  }
  weights += channel;
  OCTET_UNROLLED
  for (size_t cell = 0; cell < 9; cell++, weights += channels) {
    const uint32_t word = octet_load_word(weights);
    lanes->weights[2 * cell] = octet_even_pair(word);
    lanes->weights[2 * cell + 1] = octet_odd_pair(word);
  }
  return isShort;
}

/// Adds the product of the low halves.
static inline int32_t octet_add_low_product(uint32_t a, uint32_t b, int32_t sum) {
#ifdef OCTET_HAS_PAIR_INSTRUCTIONS
  return __smlabb((int32_t)a, (int32_t)b, sum);
#else
  return (int32_t)((uint32_t)sum + (uint32_t)((int16_t)a * (int16_t)b));
#endif
}

/// Adds the product of the high halves.
static inline int32_t octet_add_high_product(uint32_t a, uint32_t b, int32_t sum) {
#ifdef OCTET_HAS_PAIR_INSTRUCTIONS
  return __smlatt((int32_t)a, (int32_t)b, sum);
#else
  return (int32_t)((uint32_t)sum + (uint32_t)((int16_t)(a >> 16) * (int16_t)(b >> 16)));
#endif
}

#ifdef OCTET_HAS_PAIR_INSTRUCTIONS

// Sums of the four channels in r4 to r7.
#define OCTET_LANES(even, odd)         \
  "sxtb16 r1, r0\n"                    \
  "smlabb r4, r1, " even ", r4\n"      \
  "smlatt r6, r1, " even ", r6\n"      \
  "sxtb16 r1, r0, ror #8\n"            \
  "smlabb r5, r1, " odd ", r5\n"       \
  "smlatt r7, r1, " odd ", r7\n"

// A line of a window of 3x3: its cells from r8 + r11 on, r9 bytes apart, its weights at r10 and an offset.
#define OCTET_LINE(line, first, second, third)            \
  "ldr r8, [sp, #" line "]\n"                             \
  "add r8, r11\n"                                         \
  "ldr r0, [r8]\n"                                        \
  "ldrd r2, r3, [r10, #" first "]\n"                      \
  OCTET_LANES("r2", "r3")                                 \
  "ldr r0, [r8, r9]\n"                                    \
  "ldrd r2, r3, [r10, #" second "]\n"                     \
  OCTET_LANES("r2", "r3")                                 \
  "ldr r0, [r8, r9, lsl #1]\n"                            \
  "ldrd r2, r3, [r10, #" third "]\n"                      \
  OCTET_LANES("r2", "r3")

// An output: r0 multiplier, r1 what is added, r2 shift, as PairOutput.h has them.
#define OCTET_WRITE_half_up(sum, place)      \
  "ldm r8!, {r0, r1, r2}\n"                  \
  "smmla r3, " sum ", r0, r1\n"              \
  "asrs r3, r2\n"                            \
  "ssat r3, #8, r3\n"                        \
  "strb r3, [r12, #" place "]\n"
#define OCTET_WRITE_twice(sum, place)        \
  "ldm r8!, {r0, r1, r2}\n"                  \
  "qadd r3, " sum ", " sum "\n"              \
  "add r1, r1, " sum ", asr #31\n"           \
  "smmlar r3, r3, r0, r1\n"                  \
  "asrs r3, r2\n"                            \
  "ssat r3, #8, r3\n"                        \
  "strb r3, [r12, #" place "]\n"
#define OCTET_WRITE(rounding)               \
  OCTET_WRITE_##rounding("r4", "0")         \
  OCTET_WRITE_##rounding("r5", "1")         \
  OCTET_WRITE_##rounding("r6", "2")         \
  OCTET_WRITE_##rounding("r7", "3")

#endif

/// Where the windows of four channels are, and where their outputs go. The order is that in which the loop loads it.
typedef struct {
  /// From a cell to the next, and from a place of the output to the next.
  size_t channels;
  const octet_pair_lanes *lanes;
  /// The first window, from where the lines start.
  size_t offset;
  int8_t *target;
  size_t places;
  const int8_t *lines[3];
  /// From a window to the next.
  size_t step;
} octet_pair_lane_row;

/// Adds the products of four channels of a cell and their weights.
static inline __attribute__((always_inline)) void octet_pair_add_lanes(uint32_t values, uint32_t even_weights,
                                                                       uint32_t odd_weights, int32_t *sums) {
  const uint32_t even = octet_even_pair(values), odd = octet_odd_pair(values);
  sums[0] = octet_add_low_product(even, even_weights, sums[0]);
  sums[1] = octet_add_low_product(odd, odd_weights, sums[1]);
  sums[2] = octet_add_high_product(even, even_weights, sums[2]);
  sums[3] = octet_add_high_product(odd, odd_weights, sums[3]);
}

/// All windows of 3x3 of four channels of a row.
static inline __attribute__((always_inline)) void octet_pair_compute_lanes(const octet_pair_lane_row *row,
                                                                           const int rounding) {
#ifdef OCTET_HAS_PAIR_INSTRUCTIONS
  register const void *start __asm__("r0") = row;
#define OCTET_LANE_ROW(rounding)                                                                                  \
  __asm__ volatile(                                                                                               \
      "ldm r0!, {r9, r10, r11, r12, lr}\n"                                                                        \
      "ldm r0, {r0, r1, r2, r3}\n"                                                                                \
      "push {r0, r1, r2, r3}\n"                                                                                   \
      "1: ldm r10, {r4, r5, r6, r7}\n" OCTET_LINE("0", "16", "24", "32") OCTET_LINE("4", "40", "48", "56")        \
          OCTET_LINE("8", "64", "72", "80") "add r8, r10, #88\n" OCTET_WRITE(rounding)                            \
      "add r12, r9\n"                                                                                             \
      "ldr r8, [sp, #12]\n"                                                                                       \
      "add r11, r8\n"                                                                                             \
      "subs lr, #1\n"                                                                                             \
      "bne 1b\n"                                                                                                  \
      "add sp, #16\n"                                                                                             \
      : "+r"(start)                                                                                               \
      :                                                                                                           \
      : "r1", "r2", "r3", "r4", "r5", "r6", "r7", "r8", "r9", "r10", "r11", "r12", "lr", "cc", "memory")
  if (rounding == 1) {
    OCTET_LANE_ROW(twice);
  } else {
    OCTET_LANE_ROW(half_up);
  }
#else
  const octet_pair_lanes *lanes = row->lanes;
  for (size_t place = 0; place < row->places; place++) {
    int32_t sums[4];
    for (size_t lane = 0; lane < 4; lane++) sums[lane] = lanes->biases[lane];
    for (size_t cell = 0; cell < 9; cell++) {
      const int8_t *values = row->lines[cell / 3] + row->offset + place * row->step + cell % 3 * row->channels;
      octet_pair_add_lanes(octet_load_word(values), lanes->weights[2 * cell], lanes->weights[2 * cell + 1], sums);
    }
    for (size_t lane = 0; lane < 4; lane++) {
      const octet_pair_channel constants = {0, lanes->channels[lane].multiplier, lanes->channels[lane].added,
                                            lanes->channels[lane].shift};
      row->target[place * row->channels + lane] = (int8_t)octet_pair_output(sums[lane], constants, rounding);
    }
  }
#endif
}

#ifdef OCTET_HAS_PAIR_INSTRUCTIONS

/// Fours of channels of a window, in the order in which the loop takes it apart.
typedef struct {
  /// The cells of the first window of the row.
  const int8_t *const *cells, *const *end;
  const int32_t *bias;
  /// From the biases of the next four channels to the multipliers of these, in bytes.
  ptrdiff_t multipliers;
  const uint8_t *shifts;
  /// Half, and the zero point, before the shift: 2 * zero point + 1.
  int32_t half;
  const int8_t *weights;
  int8_t *target;
  /// At least 1.
  size_t fours;
  size_t channels;
  /// From the cells to those of this window.
  size_t offset;
  size_t unused;
} octet_pair_fours;

// An output of the sum, whose multiplier is at r8 and whose shift is at r10.
#define OCTET_NEXT_half_up(sum)      \
  "ldr r0, [r8], #4\n"               \
  "ldrb r1, [r10], #1\n"             \
  "sub r3, r1, #33\n"                \
  "lsl r2, lr, r3\n"                 \
  "subs r1, #32\n"                   \
  "smmla r3, " sum ", r0, r2\n"      \
  "asrs r3, r1\n"                    \
  "ssat r3, #8, r3\n"                \
  "strb r3, [r12], #1\n"
#define OCTET_NEXT_twice(sum)        \
  "ldr r0, [r8], #4\n"               \
  "ldrb r1, [r10], #1\n"             \
  "sub r3, r1, #32\n"                \
  "lsl r2, lr, r3\n"                 \
  "subs r1, #31\n"                   \
  "qadd r3, " sum ", " sum "\n"      \
  "add r2, r2, " sum ", asr #31\n"   \
  "smmlar r3, r3, r0, r2\n"          \
  "asrs r3, r1\n"                    \
  "ssat r3, #8, r3\n"                \
  "strb r3, [r12], #1\n"

#define OCTET_FOURS(rounding)                                                                            \
  __asm__ volatile(                                                                                      \
      "ldm r0, {r1, r2, r3, r4, r5, r6, r7, r8, r9, r10, r11, r12}\n"                                    \
      "push {r1, r2, r3, r4, r5, r6, r7, r8, r9, r10, r11, r12}\n"                                       \
      "mov r9, r10\n"                                                                                    \
      "0: ldr r0, [sp, #8]\n"                                                                            \
      "ldm r0!, {r4, r5, r6, r7}\n"                                                                      \
      "str r0, [sp, #8]\n"                                                                               \
      "ldrd r8, r12, [sp]\n"                                                                             \
      "ldr r10, [sp, #24]\n"                                                                             \
      "add r1, r10, #4\n"                                                                                \
      "str r1, [sp, #24]\n"                                                                              \
      "1: ldr r0, [r8], #4\n"                                                                            \
      "ldr r0, [r0, r11]\n"                                                                              \
      "ldr r2, [r10]\n"                                                                                  \
      "add r10, r9\n"                                                                                    \
      "sxtb16 r3, r2\n"                                                                                  \
      "sxtb16 r2, r2, ror #8\n" OCTET_LANES("r3", "r2")                                                  \
      "cmp r8, r12\n"                                                                                    \
      "bne 1b\n"                                                                                         \
      "ldrd r8, r1, [sp, #8]\n"                                                                          \
      "add r8, r1\n"                                                                                     \
      "ldrd r10, lr, [sp, #16]\n"                                                                        \
      "ldr r12, [sp, #28]\n" OCTET_NEXT_##rounding("r4") OCTET_NEXT_##rounding("r5")                     \
          OCTET_NEXT_##rounding("r6") OCTET_NEXT_##rounding("r7")                                        \
      "str r10, [sp, #16]\n"                                                                             \
      "str r12, [sp, #28]\n"                                                                             \
      "add r11, #4\n"                                                                                    \
      "ldr r0, [sp, #32]\n"                                                                              \
      "subs r0, #1\n"                                                                                    \
      "str r0, [sp, #32]\n"                                                                              \
      "bne 0b\n"                                                                                         \
      "add sp, #48\n"                                                                                    \
      : "+r"(start)                                                                                      \
      :                                                                                                  \
      : "r1", "r2", "r3", "r4", "r5", "r6", "r7", "r8", "r9", "r10", "r11", "r12", "lr", "cc", "memory")

/// The outputs of fours of channels of a window, all of them short; returns how many channels those are.
static inline __attribute__((always_inline)) size_t octet_pair_compute_fours(const octet_window_row *row,
                                                                             const int8_t *const *cells, size_t count,
                                                                             size_t place, const int rounding) {
  const size_t channels = row->output_channels;
  const octet_pair_fours fours = {
      cells, cells + count, row->output.bias,
      (const char *)row->output.multipliers - (const char *)(row->output.bias + 4), row->output.shifts,
      2 * row->output.zero_point + 1, row->weights, row->target + place * channels, channels / 4, channels,
      place * row->stride_across * channels, 0};
  register const void *start __asm__("r0") = &fours;
  if (rounding == 1) {
    OCTET_FOURS(twice);
  } else {
    OCTET_FOURS(half_up);
  }
  return channels & ~(size_t)3;
}

#undef OCTET_FOURS
#undef OCTET_NEXT_half_up
#undef OCTET_NEXT_twice

#endif

/// The outputs of four channels for one window, from channel `channel` on; `cells` lists the cells of the first
/// window of the row.
static inline __attribute__((always_inline)) void octet_pair_compute_cells(const octet_window_row *row,
                                                                           const int8_t *const *cells, size_t count,
                                                                           size_t place, size_t channel,
                                                                           const int rounding) {
  const size_t channels = row->output_channels;
  // A copy, so that what is written to the target need not be thought to change it.
  const octet_output output = row->output;
  int32_t sums[4];
  for (size_t lane = 0; lane < 4; lane++) sums[lane] = output.bias[channel + lane];
  const int8_t *weights = row->weights + channel;
  const size_t offset = place * row->stride_across * channels + channel;
  OCTET_ROLLED
  for (const int8_t *const *end = cells + count; cells < end; cells++, weights += channels) {
    const uint32_t word = octet_load_word(weights);
    octet_pair_add_lanes(octet_load_word(*cells + offset), octet_even_pair(word), octet_odd_pair(word), sums);
  }
  int8_t *target = row->target + place * channels + channel;
  for (size_t lane = 0; lane < 4; lane++)
    octet_pair_write(&output, sums[lane], channel + lane, target + lane, rounding);
}

/// A row of outputs of -128 to 127 without a table, of at least four channels, each of one channel of the input, and
/// with at most `octet_pair_most_cells` cells under a window.
static inline __attribute__((always_inline)) void octet_pair_depthwise_row(const octet_window_row *row,
                                                                           const int rounding) {
  const size_t channels = row->output_channels, width = row->window_width;
  const int8_t *cells[octet_pair_most_cells];
  size_t count = 0;
  for (size_t line = 0; line < row->window_height; line++) {
    const int8_t *start = octet_window_line(row, line);
    for (size_t column = 0; column < width; column++) cells[count++] = start + column * channels;
  }
  if (row->window_height == 3 && width == 3 && row->output_width > 1) {
    // Copies, so that what is written need not be thought to change them.
    const octet_output output = row->output;
    const int8_t *const weights = row->weights;
    octet_pair_lanes lanes;
    octet_pair_lane_row lane_row = {channels, &lanes, 0, row->target, row->output_width, {cells[0], cells[3], cells[6]},
                                    row->stride_across * channels};
    for (;;) {
      if (octet_pair_take_lanes(&output, weights, channels, lane_row.offset, &lanes, rounding)) {
        octet_pair_compute_lanes(&lane_row, rounding);
      } else {
        for (size_t place = 0; place < row->output_width; place++)
          octet_pair_compute_cells(row, cells, count, place, lane_row.offset, rounding);
      }
      const size_t left = channels - lane_row.offset - 4;
      if (left == 0) return;
      lane_row.offset += left < 4 ? left : 4;
      lane_row.target += left < 4 ? left : 4;
    }
  }
#ifdef OCTET_HAS_PAIR_INSTRUCTIONS
  const bool isShort = octet_pair_are_short(row->output.shifts, channels);
#endif
  for (size_t place = 0; place < row->output_width; place++) {
    size_t next = 0;
#ifdef OCTET_HAS_PAIR_INSTRUCTIONS
    if (isShort) next = octet_pair_compute_fours(row, cells, count, place, rounding);
#endif
    for (; next < channels; next += 4)
      octet_pair_compute_cells(row, cells, count, place, next + 4 > channels ? channels - 4 : next, rounding);
  }
}

static __attribute__((noinline, unused)) void octet_pair_depthwise_half_up(const octet_window_row *row) {
  octet_pair_depthwise_row(row, 0);
}

static __attribute__((noinline, unused)) void octet_pair_depthwise_twice(const octet_window_row *row) {
  octet_pair_depthwise_row(row, 1);
}

#ifdef OCTET_HAS_PAIR_INSTRUCTIONS
#undef OCTET_LANES
#undef OCTET_LINE
#undef OCTET_WRITE_half_up
#undef OCTET_WRITE_twice
#undef OCTET_WRITE
#undef OCTET_LANE_ROW
#endif
