// Rows of convolutions, up to three windows at a time, for chips with Arm's M-profile vector extension.
//
// Two output channels of three windows share what is loaded: 12 instructions do 96 multiply-adds. Windows of one line
// are read where they lie; the lines of others are first put one after the other into a patch. Sums of four channels
// are then the lanes of a vector for each window.
#pragma once

#include "VectorDense.h"

/// The most windows of a block.
enum { octet_vector_most_windows = 3 };

/// Windows of the next block, of the `left` ones of a row: no single one, where that can be.
static inline size_t octet_vector_next_windows(size_t left) {
  return left == 4 ? 2 : left < octet_vector_most_windows ? left : octet_vector_most_windows;
}

static inline __attribute__((always_inline)) void octet_vector_copy(int8_t *target, const int8_t *source,
                                                                    size_t count) {
#if defined(__ARM_FEATURE_MVE)
  register size_t left __asm__("lr") = count;
  __asm__ volatile(
      "dlstp.8 lr, lr\n"
      "1: vldrb.u8 q0, [%[source]], #16\n"
      "vstrb.8 q0, [%[target]], #16\n"
      "letp lr, 1b\n"
      : [source] "+r"(source), [target] "+r"(target), "+r"(left)
      :
      : "q0", "memory");
#else
  for (size_t index = 0; index < count; index++) target[index] = source[index];
#endif
}

/// Puts what lies under a block of windows into the patch, one after the other, from byte `start` of each line on.
static inline __attribute__((always_inline)) void octet_vector_fill_patch(const octet_window_row *row, int8_t *patch,
                                                                          size_t start, size_t windows) {
  const size_t segment = row->window_width * row->input_channels, depth = row->window_height * segment;
  const size_t step = row->stride_across * row->input_channels;
  for (size_t line = 0; line < row->window_height; line++, patch += segment) {
    const int8_t *source = octet_window_line(row, line) + start;
    int8_t *target = patch;
    OCTET_ROLLED
    for (size_t left = windows; left > 0; left--, source += step, target += depth)
      octet_vector_copy(target, source, segment);
  }
}

/// The sums of two output channels, whose weights are `stride` apart, over windows of `depth` values that are `step`
/// apart. Those of a window follow each other, and the next window's are two further on. Nothing beyond is read.
static inline __attribute__((always_inline)) void octet_vector_sum_two(const int8_t *values, size_t step, size_t depth,
                                                                       const int8_t *weights, size_t stride,
                                                                       int32_t *sums, const size_t windows) {
  const int8_t *a = weights, *b = weights + stride;
#if defined(__ARM_FEATURE_MVE)
  const int8_t *x = values, *y = x + step;
  register size_t left __asm__("lr") = depth;
  int32_t s0, s1, s2, s3;
  // The last turn of these loops takes what is left, and lanes beyond it are neither read nor added.
  if (windows == 3) {
    const int8_t *z = y + step;
    int32_t s4, s5;
    __asm__ volatile(
        "mov %[s0], #0\n"
        "mov %[s1], #0\n"
        "mov %[s2], #0\n"
        "mov %[s3], #0\n"
        "mov %[s4], #0\n"
        "mov %[s5], #0\n"
        "dlstp.8 lr, lr\n"
        "1: vldrb.u8 q0, [%[a]], #16\n"
        "vldrb.u8 q2, [%[x]], #16\n"
        "vmlava.s8 %[s0], q0, q2\n"
        "vldrb.u8 q1, [%[b]], #16\n"
        "vmlava.s8 %[s1], q1, q2\n"
        "vldrb.u8 q2, [%[y]], #16\n"
        "vmlava.s8 %[s2], q0, q2\n"
        "vmlava.s8 %[s3], q1, q2\n"
        "vldrb.u8 q2, [%[z]], #16\n"
        "vmlava.s8 %[s4], q0, q2\n"
        "vmlava.s8 %[s5], q1, q2\n"
        "letp lr, 1b\n"
        : [s0] "=&Te"(s0), [s1] "=&Te"(s1), [s2] "=&Te"(s2), [s3] "=&Te"(s3), [s4] "=&Te"(s4), [s5] "=&Te"(s5),
          [a] "+r"(a), [b] "+r"(b), [x] "+r"(x), [y] "+r"(y), [z] "+r"(z), "+r"(left)
        :
        : "q0", "q1", "q2", "memory");
    sums[8] = s4;
    sums[9] = s5;
  } else {
    __asm__ volatile(
        "mov %[s0], #0\n"
        "mov %[s1], #0\n"
        "mov %[s2], #0\n"
        "mov %[s3], #0\n"
        "dlstp.8 lr, lr\n"
        "1: vldrb.u8 q0, [%[a]], #16\n"
        "vldrb.u8 q2, [%[x]], #16\n"
        "vmlava.s8 %[s0], q0, q2\n"
        "vldrb.u8 q1, [%[b]], #16\n"
        "vmlava.s8 %[s1], q1, q2\n"
        "vldrb.u8 q2, [%[y]], #16\n"
        "vmlava.s8 %[s2], q0, q2\n"
        "vmlava.s8 %[s3], q1, q2\n"
        "letp lr, 1b\n"
        : [s0] "=&Te"(s0), [s1] "=&Te"(s1), [s2] "=&Te"(s2), [s3] "=&Te"(s3), [a] "+r"(a), [b] "+r"(b), [x] "+r"(x),
          [y] "+r"(y), "+r"(left)
        :
        : "q0", "q1", "q2", "memory");
  }
  sums[0] = s0;
  sums[1] = s1;
  sums[4] = s2;
  sums[5] = s3;
#else
  for (size_t window = 0; window < windows; window++, values += step, sums += 4) {
    sums[0] = sums[1] = 0;
    for (size_t done = 0; done < depth; done += 16) {
      const octet_vector value = octet_vector_load_some(values + done, depth - done);
      sums[0] = octet_vector_add_products(value, octet_vector_load_some(a + done, depth - done), sums[0]);
      sums[1] = octet_vector_add_products(value, octet_vector_load_some(b + done, depth - done), sums[1]);
    }
  }
#endif
}

#if defined(__ARM_FEATURE_MVE)

/// Fours of channels of a block, in the order in which the loop loads it: zeros are what sums start with.
typedef struct {
  int32_t zero0;
  const int8_t *first;
  int32_t zero2;
  const int8_t *second;
  int32_t zero4;
  const int8_t *third;
  int32_t zero6, zero8;
  size_t two_depths;
  int32_t zero10;
  size_t depth;
  octet_vector_fours fours;
  const int8_t *weights;
} octet_vector_window_block;

// Two channels at a time: windows at r1, r3, r5, weights at r7 and r9, sums of a window in r0 and r2, r4 and r6, r8 and
// r10. They become the first lanes of q4, q5, q6, and then the others. The last turn of the loop takes what is left,
// and lanes beyond it are neither read nor added.
#define OCTET_SUM_2                 \
  "dlstp.8 lr, lr\n"                \
  "1: vldrb.u8 q0, [r7], #16\n"     \
  "vldrb.u8 q2, [r1], #16\n"        \
  "vmlava.s8 r0, q0, q2\n"          \
  "vldrb.u8 q1, [r9], #16\n"        \
  "vmlava.s8 r2, q1, q2\n"          \
  "vldrb.u8 q3, [r3], #16\n"        \
  "vmlava.s8 r4, q0, q3\n"          \
  "vmlava.s8 r6, q1, q3\n"
#define OCTET_SUM_3 OCTET_SUM_2     \
  "vldrb.u8 q2, [r5], #16\n"        \
  "vmlava.s8 r8, q0, q2\n"          \
  "vmlava.s8 r10, q1, q2\n"
#define OCTET_MOVE_2(even, odd)                            \
  "letp lr, 1b\n"                                          \
  "vmov q4[" odd "], q4[" even "], r0, r2\n"               \
  "vmov q5[" odd "], q5[" even "], r4, r6\n"
#define OCTET_MOVE_3(even, odd) OCTET_MOVE_2(even, odd)    \
  "vmov q6[" odd "], q6[" even "], r8, r10\n"
#define OCTET_LOAD_BLOCK "ldm r11, {r0, r1, r2, r3, r4, r5, r6, r8, r9, r10, lr}\n"
#define OCTET_END(sums, rounding)                                                    \
  "vadd.i32 " sums ", " sums ", q0\n" OCTET_ROUND_##rounding(sums, "q1", "q2")       \
  "vadd.i32 " sums ", " sums ", r4\n"
#define OCTET_END_2(rounding) OCTET_END("q4", rounding) OCTET_END("q5", rounding)
#define OCTET_END_3(rounding) OCTET_END_2(rounding) OCTET_END("q6", rounding)
#define OCTET_LIMIT(sums)                  \
  "vmax.s32 " sums ", " sums ", q0\n"      \
  "vmin.s32 " sums ", " sums ", q1\n"
#define OCTET_STORE_2 OCTET_LIMIT("q4") OCTET_LIMIT("q5")      \
  "add r6, r3, r5\n"                                           \
  "vstrb.32 q4, [r3], #4\n"                                    \
  "vstrb.32 q5, [r6]\n"
#define OCTET_STORE_3 OCTET_STORE_2 OCTET_LIMIT("q6")          \
  "add r6, r5\n"                                               \
  "vstrb.32 q6, [r6]\n"
#define OCTET_BLOCK_ROWS(windows, rounding)                                                                         \
  __asm__ volatile(                                                                                                 \
      "ldr r12, [r11, #108]\n" OCTET_MOST_##rounding                                                                \
      "0:\n" OCTET_LOAD_BLOCK                                                                                       \
      "mov r7, r12\n"                                                                                               \
      "add r9, r7\n" OCTET_SUM_##windows OCTET_MOVE_##windows("0", "2") OCTET_LOAD_BLOCK                            \
      "add r7, r12, lr\n"                                                                                           \
      "add r9, r7\n" OCTET_SUM_##windows OCTET_MOVE_##windows("1", "3")                                             \
      "add r10, r11, #44\n"                                                                                         \
      "ldm r10, {r0, r1, r2, r3, r4, r5, r8, r9}\n"                                                                 \
      "vldrw.u32 q0, [r0], #16\n"                                                                                   \
      "vldrw.u32 q1, [r1], #16\n"                                                                                   \
      "vldrb.s32 q2, [r2], #4\n"                                                                                    \
      "vsub.i32 q2, q7, q2\n" OCTET_END_##windows(rounding)                                                         \
      "vldrw.u32 q0, [r11, #76]\n"                                                                                  \
      "vldrw.u32 q1, [r11, #92]\n" OCTET_STORE_##windows                                                            \
      "stm r10, {r0, r1, r2, r3}\n"                                                                                 \
      "add r12, r8\n"                                                                                               \
      "cmp r12, r9\n"                                                                                               \
      "bne 0b\n"                                                                                                    \
      :                                                                                                             \
      : "r"(start)                                                                                                  \
      : "r0", "r1", "r2", "r3", "r4", "r5", "r6", "r7", "r8", "r9", "r10", "r12", "lr", "q0", "q1", "q2", "q3",     \
        "q4", "q5", "q6", "q7", "cc", "memory")

/// Channels of a block four at a time, of which there are some.
static inline __attribute__((always_inline)) void octet_vector_write_blocks(const octet_window_row *row,
                                                                            const int8_t *values, size_t step,
                                                                            size_t depth, int8_t *target,
                                                                            const size_t windows,
                                                                            const int rounding) {
  octet_vector_window_block block = {
      0, values, 0, values + step, 0, values + 2 * step, 0, 0, 2 * depth, 0, depth,
      octet_vector_fours_of(&row->output, row->output_channels, depth, row->weights, target), row->weights};
  register void *start __asm__("r11") = &block;
  if (windows == 2 && rounding == octet_half_up) {
    OCTET_BLOCK_ROWS(2, 0);
  } else if (windows == 2 && rounding == octet_twice) {
    OCTET_BLOCK_ROWS(2, 1);
  } else if (windows == 2) {
    OCTET_BLOCK_ROWS(2, 3);
  } else if (rounding == octet_half_up) {
    OCTET_BLOCK_ROWS(3, 0);
  } else if (rounding == octet_twice) {
    OCTET_BLOCK_ROWS(3, 1);
  } else {
    OCTET_BLOCK_ROWS(3, 3);
  }
}

#undef OCTET_SUM_2
#undef OCTET_SUM_3
#undef OCTET_MOVE_2
#undef OCTET_MOVE_3
#undef OCTET_LOAD_BLOCK
#undef OCTET_END
#undef OCTET_END_2
#undef OCTET_END_3
#undef OCTET_LIMIT
#undef OCTET_STORE_2
#undef OCTET_STORE_3
#undef OCTET_BLOCK_ROWS

#endif

/// The outputs of two or three windows of `depth` values that are `step` apart, four channels at a time.
static inline __attribute__((always_inline)) void octet_vector_multiply_windows(const octet_window_row *row,
                                                                                const int8_t *values, size_t step,
                                                                                size_t depth, int8_t *target,
                                                                                const size_t windows,
                                                                                const int rounding) {
  const size_t channels = row->output_channels;
  const int8_t *weights = row->weights;
  int32_t sums[4 * octet_vector_most_windows];
  size_t channel = 0;
#if defined(__ARM_FEATURE_MVE)
  if (channels >= 4) octet_vector_write_blocks(row, values, step, depth, target, windows, rounding);
  channel = channels & ~(size_t)3;
  weights += channel * depth;
#else
  OCTET_ROLLED
  for (; channel + 4 <= channels; channel += 4, weights += 4 * depth) {
    octet_vector_sum_two(values, step, depth, weights, depth, sums, windows);
    octet_vector_sum_two(values, step, depth, weights + 2 * depth, depth, sums + 2, windows);
    const octet_lane_output constants = octet_lane_output_of(&row->output, channel, 4, true, rounding);
    OCTET_UNROLLED
    for (size_t window = 0; window < windows; window++)
      octet_write_lanes(&constants, octet_load_four(sums + 4 * window), target + window * channels + channel, true,
                        rounding);
  }
#endif
  if (channel < channels) {
    // The last channel stands in for those that are missing.
    const size_t some = channels - channel, last = (some - 1) * depth;
    octet_vector_sum_two(values, step, depth, weights, some > 1 ? depth : 0, sums, windows);
    octet_vector_sum_two(values, step, depth, weights + last, 0, sums + 2, windows);
    const octet_lane_output constants = octet_lane_output_of(&row->output, channel, some, false, rounding);
    OCTET_UNROLLED
    for (size_t window = 0; window < windows; window++)
      octet_write_lanes(&constants, octet_load_four(sums + 4 * window), target + window * channels + channel, false,
                        rounding);
  }
}

/// A row of outputs of bytes without a table. A patch has room for three windows.
static inline __attribute__((always_inline)) void octet_vector_convolve_row(const octet_window_row *row, int8_t *patch,
                                                                            const int rounding) {
  // A copy, so that what is written to the target need not be thought to change it.
  const octet_window_row copy = *row;
  const size_t depth = copy.window_height * copy.window_width * copy.input_channels;
  const size_t step = copy.stride_across * copy.input_channels;
  const bool isLine = copy.window_height == 1;
  const int8_t *line = octet_window_line(&copy, 0);
  for (size_t place = 0; place < copy.output_width;) {
    const size_t windows = octet_vector_next_windows(copy.output_width - place);
    int8_t *target = copy.target + place * copy.output_channels;
    const int8_t *values = isLine ? line + place * step : patch;
    if (!isLine) octet_vector_fill_patch(&copy, patch, place * step, windows);
    const size_t apart = isLine ? step : depth;
    if (windows == 1) {
      octet_vector_multiply_row(values, depth, copy.weights, &copy.output, copy.output_channels, target, rounding);
    } else if (windows == 2) {
      octet_vector_multiply_windows(&copy, values, apart, depth, target, 2, rounding);
    } else {
      octet_vector_multiply_windows(&copy, values, apart, depth, target, 3, rounding);
    }
    place += windows;
  }
}

static __attribute__((noinline, unused)) void octet_vector_convolve_half_up(const octet_window_row *row,
                                                                            int8_t *patch) {
  octet_vector_convolve_row(row, patch, octet_half_up);
}

static __attribute__((noinline, unused)) void octet_vector_convolve_twice(const octet_window_row *row,
                                                                          int8_t *patch) {
  if (octet_rounding_of(&row->output) == octet_twice_above) {
    octet_vector_convolve_row(row, patch, octet_twice_above);
  } else {
    octet_vector_convolve_row(row, patch, octet_twice);
  }
}
