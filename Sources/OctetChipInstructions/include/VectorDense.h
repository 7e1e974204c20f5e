// Outputs from a single row of values, for chips with Arm's M-profile vector extension: dense layers, and convolutions
// whose rows have one window.
#pragma once

#include "VectorLanes.h"

/// Four sums over a row of `count` values, of outputs whose weights start at `weights` and lie `stride` apart: 10
/// instructions do 64 multiply-adds. Nothing beyond the row and the weights is read.
static inline __attribute__((always_inline)) octet_lanes octet_vector_sum_four(const int8_t *row, size_t count,
                                                                               const int8_t *weights,
                                                                               const size_t stride[3]) {
  const int8_t *a = weights, *b = weights + stride[0], *c = weights + stride[1], *d = weights + stride[2];
#if defined(__ARM_FEATURE_MVE)
  int32_t s0, s1, s2, s3;
  register size_t left __asm__("lr") = count;
  // The last turn of this loop takes what is left, and lanes beyond it are neither read nor added.
  __asm__ volatile(
      "mov %[s0], #0\n"
      "mov %[s1], #0\n"
      "mov %[s2], #0\n"
      "mov %[s3], #0\n"
      "dlstp.8 lr, lr\n"
      "1: vldrb.u8 q0, [%[row]], #16\n"
      "vldrb.u8 q1, [%[a]], #16\n"
      "vmlava.s8 %[s0], q0, q1\n"
      "vldrb.u8 q2, [%[b]], #16\n"
      "vmlava.s8 %[s1], q0, q2\n"
      "vldrb.u8 q1, [%[c]], #16\n"
      "vmlava.s8 %[s2], q0, q1\n"
      "vldrb.u8 q2, [%[d]], #16\n"
      "vmlava.s8 %[s3], q0, q2\n"
      "letp lr, 1b\n"
      : [s0] "=&Te"(s0), [s1] "=&Te"(s1), [s2] "=&Te"(s2), [s3] "=&Te"(s3), [row] "+r"(row), [a] "+r"(a),
        [b] "+r"(b), [c] "+r"(c), [d] "+r"(d), "+r"(left)
      :
      : "q0", "q1", "q2", "memory");
  return octet_four_lanes(s0, s1, s2, s3);
#else
  int32_t s0 = 0, s1 = 0, s2 = 0, s3 = 0;
  for (size_t done = 0; done < count; done += 16) {
    const size_t some = count - done;
    const octet_vector value = octet_vector_load_some(row + done, some);
    s0 = octet_vector_add_products(value, octet_vector_load_some(a + done, some), s0);
    s1 = octet_vector_add_products(value, octet_vector_load_some(b + done, some), s1);
    s2 = octet_vector_add_products(value, octet_vector_load_some(c + done, some), s2);
    s3 = octet_vector_add_products(value, octet_vector_load_some(d + done, some), s3);
  }
  return octet_four_lanes(s0, s1, s2, s3);
#endif
}

#if defined(__ARM_FEATURE_MVE)

/// Fours of outputs, in the order in which the loop loads it: zeros are what sums start with.
typedef struct {
  int32_t zero0;
  const int8_t *row;
  int32_t zero2, zero4, zero6;
  size_t count;
  octet_vector_fours fours;
  const int8_t *weights;
} octet_vector_row_block;

// Sums in r0, r2, r4, r6, the row at r1, weights at r3, r5, r7, r9. The last turn of the loop takes what is left, and
// lanes beyond it are neither read nor added.
#define OCTET_ROW_BLOCK(rounding)                                                                                   \
  __asm__ volatile(                                                                                                 \
      "ldr r12, [r11, #88]\n"                                                                                       \
      "add r10, r11, #24\n"                                                                                         \
      "vldrw.u32 q5, [r11, #56]\n"                                                                                  \
      "vldrw.u32 q6, [r11, #72]\n" OCTET_MOST_##rounding                                                            \
      "0: ldm r11, {r0, r1, r2, r4, r6, lr}\n"                                                                      \
      "mov r3, r12\n"                                                                                               \
      "add r5, r3, lr\n"                                                                                            \
      "add r7, r5, lr\n"                                                                                            \
      "add r9, r7, lr\n"                                                                                            \
      "dlstp.8 lr, lr\n"                                                                                            \
      "1: vldrb.u8 q0, [r1], #16\n"                                                                                 \
      "vldrb.u8 q1, [r3], #16\n"                                                                                    \
      "vmlava.s8 r0, q0, q1\n"                                                                                      \
      "vldrb.u8 q2, [r5], #16\n"                                                                                    \
      "vmlava.s8 r2, q0, q2\n"                                                                                      \
      "vldrb.u8 q1, [r7], #16\n"                                                                                    \
      "vmlava.s8 r4, q0, q1\n"                                                                                      \
      "vldrb.u8 q2, [r9], #16\n"                                                                                    \
      "vmlava.s8 r6, q0, q2\n"                                                                                      \
      "letp lr, 1b\n"                                                                                               \
      "vmov q4[2], q4[0], r0, r4\n"                                                                                 \
      "vmov q4[3], q4[1], r2, r6\n"                                                                                 \
      "ldm r10, {r0, r1, r2, r3, r4, r5, r8, r9}\n"                                                                 \
      "vldrw.u32 q0, [r0], #16\n"                                                                                   \
      "vadd.i32 q4, q4, q0\n"                                                                                       \
      "vldrw.u32 q1, [r1], #16\n"                                                                                   \
      "vldrb.s32 q2, [r2], #4\n"                                                                                    \
      "vsub.i32 q2, q7, q2\n" OCTET_ROUND_##rounding("q4", "q1", "q2")                                              \
      "vadd.i32 q4, q4, r4\n"                                                                                       \
      "vmax.s32 q4, q4, q5\n"                                                                                       \
      "vmin.s32 q4, q4, q6\n"                                                                                       \
      "vstrb.32 q4, [r3], #4\n"                                                                                     \
      "stm r10, {r0, r1, r2, r3}\n"                                                                                 \
      "add r12, r8\n"                                                                                               \
      "cmp r12, r9\n"                                                                                               \
      "bne 0b\n"                                                                                                    \
      :                                                                                                             \
      : "r"(start)                                                                                                  \
      : "r0", "r1", "r2", "r3", "r4", "r5", "r6", "r7", "r8", "r9", "r10", "r12", "lr", "q0", "q1", "q2", "q3",     \
        "q4", "q5", "q6", "q7", "cc", "memory")

/// Outputs four at a time, of which there are some.
static inline __attribute__((always_inline)) void octet_vector_write_fours(const int8_t *row, size_t count,
                                                                           const int8_t *weights,
                                                                           const octet_output *output, size_t outputs,
                                                                           int8_t *target, const int rounding) {
  octet_vector_row_block block = {0, row, 0, 0, 0, count,
                                  octet_vector_fours_of(output, outputs, count, weights, target), weights};
  register void *start __asm__("r11") = &block;
  if (rounding == octet_half_up) {
    OCTET_ROW_BLOCK(0);
  } else if (rounding == octet_twice) {
    OCTET_ROW_BLOCK(1);
  } else if (rounding == octet_away) {
    OCTET_ROW_BLOCK(2);
  } else {
    OCTET_ROW_BLOCK(3);
  }
}

#undef OCTET_ROW_BLOCK

#endif

/// Writes the outputs of a dense layer from a row of `count` values, four at a time.
static inline __attribute__((always_inline)) void octet_vector_multiply_row(const int8_t *row, size_t count,
                                                                            const int8_t *weights,
                                                                            const octet_output *output, size_t outputs,
                                                                            int8_t *target, const int rounding) {
  // A copy, so that what is written to the target need not be thought to change it.
  const octet_output copy = *output;
  size_t channel = 0;
#if defined(__ARM_FEATURE_MVE)
  if (outputs >= 4) octet_vector_write_fours(row, count, weights, &copy, outputs, target, rounding);
  channel = outputs & ~(size_t)3;
  weights += channel * count;
#else
  const size_t strides[3] = {count, 2 * count, 3 * count};
  OCTET_ROLLED
  for (; channel + 4 <= outputs; channel += 4, weights += 4 * count) {
    const octet_lanes sums = octet_vector_sum_four(row, count, weights, strides);
    const octet_lane_output constants = octet_lane_output_of(&copy, channel, 4, true, rounding);
    octet_write_lanes(&constants, sums, target + channel, true, rounding);
  }
#endif
  if (channel < outputs) {
    // The last output stands in for those that are missing.
    const size_t some = outputs - channel;
    const size_t rest[3] = {some > 1 ? count : 0, (some > 2 ? 2 : some - 1) * count, (some - 1) * count};
    const octet_lanes sums = octet_vector_sum_four(row, count, weights, rest);
    const octet_lane_output constants = octet_lane_output_of(&copy, channel, some, false, rounding);
    octet_write_lanes(&constants, sums, target + channel, false, rounding);
  }
}

#define OCTET_MULTIPLY_ROW(name, rounding)                                                                       \
  static __attribute__((noinline, unused)) void octet_vector_multiply_row##name(                                 \
      const int8_t *row, size_t count, const int8_t *weights, const octet_output *output, size_t outputs,        \
      int8_t *target) {                                                                                          \
    octet_vector_multiply_row(row, count, weights, output, outputs, target, rounding);                           \
  }

OCTET_MULTIPLY_ROW(_half_up, octet_half_up)
OCTET_MULTIPLY_ROW(_twice, octet_twice)
OCTET_MULTIPLY_ROW(_twice_above, octet_twice_above)
OCTET_MULTIPLY_ROW(_away, octet_away)

#undef OCTET_MULTIPLY_ROW
