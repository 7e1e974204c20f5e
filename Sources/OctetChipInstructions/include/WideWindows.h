// Rows of convolutions, up to five windows at a time, and dense layers, for chips that multiply only 32 bits by 32.
//
// A patch holds value `i` of the windows of a block side by side, as 32-bit numbers. A weight is loaded once for the
// block. On a Cortex-M0 13 instructions do 5 multiply-adds: values and a weight fill the low registers, and the sums
// lie in the high ones, to which it can still add.
#pragma once

#include "WideDense.h"
#include "WindowBlocks.h"

/// What a sum over a patch starts from, in the order in which the loop takes it apart, and what it gives.
typedef struct {
  const int32_t *values;
  const int8_t *weights;
  /// Where eights of weights end, and where all of them do.
  const int8_t *whole, *end;
  int32_t bias;
  int32_t sums[octet_most_windows];
} octet_wide_block;

#ifdef OCTET_HAS_NO_LONG_PRODUCT

// r0 where the values are, r1 the weights, r2 a weight, r3 to r7 values; sums from r8 on.
#define OCTET_LOAD_2 "ldm r0!, {r3, r4}\n"
#define OCTET_LOAD_3 "ldm r0!, {r3, r4, r5}\n"
#define OCTET_LOAD_4 "ldm r0!, {r3, r4, r5, r6}\n"
#define OCTET_LOAD_5 "ldm r0!, {r3, r4, r5, r6, r7}\n"
#define OCTET_SUM_2 "muls r3, r2, r3\n" "add r8, r3\n" "muls r4, r2, r4\n" "add r9, r4\n"
#define OCTET_SUM_3 OCTET_SUM_2 "muls r5, r2, r5\n" "add r10, r5\n"
#define OCTET_SUM_4 OCTET_SUM_3 "muls r6, r2, r6\n" "add r11, r6\n"
#define OCTET_SUM_5 OCTET_SUM_4 "muls r7, r2, r7\n" "add r12, r7\n"
#define OCTET_ONE(windows, place) \
  "movs r2, #" #place "\n"        \
  "ldrsb r2, [r1, r2]\n" OCTET_LOAD_##windows OCTET_SUM_##windows

#define OCTET_BLOCK(windows)                                                                                        \
  __asm__ volatile(                                                                                                 \
      OCTET_SAVE_HIGH "push {r0}\n"                                                                                 \
      "ldm r0!, {r2, r3, r4, r5, r6}\n"                                                                             \
      "mov r0, r2\n"                                                                                                \
      "mov r1, r3\n"                                                                                                \
      "mov lr, r4\n"                                                                                                \
      "push {r5}\n"                                                                                                 \
      "mov r8, r6\n"                                                                                                \
      "mov r9, r6\n"                                                                                                \
      "mov r10, r6\n"                                                                                               \
      "mov r11, r6\n"                                                                                               \
      "mov r12, r6\n"                                                                                               \
      "cmp r1, lr\n"                                                                                                \
      "beq 2f\n"                                                                                                    \
      "1:\n" OCTET_ONE(windows, 0) OCTET_ONE(windows, 1) OCTET_ONE(windows, 2) OCTET_ONE(windows, 3)                \
          OCTET_ONE(windows, 4) OCTET_ONE(windows, 5) OCTET_ONE(windows, 6) OCTET_ONE(windows, 7)                   \
      "adds r1, #8\n"                                                                                               \
      "cmp r1, lr\n"                                                                                                \
      "bne 1b\n"                                                                                                    \
      "2: pop {r2}\n"                                                                                               \
      "mov lr, r2\n"                                                                                                \
      "cmp r1, lr\n"                                                                                                \
      "beq 4f\n"                                                                                                    \
      "3:\n" OCTET_ONE(windows, 0)                                                                                  \
      "adds r1, #1\n"                                                                                               \
      "cmp r1, lr\n"                                                                                                \
      "bne 3b\n"                                                                                                    \
      "4: pop {r0}\n"                                                                                               \
      "adds r0, #20\n"                                                                                              \
      "mov r1, r8\n"                                                                                                \
      "mov r2, r9\n"                                                                                                \
      "mov r3, r10\n"                                                                                               \
      "mov r4, r11\n"                                                                                               \
      "mov r5, r12\n"                                                                                               \
      "stm r0!, {r1, r2, r3, r4, r5}\n" OCTET_RESTORE_HIGH                                                          \
      : "+r"(start)                                                                                                 \
      :                                                                                                             \
      : "r1", "r2", "r3", "r4", "r5", "r6", "r7", "r8", "r9", "r10", "r11", "r12", "lr", "cc", "memory")

#endif

/// Adds the products of a patch and the weights of an output to its bias, for each window.
static inline __attribute__((always_inline)) void octet_wide_sum_windows(octet_wide_block *block,
                                                                         const size_t windows) {
#ifdef OCTET_HAS_NO_LONG_PRODUCT
  register void *start __asm__("r0") = block;
  switch (windows) {
    case 2: OCTET_BLOCK(2); break;
    case 3: OCTET_BLOCK(3); break;
    case 4: OCTET_BLOCK(4); break;
    default: OCTET_BLOCK(5); break;
  }
#else
  const int32_t *values = block->values;
  int32_t sums[octet_most_windows];
  OCTET_UNROLLED
  for (size_t window = 0; window < windows; window++) sums[window] = block->bias;
  OCTET_BY_FOURS
  for (const int8_t *weight = block->weights; weight < block->end; weight++, values += windows) {
    OCTET_UNROLLED
    for (size_t window = 0; window < windows; window++)
      sums[window] = (int32_t)((uint32_t)sums[window] + (uint32_t)(values[window] * *weight));
  }
  OCTET_UNROLLED
  for (size_t window = 0; window < windows; window++) block->sums[window] = sums[window];
#endif
}

#undef OCTET_BLOCK
#undef OCTET_ONE
#undef OCTET_LOAD_2
#undef OCTET_LOAD_3
#undef OCTET_LOAD_4
#undef OCTET_LOAD_5
#undef OCTET_SUM_2
#undef OCTET_SUM_3
#undef OCTET_SUM_4
#undef OCTET_SUM_5

/// Puts what lies under a block of windows into the patch, from byte `start` of each line on.
static inline __attribute__((always_inline)) void octet_wide_fill_patch(const octet_window_row *row, int32_t *patch,
                                                                        size_t start, const size_t windows) {
  const size_t segment = row->window_width * row->input_channels, step = row->stride_across * row->input_channels;
  for (size_t line = 0; line < row->window_height; line++, patch += segment * windows) {
    const int8_t *source = octet_window_line(row, line) + start;
    OCTET_ROLLED
    for (size_t window = 0; window < windows; window++, source += step) {
      int32_t *place = patch + window;
      OCTET_BY_FOURS
      for (const int8_t *value = source; value < source + segment; value++, place += windows) *place = *value;
    }
  }
}

/// The outputs of a block of windows from its patch, channel by channel.
static inline __attribute__((always_inline)) void octet_wide_multiply_windows(const octet_window_row *row,
                                                                              const int32_t *patch, int8_t *target,
                                                                              const size_t windows,
                                                                              const int rounding) {
  const size_t depth = row->window_height * row->window_width * row->input_channels, channels = row->output_channels;
  // A copy, so that what is written to the target need not be thought to change it.
  const octet_output output = row->output;
  octet_wide_block block;
  block.values = patch;
  block.weights = row->weights;
  for (size_t channel = 0; channel < channels; channel++, target++) {
    const uint32_t shift = output.shifts[channel];
    const int32_t multiplier = output.multipliers[channel];
    block.bias = output.bias[channel];
    block.end = block.weights + depth;
    if (shift > octet_usual_shift && octet_is_constant(&output, channel, depth)) {
      const int8_t value = octet_wide_output(&output, block.bias, multiplier, shift, rounding);
      for (size_t window = 0; window < windows; window++) target[window * channels] = value;
    } else {
      block.whole = block.weights + (depth & ~(size_t)7);
      octet_wide_sum_windows(&block, windows);
      int8_t *place = target;
      OCTET_ROLLED
      for (size_t window = 0; window < windows; window++, place += channels)
        *place = octet_wide_output(&output, block.sums[window], multiplier, shift, rounding);
    }
    block.weights = block.end;
  }
}

// A patch has four bytes for each value of a block.
OCTET_WINDOW_BLOCKS(wide, int32_t, _half_up, 0)
OCTET_WINDOW_BLOCKS(wide, int32_t, _twice, 1)
