// Rows of convolutions, up to five windows at a time, for chips with Arm's M-profile vector extension.
//
// A patch holds sixteen values of each window of a block, then the next sixteen. A vector of weights is loaded once for
// the block: with five windows 11 instructions do 80 multiply-adds. The sums of four channels are then the lanes of a
// vector for each window.
#pragma once

#include "VectorDense.h"
#include "WindowBlocks.h"

/// Puts what lies under a block of windows into the patch, from byte `start` of each line on.
static inline __attribute__((always_inline)) void octet_vector_fill_patch(const octet_window_row *row, int8_t *patch,
                                                                          size_t start, const size_t windows) {
  const size_t segment = row->window_width * row->input_channels;
  const size_t step = row->stride_across * row->input_channels;
  size_t index = 0;
  for (size_t line = 0; line < row->window_height; line++) {
    const int8_t *values = octet_window_line(row, line) + start;
    for (size_t done = 0; done < segment;) {
      const size_t lane = index & 15, room = 16 - lane, left = segment - done, some = left < room ? left : room;
      int8_t *target = patch + (index - lane) * windows + lane;
#pragma clang loop unroll(full)
      for (size_t window = 0; window < windows; window++)
        octet_vector_store_some(target + 16 * window, octet_vector_load_some(values + window * step, some), some);
      values += some;
      done += some;
      index += some;
    }
  }
}

/// Up to four output channels of a block of windows, from `channel` on.
static inline __attribute__((always_inline)) void octet_vector_multiply_four(const octet_window_row *row,
                                                                             const int8_t *patch, int8_t *target,
                                                                             size_t depth, size_t channel,
                                                                             size_t count, const bool isWhole,
                                                                             const size_t windows,
                                                                             const int rounding) {
  const octet_output *output = &row->output;
  const int8_t *weights = row->weights + channel * depth;
  const size_t rest = depth & 15;
  int32_t sums[octet_most_windows][4];
  const size_t lanes = isWhole ? 4 : count;
#pragma clang loop unroll(disable)
  for (size_t lane = 0; lane < lanes; lane++) {
    int32_t sum[octet_most_windows];
#pragma clang loop unroll(full)
    for (size_t window = 0; window < windows; window++) sum[window] = output->bias[channel + lane];
    const int8_t *values = patch;
#pragma clang loop unroll(disable)
    for (size_t left = depth >> 4; left > 0; left--, values += 16 * windows, weights += 16) {
      const octet_vector weight = octet_vector_load(weights);
#pragma clang loop unroll(full)
      for (size_t window = 0; window < windows; window++)
        sum[window] = octet_vector_add_products(octet_vector_load(values + 16 * window), weight, sum[window]);
    }
    if (rest > 0) {
      // Weights beyond the last one are taken as 0.
      const octet_vector weight = octet_vector_load_some(weights, rest);
#pragma clang loop unroll(full)
      for (size_t window = 0; window < windows; window++)
        sum[window] = octet_vector_add_products(octet_vector_load(values + 16 * window), weight, sum[window]);
      weights += rest;
    }
#pragma clang loop unroll(full)
    for (size_t window = 0; window < windows; window++) sums[window][lane] = sum[window];
  }
  const octet_lane_output constants = octet_lane_output_of(output, channel, count, isWhole, rounding);
  target += channel;
#pragma clang loop unroll(full)
  for (size_t window = 0; window < windows; window++)
    octet_write_lanes(&constants, sums[window], target + window * row->output_channels, isWhole, rounding);
}

/// The outputs of a block of windows from its patch, four channels at a time.
static inline __attribute__((always_inline)) void octet_vector_multiply_windows(const octet_window_row *row,
                                                                                const int8_t *patch, int8_t *target,
                                                                                const size_t windows,
                                                                                const int rounding) {
  // A copy, so that what is written to the target need not be thought to change it.
  const octet_window_row copy = *row;
  const size_t depth = copy.window_height * copy.window_width * copy.input_channels;
  size_t channel = 0;
#pragma clang loop unroll(disable)
  for (; channel + 4 <= copy.output_channels; channel += 4)
    octet_vector_multiply_four(&copy, patch, target, depth, channel, 4, true, windows, rounding);
  if (channel < copy.output_channels)
    octet_vector_multiply_four(&copy, patch, target, depth, channel, copy.output_channels - channel, false, windows,
                               rounding);
}

// A patch has room for whole sixteens of each window of a block.
OCTET_WINDOW_BLOCKS(vector, int8_t, _half_up, 0)
OCTET_WINDOW_BLOCKS(vector, int8_t, _twice, 1)
