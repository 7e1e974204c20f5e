// Outputs from a single row of values, for chips with Arm's M-profile vector extension: dense layers, and convolutions
// whose rows have one window.
#pragma once

#include "VectorLanes.h"

/// Sums of four outputs, whose weights are `count` bytes apart: 9 instructions do 64 multiply-adds.
static inline __attribute__((always_inline)) void octet_vector_sum_four(const int8_t *row, size_t count,
                                                                        const int8_t *weights, int32_t *sums) {
  int32_t s0 = 0, s1 = 0, s2 = 0, s3 = 0;
  const int8_t *a = weights, *b = a + count, *c = b + count, *d = c + count;
#pragma clang loop unroll(disable)
  for (size_t left = count >> 4; left > 0; left--, row += 16, a += 16, b += 16, c += 16, d += 16) {
    const octet_vector value = octet_vector_load(row);
    s0 = octet_vector_add_products(value, octet_vector_load(a), s0);
    s1 = octet_vector_add_products(value, octet_vector_load(b), s1);
    s2 = octet_vector_add_products(value, octet_vector_load(c), s2);
    s3 = octet_vector_add_products(value, octet_vector_load(d), s3);
  }
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
  const octet_output copy = *output;
  for (size_t channel = 0; channel < outputs; channel += 4, weights += 4 * count) {
    const size_t some = outputs - channel < 4 ? outputs - channel : 4;
    int32_t sums[4] = {0, 0, 0, 0};
    if (some == 4) {
      octet_vector_sum_four(row, count, weights, sums);
    } else {
      octet_vector_fold(row, count, weights, count, some, sums);
    }
    const octet_lane_output constants = octet_lane_output_of(&copy, channel, octet_some_of(some), rounding);
    const octet_lanes lanes = octet_load_lanes(sums, constants.some);
    octet_write_lanes(&constants, octet_add_lanes(lanes, constants.bias), target + channel, rounding);
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
