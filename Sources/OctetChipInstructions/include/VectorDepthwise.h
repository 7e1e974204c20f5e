// Rows of depthwise convolutions, eight channels at a time, for chips with Arm's M-profile vector extension.
//
// Values and weights are loaded as 16 bits. Their products come as two vectors, of the channels with even and odd
// numbers. Two windows of 3x3 side by side share weights, and where they overlap values too; nothing leaves the eight
// vector registers between the bias and the output. Where channels are no multiple of eight, the last eight of them are
// computed once more.
#pragma once

#include "VectorColumn.h"
#include "VectorLanes.h"

/// Values or weights of eight channels, and four sums of every other one.
#if defined(__ARM_FEATURE_MVE)

typedef int16x8_t octet_eight;

// The order in which these are written is kept: the compiler's own needs more registers than there are.

/// Loads a cell and goes on to the next, `pitch` bytes further.
static inline __attribute__((always_inline)) octet_eight octet_take_eight(const int8_t **place, size_t pitch) {
  octet_eight eight;
  const int8_t *next = *place;
  __asm__ volatile("vldrb.s16 %q[eight], [%[next]]\n"
                   "add %[next], %[pitch]\n"
                   : [eight] "=w"(eight), [next] "+l"(next)
                   : [pitch] "r"(pitch)
                   : "memory");
  *place = next;
  return eight;
}

static inline __attribute__((always_inline)) void octet_add_eight(octet_lanes *even, octet_lanes *odd,
                                                                     octet_eight a, octet_eight b) {
  octet_lanes products;
  __asm__ volatile("vmullb.s16 %q[products], %q[a], %q[b]\n"
                   "vadd.i32 %q[even], %q[even], %q[products]\n"
                   "vmullt.s16 %q[products], %q[a], %q[b]\n"
                   "vadd.i32 %q[odd], %q[odd], %q[products]\n"
                   : [products] "=&w"(products), [even] "+w"(*even), [odd] "+w"(*odd)
                   : [a] "w"(a), [b] "w"(b));
}

/// The constants of eight channels.
typedef struct {
  int32x4x2_t bias, multipliers;
  int32x4_t even_shifts, odd_shifts;
  int32_t zero_point, minimum, maximum;
} octet_eight_output;

static inline __attribute__((always_inline)) octet_eight_output octet_eight_output_of(const octet_output *output,
                                                                                      size_t channel,
                                                                                      const int rounding) {
  const int16x8_t shifts = vsubq_s16(vdupq_n_s16((int16_t)octet_most_shift(rounding)),
                                     vldrbq_s16((const int8_t *)output->shifts + channel));
  const octet_eight_output result = {vld2q_s32(output->bias + channel), vld2q_s32(output->multipliers + channel),
                                     vmovlbq_s16(shifts), vmovltq_s16(shifts),
                                     output->zero_point, output->minimum, output->maximum};
  return result;
}

static inline octet_lanes octet_even_bias(const octet_eight_output *output) { return output->bias.val[0]; }
static inline octet_lanes octet_odd_bias(const octet_eight_output *output) { return output->bias.val[1]; }

/// Writes the outputs of eight channels; what saturates to 16 bits on the way is beyond every clamp.
static inline __attribute__((always_inline)) void octet_write_eight(const octet_eight_output *output, octet_lanes even,
                                                                    octet_lanes odd, int8_t *target,
                                                                    const int rounding) {
  int16x8_t value = vdupq_n_s16(0);
  value = vqmovnbq_s32(value, octet_requantize_lanes(even, output->multipliers.val[0], output->even_shifts, rounding));
  value = vqmovntq_s32(value, octet_requantize_lanes(odd, output->multipliers.val[1], output->odd_shifts, rounding));
  value = vqaddq_n_s16(value, (int16_t)output->zero_point);
  value = vmaxq_s16(value, vdupq_n_s16((int16_t)output->minimum));
  vstrbq_s16(target, vminq_s16(value, vdupq_n_s16((int16_t)output->maximum)));
}

#else

typedef struct {
  int16_t lanes[8];
} octet_eight;

static inline octet_eight octet_take_eight(const int8_t **place, size_t pitch) {
  octet_eight eight;
  for (int lane = 0; lane < 8; lane++) eight.lanes[lane] = (*place)[lane];
  *place += pitch;
  return eight;
}
static inline void octet_add_eight(octet_lanes *even, octet_lanes *odd, octet_eight a, octet_eight b) {
  for (int lane = 0; lane < 8; lane++) {
    int32_t *sum = &(lane & 1 ? odd : even)->lanes[lane / 2];
    *sum = (int32_t)((uint32_t)*sum + (uint32_t)(a.lanes[lane] * b.lanes[lane]));
  }
}

typedef struct {
  octet_output output;
  size_t channel;
} octet_eight_output;

static inline octet_eight_output octet_eight_output_of(const octet_output *output, size_t channel, const int rounding) {
  (void)rounding;
  const octet_eight_output result = {*output, channel};
  return result;
}
static inline octet_lanes octet_even_bias(const octet_eight_output *output) {
  OCTET_EACH_LANE(output->output.bias[output->channel + 2 * lane]);
}
static inline octet_lanes octet_odd_bias(const octet_eight_output *output) {
  OCTET_EACH_LANE(output->output.bias[output->channel + 2 * lane + 1]);
}
static inline void octet_write_eight(const octet_eight_output *output, octet_lanes even, octet_lanes odd,
                                     int8_t *target, const int rounding) {
  for (size_t lane = 0; lane < 8; lane++) {
    const size_t channel = output->channel + lane;
    target[lane] = (int8_t)octet_vector_value(&output->output, (lane & 1 ? odd : even).lanes[lane / 2],
                                              output->output.multipliers[channel], output->output.shifts[channel],
                                              rounding);
  }
}

#endif

/// A line of two windows of 3x3 of eight channels that start a cell apart, or of one.
static inline __attribute__((always_inline)) void octet_vector_three_line(const int8_t *values, const int8_t **weights,
                                                                          size_t channels, octet_lanes even[2],
                                                                          octet_lanes odd[2], const size_t windows) {
  octet_eight older = octet_take_eight(weights, channels);
  octet_eight value = octet_take_eight(&values, channels);
  octet_add_eight(&even[0], &odd[0], value, older);
  octet_eight newer = octet_take_eight(weights, channels);
  value = octet_take_eight(&values, channels);
  octet_add_eight(&even[0], &odd[0], value, newer);
  if (windows == 2) octet_add_eight(&even[1], &odd[1], value, older);
  older = octet_take_eight(weights, channels);
  value = octet_take_eight(&values, channels);
  octet_add_eight(&even[0], &odd[0], value, older);
  if (windows == 2) {
    octet_add_eight(&even[1], &odd[1], value, newer);
    value = octet_take_eight(&values, channels);
    octet_add_eight(&even[1], &odd[1], value, older);
  }
}

/// A line of two windows of 3x3 of eight channels that start `step` bytes apart.
static inline __attribute__((always_inline)) void octet_vector_three_apart(const int8_t *values, size_t step,
                                                                           const int8_t **weights, size_t channels,
                                                                           octet_lanes even[2], octet_lanes odd[2]) {
  const int8_t *others = values + step;
  OCTET_UNROLLED
  for (int column = 0; column < 3; column++) {
    const octet_eight weight = octet_take_eight(weights, channels);
    octet_eight value = octet_take_eight(&values, channels);
    octet_add_eight(&even[0], &odd[0], value, weight);
    value = octet_take_eight(&others, channels);
    octet_add_eight(&even[1], &odd[1], value, weight);
  }
}

/// Two windows of 3x3 of eight channels, or one, from `offset` in each line on.
static inline __attribute__((always_inline)) void octet_vector_three(const int8_t *const lines[3], size_t offset,
                                                                     size_t channels, size_t step,
                                                                     const int8_t *weights,
                                                                     const octet_eight_output *output, int8_t *target,
                                                                     const size_t windows, const bool overlap,
                                                                     const int rounding) {
  octet_lanes even[2] = {octet_even_bias(output), octet_even_bias(output)};
  octet_lanes odd[2] = {octet_odd_bias(output), octet_odd_bias(output)};
  OCTET_UNROLLED
  for (int line = 0; line < 3; line++) {
    if (windows == 1 || overlap) {
      octet_vector_three_line(lines[line] + offset, &weights, channels, even, odd, windows);
    } else {
      octet_vector_three_apart(lines[line] + offset, step, &weights, channels, even, odd);
    }
  }
  OCTET_UNROLLED
  for (size_t window = 0; window < windows; window++)
    octet_write_eight(output, even[window], odd[window], target + window * channels, rounding);
}

/// All windows of 3x3 of eight channels of a row.
static inline __attribute__((always_inline)) void octet_vector_threes(const octet_window_row *row, size_t channel,
                                                                      const bool overlap, const int rounding) {
  const size_t channels = row->output_channels, step = row->stride_across * channels;
  const int8_t *weights = row->weights + channel;
  const octet_eight_output output = octet_eight_output_of(&row->output, channel, rounding);
  const int8_t *const lines[3] = {octet_window_line(row, 0), octet_window_line(row, 1), octet_window_line(row, 2)};
  size_t offset = channel;
  int8_t *target = row->target + channel;
  size_t left = row->output_width;
  OCTET_ROLLED
  for (; left >= 2; left -= 2, target += 2 * channels, offset += 2 * step)
    octet_vector_three(lines, offset, channels, step, weights, &output, target, 2, overlap, rounding);
  if (left > 0) octet_vector_three(lines, offset, channels, step, weights, &output, target, 1, overlap, rounding);
}

/// All windows of any form of eight channels of a row.
static inline __attribute__((always_inline)) void octet_vector_windows(const octet_window_row *row, size_t channel,
                                                                       const int rounding) {
  const size_t channels = row->output_channels;
  const octet_eight_output output = octet_eight_output_of(&row->output, channel, rounding);
  for (size_t place = 0; place < row->output_width; place++) {
    octet_lanes even = octet_even_bias(&output), odd = octet_odd_bias(&output);
    const int8_t *weights = row->weights + channel;
    size_t slot = row->first;
    const int8_t *start = row->slots + slot * row->row_bytes + place * row->stride_across * channels + channel;
    OCTET_ROLLED
    for (size_t lines = row->window_height; lines > 0; lines--) {
      const int8_t *values = start;
      OCTET_ROLLED
      for (size_t left = row->window_width; left > 0; left--) {
        const octet_eight value = octet_take_eight(&values, channels), weight = octet_take_eight(&weights, channels);
        octet_add_eight(&even, &odd, value, weight);
      }
      // The next line, which may lie where the ring starts.
      start += row->row_bytes;
      if (++slot == row->slot_count) start -= row->slot_count * row->row_bytes;
    }
    octet_write_eight(&output, even, odd, row->target + place * channels + channel, rounding);
  }
}

/// A row of outputs of bytes without a table, of at least eight channels, each of one channel of the input.
static inline __attribute__((always_inline)) void octet_vector_depthwise_row(const octet_window_row *row,
                                                                             const int rounding) {
  // A copy, so that what is written to the target need not be thought to change it.
  const octet_window_row copy = *row;
  const size_t channels = copy.output_channels;
  const bool isThree = copy.window_height == 3 && copy.window_width == 3;
#if defined(__ARM_FEATURE_MVE)
  if (copy.window_width == 1) {
    octet_vector_columns(&copy, rounding);
    return;
  }
#endif
  for (size_t next = 0; next < channels; next += 8) {
    const size_t channel = next + 8 > channels ? channels - 8 : next;
    if (!isThree) {
      octet_vector_windows(&copy, channel, rounding);
    } else if (copy.stride_across == 1) {
      octet_vector_threes(&copy, channel, true, rounding);
    } else {
      octet_vector_threes(&copy, channel, false, rounding);
    }
  }
}

static __attribute__((noinline, unused)) void octet_vector_depthwise_half_up(const octet_window_row *row) {
  octet_vector_depthwise_row(row, octet_half_up);
}

static __attribute__((noinline, unused)) void octet_vector_depthwise_twice(const octet_window_row *row) {
  if (octet_rounding_of(&row->output) == octet_twice_above) {
    octet_vector_depthwise_row(row, octet_twice_above);
  } else {
    octet_vector_depthwise_row(row, octet_twice);
  }
}
