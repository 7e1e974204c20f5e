// Rows of depthwise convolutions, and of sums of two values, for chips that multiply only 32 bits by 32.
#pragma once

#include "WideOutput.h"

/// The most cells of a window.
enum { octet_wide_most_cells = 64 };

/// A row of outputs of bytes without a table, each of one channel of the input. The weights of a channel are taken out
/// once for the row, unless it has but one window.
static inline __attribute__((always_inline)) void octet_wide_depthwise_row(const octet_window_row *row,
                                                                           const int rounding) {
  // A copy, so that what is written to the target need not be thought to change it.
  const octet_window_row copy = *row;
  const size_t channels = copy.output_channels, step = copy.stride_across * channels;
  const int8_t *cells[octet_wide_most_cells];
  size_t count = 0;
  for (size_t line = 0; line < copy.window_height; line++) {
    const int8_t *start = octet_window_line(&copy, line);
    for (size_t column = 0; column < copy.window_width; column++) cells[count++] = start + column * channels;
  }
  for (size_t channel = 0; channel < channels; channel++) {
    const int32_t bias = copy.output.bias[channel], multiplier = copy.output.multipliers[channel];
    const uint32_t shift = copy.output.shifts[channel];
    const int8_t *weight = copy.weights + channel;
    if (copy.output_width == 1) {
      int32_t sum = bias;
      OCTET_ROLLED
      for (const int8_t *const *cell = cells; cell < cells + count; cell++, weight += channels)
        sum = (int32_t)((uint32_t)sum + (uint32_t)((*cell)[channel] * *weight));
      copy.target[channel] = octet_wide_output(&copy.output, sum, multiplier, shift, rounding);
      continue;
    }
    int32_t weights[octet_wide_most_cells];
    OCTET_ROLLED
    for (size_t cell = 0; cell < count; cell++, weight += channels) weights[cell] = *weight;
    int8_t *target = copy.target + channel;
    size_t offset = channel;
    for (size_t place = 0; place < copy.output_width; place++, offset += step, target += channels) {
      int32_t sum = bias;
      OCTET_ROLLED
      for (size_t cell = 0; cell < count; cell++)
        sum = (int32_t)((uint32_t)sum + (uint32_t)(cells[cell][offset] * weights[cell]));
      *target = octet_wide_output(&copy.output, sum, multiplier, shift, rounding);
    }
  }
}

static __attribute__((noinline, unused)) void octet_wide_depthwise_half_up(const octet_window_row *row) {
  octet_wide_depthwise_row(row, 0);
}

static __attribute__((noinline, unused)) void octet_wide_depthwise_twice(const octet_window_row *row) {
  octet_wide_depthwise_row(row, 1);
}
