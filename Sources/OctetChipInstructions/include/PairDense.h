// Outputs from a single row of values, for chips with DSP instructions: dense layers, and convolutions whose rows have one
// window.
#pragma once

#include "PairOutput.h"

/// Writes outputs of -128 to 127 from a widened row of `count` values; the weights of outputs are `count` bytes apart.
static inline __attribute__((always_inline)) void octet_pair_multiply_row(const uint32_t *row, size_t count,
                                                                          const int8_t *weights,
                                                                          const octet_output *output, size_t outputs,
                                                                          int8_t *target, const int rounding) {
  // A copy, so that what is written to the target need not be thought to change it.
  const octet_output constants = *output;
  size_t channel = 0;
#ifdef OCTET_HAS_PAIR_INSTRUCTIONS
  // Loads of two words at once want a multiple of 4.
  if ((((uintptr_t)weights | count) & 3) == 0) {
    for (; channel + 2 <= outputs; channel += 2, weights += 2 * count) {
      int32_t sums[2] = {constants.bias[channel], constants.bias[channel + 1]};
      octet_pair_fold_two(row, count, weights, weights + count, sums);
      octet_pair_write(&constants, sums[0], channel, target + channel, rounding);
      octet_pair_write(&constants, sums[1], channel + 1, target + channel + 1, rounding);
    }
  }
#endif
  for (; channel < outputs; channel++, weights += count)
    octet_pair_write(&constants, octet_pair_fold_one(row, count, weights, constants.bias[channel]), channel,
                     target + channel, rounding);
}

static __attribute__((noinline, unused)) void octet_pair_multiply_row_half_up(const uint32_t *row, size_t count,
                                                                              const int8_t *weights,
                                                                              const octet_output *output,
                                                                              size_t outputs, int8_t *target) {
  octet_pair_multiply_row(row, count, weights, output, outputs, target, 0);
}

static __attribute__((noinline, unused)) void octet_pair_multiply_row_twice(const uint32_t *row, size_t count,
                                                                            const int8_t *weights,
                                                                            const octet_output *output,
                                                                            size_t outputs, int8_t *target) {
  octet_pair_multiply_row(row, count, weights, output, outputs, target, 1);
}

static __attribute__((noinline, unused)) void octet_pair_multiply_row_away(const uint32_t *row, size_t count,
                                                                           const int8_t *weights,
                                                                           const octet_output *output,
                                                                           size_t outputs, int8_t *target) {
  octet_pair_multiply_row(row, count, weights, output, outputs, target, 2);
}
