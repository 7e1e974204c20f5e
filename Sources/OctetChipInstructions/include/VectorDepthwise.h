// Rows of depthwise convolutions and sums of two values, four lanes at a time, for chips with Arm's M-profile vector
// extension.
#pragma once

#include "VectorLanes.h"

/// Windows of four channels whose sums are made at once.
enum { octet_vector_lane_windows = 4 };

/// `windows` outputs of four channels, from place `place` on.
static inline __attribute__((always_inline)) void octet_vector_depthwise_block(const octet_window_row *row,
                                                                               const octet_lane_output *constants,
                                                                               size_t place, size_t channel,
                                                                               const size_t windows,
                                                                               const int rounding) {
  const size_t channels = row->output_channels, step = row->stride_across * channels;
  const size_t start = place * step + channel;
  octet_lanes sums[octet_vector_lane_windows];
#pragma clang loop unroll(full)
  for (size_t window = 0; window < windows; window++) sums[window] = constants->bias;
  const int8_t *weights = row->weights + channel;
  for (size_t line = 0; line < row->window_height; line++) {
    const int8_t *values = octet_window_line(row, line) + start;
#pragma clang loop unroll(disable)
    for (size_t left = row->window_width; left > 0; left--, values += channels, weights += channels) {
      const octet_lanes weight = octet_load_bytes(weights, constants->some);
#pragma clang loop unroll(full)
      for (size_t window = 0; window < windows; window++) {
        const octet_lanes value = octet_load_bytes(values + window * step, constants->some);
        sums[window] = octet_add_lanes(sums[window], octet_multiply_lanes(value, weight));
      }
    }
  }
  int8_t *target = row->target + place * channels + channel;
#pragma clang loop unroll(full)
  for (size_t window = 0; window < windows; window++)
    octet_write_lanes(constants, sums[window], target + window * channels, rounding);
}

/// A row of outputs of bytes without a table, each of one channel of the input.
static inline __attribute__((always_inline)) void octet_vector_depthwise_row(const octet_window_row *row,
                                                                             const int rounding) {
  const octet_window_row copy = *row;
  const size_t channels = copy.output_channels;
  for (size_t channel = 0; channel < channels; channel += 4) {
    const size_t some = channels - channel < 4 ? channels - channel : 4;
    const octet_lane_output constants = octet_lane_output_of(&copy.output, channel, octet_some_of(some), rounding);
    size_t place = 0;
    for (; place + 4 <= copy.output_width; place += 4)
      octet_vector_depthwise_block(&copy, &constants, place, channel, 4, rounding);
    switch (copy.output_width - place) {
      case 1: octet_vector_depthwise_block(&copy, &constants, place, channel, 1, rounding); break;
      case 2: octet_vector_depthwise_block(&copy, &constants, place, channel, 2, rounding); break;
      case 3: octet_vector_depthwise_block(&copy, &constants, place, channel, 3, rounding); break;
      default: break;
    }
  }
}

static __attribute__((noinline, unused)) void octet_vector_depthwise_half_up(const octet_window_row *row) {
  octet_vector_depthwise_row(row, 0);
}

static __attribute__((noinline, unused)) void octet_vector_depthwise_twice(const octet_window_row *row) {
  octet_vector_depthwise_row(row, 1);
}

/// An input of a sum, brought to its scale. A shift of 31 has one rounding, half up.
static inline __attribute__((always_inline)) octet_lanes octet_vector_scaled(octet_lanes values, int32_t zero_point,
                                                                             int32_t multiplier, uint32_t shift) {
  const octet_lanes raised =
      octet_multiply_lanes(octet_add_lanes(values, octet_lanes_of(-zero_point)), octet_lanes_of(1 << 20));
  return octet_round_twice(raised, octet_lanes_of(multiplier), octet_lanes_of(31 - (int32_t)shift),
                           octet_lanes_of(shift == 31 ? 0 : -1));
}

/// Writes a row of sums that round twice; see docs/NUMERICS.md. Shifts are 31 to 62.
static __attribute__((noinline, unused)) void octet_vector_add_twice(const octet_sum_row *row) {
  const octet_sum_row copy = *row;
  for (size_t done = 0; done < copy.count; done += 4) {
    const octet_some some = octet_some_of(copy.count - done);
    const octet_lanes a = octet_vector_scaled(octet_load_bytes(copy.first + done, some), copy.first_zero_point,
                                              copy.first_multiplier, copy.first_shift);
    const octet_lanes b = octet_vector_scaled(octet_load_bytes(copy.second + done, some), copy.second_zero_point,
                                              copy.second_multiplier, copy.second_shift);
    const octet_lanes sum =
        octet_round_twice(octet_add_lanes(a, b), octet_lanes_of(copy.multiplier),
                          octet_lanes_of(31 - (int32_t)copy.shift), octet_lanes_of(copy.shift == 31 ? 0 : -1));
    octet_store_bytes(copy.target + done,
                      octet_limit_lanes(octet_add_lanes(sum, octet_lanes_of(copy.zero_point)), copy.minimum,
                                        copy.maximum),
                      some);
  }
}
