// Rows of convolutions, up to five windows at a time, for chips with DSP instructions.
//
// A patch holds what lies under the windows of a block, in fours as in PairPatch.h: of each four values the pairs 0, 2
// of all windows and then the pairs 1, 3. A word of weights is loaded and taken apart once for the block: with five
// windows 15 instructions do 20 multiply-adds. All registers are in use then.
#pragma once

#include "PairDense.h"
#include "WindowBlocks.h"

/// Takes four values of a window to their places in the patch.
static inline __attribute__((always_inline)) void octet_pair_put_four(uint32_t *place, const int8_t *values,
                                                                      const size_t windows) {
  const uint32_t word = octet_load_word(values);
  place[0] = octet_even_pair(word);
  place[windows] = octet_odd_pair(word);
}

/// Takes `fours` times four values of a window, sixteen at a time and then what is left.
static inline __attribute__((always_inline)) void octet_pair_put_fours(uint32_t *place, const int8_t *values,
                                                                       size_t fours, const size_t windows) {
  for (; fours >= 4; fours -= 4, values += 16, place += 8 * windows) {
    octet_pair_put_four(place, values, windows);
    octet_pair_put_four(place + 2 * windows, values + 4, windows);
    octet_pair_put_four(place + 4 * windows, values + 8, windows);
    octet_pair_put_four(place + 6 * windows, values + 12, windows);
  }
  OCTET_ROLLED
  for (; fours > 0; fours--, values += 4, place += 2 * windows) octet_pair_put_four(place, values, windows);
}

/// Copies a few bytes; nothing beyond is read.
static inline __attribute__((always_inline)) int8_t *octet_copy_few(int8_t *target, const int8_t *source,
                                                                    size_t count) {
  OCTET_ROLLED
  for (; count >= 4; count -= 4, source += 4, target += 4) __builtin_memcpy(target, source, 4);
  OCTET_ROLLED
  for (; count > 0; count--) *target++ = *source++;
  return target;
}

/// The most values of a window that are joined before they are taken apart.
enum { octet_pair_most_joined = 64 };

/// Fills a patch value by value.
static __attribute__((noinline, unused)) void octet_pair_fill_anyhow(const octet_window_row *row, uint32_t *patch,
                                                                     size_t start, size_t windows) {
  const size_t segment = row->window_width * row->input_channels, depth = segment * row->window_height;
  const size_t step = row->stride_across * row->input_channels;
  if ((depth & 3) != 0) {
    for (size_t word = 0; word < 2 * windows; word++) patch[(depth >> 2) * 2 * windows + word] = 0;
  }
  for (size_t line = 0; line < row->window_height; line++) {
    const int8_t *values = octet_window_line(row, line) + start;
    for (size_t window = 0; window < windows; window++, values += step) {
      for (size_t index = 0; index < segment; index++) {
        const size_t place = line * segment + index;
        uint32_t *words = patch + (place >> 2) * 2 * windows + (place & 1) * windows + window;
        ((octet_half_word *)words)[place >> 1 & 1] = values[index];
      }
    }
  }
}

/// Puts what lies under a block of windows into the patch, from byte `start` of each line on; zeros after its depth.
static inline __attribute__((always_inline)) void octet_pair_fill_patch(const octet_window_row *row, uint32_t *patch,
                                                                        size_t start, const size_t windows) {
  const size_t segment = row->window_width * row->input_channels, depth = segment * row->window_height;
  const size_t step = row->stride_across * row->input_channels;
  if ((segment & 3) == 0) {
    for (size_t line = 0; line < row->window_height; line++, patch += segment / 2 * windows) {
      const int8_t *values = octet_window_line(row, line) + start;
      OCTET_ROLLED
      for (size_t window = 0; window < windows; window++, values += step)
        octet_pair_put_fours(patch + window, values, segment >> 2, windows);
    }
  } else if (depth <= octet_pair_most_joined) {
    // Lines of windows that are no multiple of four bytes, such as those over three colours.
    int8_t joined[octet_pair_most_joined];
    __builtin_memset(joined + (depth & ~(size_t)3), 0, 4 * ((depth & 3) != 0));
    OCTET_ROLLED
    for (size_t window = 0; window < windows; window++, start += step) {
      int8_t *next = joined;
      for (size_t line = 0; line < row->window_height; line++)
        next = octet_copy_few(next, octet_window_line(row, line) + start, segment);
      octet_pair_put_fours(patch + window, joined, (depth + 3) >> 2, windows);
    }
  } else {
    octet_pair_fill_anyhow(row, patch, start, windows);
  }
}

/// Channels of a block of windows, in the order in which the loop takes it apart; it has no register left for them.
typedef struct {
  const uint32_t *values;
  /// Where the values for sixteens of weights end, and where all of them do.
  const uint32_t *whole, *end;
  /// How many weights are read for a channel that belong to the next.
  size_t excess;
  const int32_t *bias;
  /// From the bias of the next channel to the multiplier of this one, in bytes.
  ptrdiff_t multiplier;
  const uint8_t *shifts;
  /// Half, and the zero point, before the shift: 2 * zero point + 1.
  int32_t half;
  int8_t *target;
  /// From the output of a window to that of the next.
  size_t stride;
  /// At least 1.
  size_t channels;
  const int8_t *weights;
} octet_pair_block;

#ifdef OCTET_HAS_PAIR_INSTRUCTIONS

// Values in r0 to r4, where they are in r5, weights in r6, a word of them in r7 and a pair in r8; sums behind.
#define OCTET_LOAD_2 "ldm r5!, {r0, r1}\n"
#define OCTET_LOAD_3 "ldm r5!, {r0, r1, r2}\n"
#define OCTET_LOAD_4 "ldm r5!, {r0, r1, r2, r3}\n"
#define OCTET_LOAD_5 "ldm r5!, {r0, r1, r2, r3, r4}\n"
#define OCTET_SUM_2 "smlad r9, r0, r8, r9\n" "smlad r10, r1, r8, r10\n"
#define OCTET_SUM_3 OCTET_SUM_2 "smlad r11, r2, r8, r11\n"
#define OCTET_SUM_4 OCTET_SUM_3 "smlad r12, r3, r8, r12\n"
#define OCTET_SUM_5 OCTET_SUM_4 "smlad lr, r4, r8, lr\n"
#define OCTET_START_2 "mov r10, r9\n"
#define OCTET_START_3 OCTET_START_2 "mov r11, r9\n"
#define OCTET_START_4 OCTET_START_3 "mov r12, r9\n"
#define OCTET_START_5 OCTET_START_4 "mov lr, r9\n"

// Four values of each window.
#define OCTET_FOUR(windows)       \
  "ldr r7, [r6], #4\n"            \
  OCTET_LOAD_##windows            \
  "sxtb16 r8, r7\n"               \
  OCTET_SUM_##windows             \
  OCTET_LOAD_##windows            \
  "sxtb16 r8, r7, ror #8\n"       \
  OCTET_SUM_##windows

// An output: r0 multiplier, r1 shift, r2 what is added, r3 where it goes, r4 from there to the next.
#define OCTET_OUTPUT_0(sum) \
  "smmla r7, " sum ", r0, r2\n" OCTET_STORE
#define OCTET_OUTPUT_1(sum)              \
  "qadd r7, " sum ", " sum "\n"          \
  "add r8, r2, " sum ", asr #31\n"       \
  "smmlar r7, r7, r0, r8\n" OCTET_STORE
#define OCTET_OUTPUT_3(sum)              \
  "qadd r7, " sum ", " sum "\n"          \
  "smmlar r7, r7, r0, r2\n" OCTET_STORE
#define OCTET_STORE   \
  "asrs r7, r1\n"     \
  "ssat r7, #8, r7\n" \
  "strb r7, [r3]\n"   \
  "add r3, r4\n"
#define OCTET_OUTPUTS_2(rounding) OCTET_OUTPUT_##rounding("r9") OCTET_OUTPUT_##rounding("r10")
#define OCTET_OUTPUTS_3(rounding) OCTET_OUTPUTS_2(rounding) OCTET_OUTPUT_##rounding("r11")
#define OCTET_OUTPUTS_4(rounding) OCTET_OUTPUTS_3(rounding) OCTET_OUTPUT_##rounding("r12")
#define OCTET_OUTPUTS_5(rounding) OCTET_OUTPUTS_4(rounding) OCTET_OUTPUT_##rounding("lr")
#define OCTET_SHIFT_0 "32"
#define OCTET_SHIFT_1 "31"
#define OCTET_SHIFT_3 "31"

#define OCTET_BLOCK(windows, rounding)                                                                 \
  __asm__ volatile(                                                                                    \
      "ldm r0, {r1, r2, r3, r4, r5, r6, r7, r8, r9, r10, r11, r12}\n"                                  \
      "push {r1, r2, r3, r4, r5, r6, r7, r8, r9, r10, r11, r12}\n"                                     \
      "mov r6, r12\n"                                                                                  \
      "0: ldr r0, [sp, #16]\n"                                                                         \
      "ldr r9, [r0], #4\n"                                                                             \
      "str r0, [sp, #16]\n"                                                                            \
      "ldrd r5, r7, [sp]\n" OCTET_START_##windows                                                      \
      "cmp r5, r7\n"                                                                                   \
      "beq 2f\n"                                                                                       \
      "1:\n" OCTET_FOUR(windows) OCTET_FOUR(windows) OCTET_FOUR(windows) OCTET_FOUR(windows)           \
      "ldr r7, [sp, #4]\n"                                                                             \
      "cmp r5, r7\n"                                                                                   \
      "bne 1b\n"                                                                                       \
      "2: ldr r7, [sp, #8]\n"                                                                          \
      "cmp r5, r7\n"                                                                                   \
      "beq 4f\n"                                                                                       \
      "3:\n" OCTET_FOUR(windows)                                                                       \
      "ldr r7, [sp, #8]\n"                                                                             \
      "cmp r5, r7\n"                                                                                   \
      "bne 3b\n"                                                                                       \
      "4: ldr r7, [sp, #12]\n"                                                                         \
      "sub r6, r7\n"                                                                                   \
      "ldrd r0, r1, [sp, #16]\n"                                                                       \
      "ldr r0, [r0, r1]\n"                                                                             \
      "ldrd r3, r2, [sp, #24]\n"                                                                       \
      "ldrb r7, [r3], #1\n"                                                                            \
      "str r3, [sp, #24]\n"                                                                            \
      "sub r1, r7, #" OCTET_SHIFT_##rounding "\n"                                                      \
      "subs r7, r1, #1\n"                                                                              \
      "lsls r2, r7\n"                                                                                  \
      "ldrd r3, r4, [sp, #32]\n"                                                                       \
      "adds r7, r3, #1\n"                                                                              \
      "str r7, [sp, #32]\n" OCTET_OUTPUTS_##windows(rounding)                                          \
      "ldr r7, [sp, #40]\n"                                                                            \
      "subs r7, #1\n"                                                                                  \
      "str r7, [sp, #40]\n"                                                                            \
      "bne 0b\n"                                                                                       \
      "add sp, #48\n"                                                                                  \
      : "+r"(start)                                                                                    \
      :                                                                                                \
      : "r1", "r2", "r3", "r4", "r5", "r6", "r7", "r8", "r9", "r10", "r11", "r12", "lr", "cc", "memory")

#endif

/// Any output channel of a block; nothing behind its weights is read.
static __attribute__((noinline, unused)) void octet_pair_any_channel(const octet_window_row *row, const uint32_t *patch,
                                                                     size_t depth, size_t channel, int8_t *target,
                                                                     size_t windows) {
  const octet_output *output = &row->output;
  const int8_t *weights = row->weights + channel * depth;
  const int32_t bias = output->bias[channel];
  const size_t stride = row->output_channels;
  int32_t sums[octet_most_windows];
  for (size_t window = 0; window < windows; window++) sums[window] = bias;
  if (output->shifts[channel] > octet_usual_shift && octet_is_constant(output, channel, depth)) {
    const int32_t value = octet_pair_long_output(output, bias, channel);
    for (size_t window = 0; window < windows; window++) target[window * stride] = (int8_t)value;
    return;
  }
  for (size_t done = 0; done < depth; done += 4, patch += 2 * windows) {
    const uint32_t word =
        depth - done < 4 ? octet_load_rest(weights + done, depth - done) : octet_load_word(weights + done);
    const uint32_t even = octet_even_pair(word), odd = octet_odd_pair(word);
    for (size_t window = 0; window < windows; window++) {
      sums[window] = octet_add_products(patch[window], even, sums[window]);
      sums[window] = octet_add_products(patch[windows + window], odd, sums[window]);
    }
  }
  for (size_t window = 0; window < windows; window++) {
    if (output->rounding == 1) {
      octet_pair_write(output, sums[window], channel, target + window * stride, 1);
    } else {
      octet_pair_write(output, sums[window], channel, target + window * stride, 0);
    }
  }
}

/// The outputs of a block of two windows or more from its patch, channel by channel.
static inline __attribute__((always_inline)) void octet_pair_multiply_windows(const octet_window_row *row,
                                                                              const uint32_t *patch, int8_t *target,
                                                                              const size_t windows,
                                                                              const int rounding) {
  const size_t depth = row->window_height * row->window_width * row->input_channels;
  size_t channel = 0;
#ifdef OCTET_HAS_PAIR_INSTRUCTIONS
  // What the patch holds beyond its depth is zero, so the weights there, of the next channel, do not matter. The last
  // channel has no next one.
  const size_t rounded = (depth + 3) & ~(size_t)3;
  const size_t most = row->output_channels - (rounded == depth ? 0 : 1);
  const octet_output output = row->output;
  octet_pair_block block = {
      patch, patch + (depth & ~(size_t)15) / 2 * windows, patch + rounded / 2 * windows, rounded - depth, NULL,
      (const char *)output.multipliers - (const char *)(output.bias + 1), NULL, 2 * output.zero_point + 1, NULL,
      row->output_channels, 0, NULL};
  while (channel < most) {
    const size_t first = channel;
    while (channel < most && output.shifts[channel] <= octet_pair_largest_shift) channel++;
    if (channel == first) {
      octet_pair_any_channel(row, patch, depth, channel, target + channel, windows);
      channel++;
      continue;
    }
    block.bias = output.bias + first;
    block.shifts = output.shifts + first;
    block.target = target + first;
    block.channels = channel - first;
    block.weights = row->weights + first * depth;
    register const void *start __asm__("r0") = &block;
    switch (10 * windows + (size_t)rounding) {
      case 20: OCTET_BLOCK(2, 0); break;
      case 21: OCTET_BLOCK(2, 1); break;
      case 23: OCTET_BLOCK(2, 3); break;
      case 30: OCTET_BLOCK(3, 0); break;
      case 31: OCTET_BLOCK(3, 1); break;
      case 33: OCTET_BLOCK(3, 3); break;
      case 40: OCTET_BLOCK(4, 0); break;
      case 41: OCTET_BLOCK(4, 1); break;
      case 43: OCTET_BLOCK(4, 3); break;
      case 50: OCTET_BLOCK(5, 0); break;
      case 51: OCTET_BLOCK(5, 1); break;
      default: OCTET_BLOCK(5, 3); break;
    }
  }
#else
  (void)rounding;
#endif
  for (; channel < row->output_channels; channel++)
    octet_pair_any_channel(row, patch, depth, channel, target + channel, windows);
}

// A patch has two bytes for each value of a block.
OCTET_WINDOW_BLOCKS(pair, uint32_t, _half_up, 0)
OCTET_WINDOW_BLOCKS(pair, uint32_t, _twice, 1)
OCTET_WINDOW_BLOCKS(pair, uint32_t, _twice_above, octet_twice_above)

#ifdef OCTET_HAS_PAIR_INSTRUCTIONS
#undef OCTET_FOUR
#undef OCTET_BLOCK
#undef OCTET_OUTPUT_0
#undef OCTET_OUTPUT_1
#undef OCTET_OUTPUT_3
#undef OCTET_STORE
#undef OCTET_SHIFT_0
#undef OCTET_SHIFT_1
#undef OCTET_SHIFT_3
#undef OCTET_LOAD_2
#undef OCTET_LOAD_3
#undef OCTET_LOAD_4
#undef OCTET_LOAD_5
#undef OCTET_SUM_2
#undef OCTET_SUM_3
#undef OCTET_SUM_4
#undef OCTET_SUM_5
#undef OCTET_START_2
#undef OCTET_START_3
#undef OCTET_START_4
#undef OCTET_START_5
#undef OCTET_OUTPUTS_2
#undef OCTET_OUTPUTS_3
#undef OCTET_OUTPUTS_4
#undef OCTET_OUTPUTS_5
#endif
