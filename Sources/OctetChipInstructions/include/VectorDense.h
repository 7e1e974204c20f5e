// Outputs from a single row of values, for chips with Arm's M-profile vector extension: dense layers, and convolutions
// whose rows have one window.
#pragma once

#include "VectorLanes.h"

/// Adds to the sums of four outputs, whose weights are `count` bytes apart: 10 instructions do 64 multiply-adds.
static inline __attribute__((always_inline)) void octet_vector_sum_four(const int8_t *row, size_t count,
                                                                        const int8_t *weights, int32_t *sums) {
  int32_t s0 = sums[0], s1 = sums[1], s2 = sums[2], s3 = sums[3];
  const int8_t *a = weights, *b = a + count, *c = b + count, *d = c + count;
  size_t left = count >> 4;
#if defined(__ARM_FEATURE_MVE)
  // The compiler keeps more than there are registers for.
  if (left > 0) {
    register size_t times __asm__("lr") = left;
    __asm__ volatile(
        "dls lr, lr\n"
        "1: vldrb.u8 q0, [%[row]], #16\n"
        "vldrb.u8 q1, [%[a]], #16\n"
        "vmlava.s8 %[s0], q0, q1\n"
        "vldrb.u8 q2, [%[b]], #16\n"
        "vmlava.s8 %[s1], q0, q2\n"
        "vldrb.u8 q1, [%[c]], #16\n"
        "vmlava.s8 %[s2], q0, q1\n"
        "vldrb.u8 q2, [%[d]], #16\n"
        "vmlava.s8 %[s3], q0, q2\n"
        "le lr, 1b\n"
        : [s0] "+Te"(s0), [s1] "+Te"(s1), [s2] "+Te"(s2), [s3] "+Te"(s3), [row] "+r"(row), [a] "+r"(a), [b] "+r"(b),
          [c] "+r"(c), [d] "+r"(d), "+r"(times)
        :
        : "q0", "q1", "q2", "memory");
  }
#else
  for (; left > 0; left--, row += 16, a += 16, b += 16, c += 16, d += 16) {
    const octet_vector value = octet_vector_load(row);
    s0 = octet_vector_add_products(value, octet_vector_load(a), s0);
    s1 = octet_vector_add_products(value, octet_vector_load(b), s1);
    s2 = octet_vector_add_products(value, octet_vector_load(c), s2);
    s3 = octet_vector_add_products(value, octet_vector_load(d), s3);
  }
#endif
  const size_t rest = count & 15;
  if (rest > 0) {
    const octet_vector value = octet_vector_load_some(row, rest);
    s0 = octet_vector_add_products(value, octet_vector_load_some(a, rest), s0);
    s1 = octet_vector_add_products(value, octet_vector_load_some(b, rest), s1);
    s2 = octet_vector_add_products(value, octet_vector_load_some(c, rest), s2);
    s3 = octet_vector_add_products(value, octet_vector_load_some(d, rest), s3);
  }
  sums[0] = s0;
  sums[1] = s1;
  sums[2] = s2;
  sums[3] = s3;
}

/// Writes the outputs of a dense layer from a row of `count` values, four at a time.
static inline __attribute__((always_inline)) void octet_vector_multiply_row(const int8_t *row, size_t count,
                                                                            const int8_t *weights,
                                                                            const octet_output *output, size_t outputs,
                                                                            int8_t *target, const int rounding) {
  // A copy, so that what is written to the target need not be thought to change it.
  const octet_output copy = *output;
  size_t channel = 0;
#pragma clang loop unroll(disable)
  for (; channel + 4 <= outputs; channel += 4, weights += 4 * count) {
    int32_t sums[4];
    for (size_t lane = 0; lane < 4; lane++) sums[lane] = copy.bias[channel + lane];
    octet_vector_sum_four(row, count, weights, sums);
    const octet_lane_output constants = octet_lane_output_of(&copy, channel, 4, true, rounding);
    octet_write_lanes(&constants, sums, target + channel, true, rounding);
  }
  if (channel < outputs) {
    const size_t some = outputs - channel;
    int32_t sums[4] = {0, 0, 0, 0};
    for (size_t lane = 0; lane < some; lane++) sums[lane] = copy.bias[channel + lane];
    octet_vector_fold(row, count, weights, count, some, sums);
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

OCTET_MULTIPLY_ROW(_half_up, 0)
OCTET_MULTIPLY_ROW(_twice, 1)
OCTET_MULTIPLY_ROW(_away, 2)

#undef OCTET_MULTIPLY_ROW
