// What the inner loops of a whole row are told: where its windows lie, its weights, and what happens to its sums.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "Compiler.h"

/// Constants of neighbouring channels: of each its bias, multiplier and shift, and what is the same for all.
typedef struct {
  const int32_t *bias;
  const int32_t *multipliers;
  const uint8_t *shifts;
  int32_t zero_point, minimum, maximum;
  /// `octet_half_up`, `octet_twice` or `octet_away`.
  int32_t rounding;
} octet_output;

/// How loops round: as an output has it, or twice where no output is below the zero point. There it does not matter
/// which way halves below zero go: what is rounded is at most 0 either way, and the output is the smallest one.
enum { octet_half_up = 0, octet_twice = 1, octet_away = 2, octet_twice_above = 3 };

/// The way of rounding that takes least.
static inline int octet_rounding_of(const octet_output *output) {
  return output->rounding == octet_twice && output->minimum >= output->zero_point ? octet_twice_above
                                                                                  : (int)output->rounding;
}

/// Whether a way of rounding is one of those with two.
static inline __attribute__((always_inline)) bool octet_is_twice(const int rounding) {
  return rounding == octet_twice || rounding == octet_twice_above;
}

/// A row of windows. A cell of the input has `input_channels` values; rows of the input lie in a ring.
typedef struct {
  /// Slot 0 of the ring, at the first cell of the first window.
  const int8_t *slots;
  size_t row_bytes, slot_count;
  /// The slot of the windows' first row.
  size_t first;
  size_t input_channels, window_height, window_width, stride_across, output_width, output_channels;
  const int8_t *weights;
  octet_output output;
  int8_t *target;
} octet_window_row;

/// A row of sums of two values.
typedef struct {
  const int8_t *first, *second;
  int8_t *target;
  size_t count;
  int32_t first_zero_point, second_zero_point, zero_point, minimum, maximum;
  int32_t first_multiplier, second_multiplier, multiplier;
  uint32_t first_shift, second_shift, shift;
} octet_sum_row;

/// Row `index` of a window, from 0.
static inline const int8_t *octet_window_line(const octet_window_row *row, size_t index) {
  size_t slot = row->first + index;
  if (slot >= row->slot_count) slot -= row->slot_count;
  return row->slots + slot * row->row_bytes;
}

/// An output as docs/NUMERICS.md defines it, for a shift of 33 to 62: the definition that shorter forms are compared
/// with.
static inline int32_t octet_output_value(const octet_output *output, int32_t sum, int32_t multiplier, uint32_t shift) {
  int64_t product = (int64_t)sum * multiplier;
  if (output->rounding == 1) product += sum < 0 ? -((int64_t)1 << 30) : (int64_t)1 << 30;
  if (output->rounding == 2 && product < 0) product -= 1;
  // The high half is all it takes; half is added where it is the lowest bit.
  const int32_t high = (int32_t)(product >> 32);
  int32_t value = (((high >> (shift - 33)) + 1) >> 1) + output->zero_point;
  value = value < output->minimum ? output->minimum : value;
  return value > output->maximum ? output->maximum : value;
}

/// The shift above which a channel is worth asking whether it is constant.
enum { octet_usual_shift = 51 };

/// Whether an output channel of `depth` weights gives one output for every input.
///
/// An output grows with its sum, and a sum is within 16,384 of the bias for each weight. Where both ends give one
/// output, every sum does. Converters make many such channels, with a large bias, of weights that training has left
/// near 0.
static __attribute__((noinline, unused)) bool octet_is_constant(const octet_output *output, size_t channel,
                                                                size_t depth) {
  const int32_t bias = output->bias[channel], multiplier = output->multipliers[channel];
  const int32_t reach = (int32_t)(depth << 14);
  const uint32_t shift = output->shifts[channel];
  return octet_output_value(output, bias - reach, multiplier, shift) ==
         octet_output_value(output, bias + reach, multiplier, shift);
}
