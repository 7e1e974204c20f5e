// Rows of depthwise convolutions, eight channels at a time, for chips with Arm's M-profile vector extension.
//
// Values and weights are loaded as 16 bits. Their products come as two vectors, of the channels with even and odd
// numbers. Where channels are no multiple of eight, the last eight of them are computed once more.
#pragma once

#include "VectorLanes.h"

/// Values or weights of eight channels, and four sums of every other one.
#if defined(__ARM_FEATURE_MVE)

typedef int16x8_t octet_eight;

static inline octet_eight octet_load_eight(const int8_t *place) { return vldrbq_s16(place); }
static inline octet_lanes octet_add_even(octet_lanes sums, octet_eight a, octet_eight b) {
  return vaddq_s32(sums, vmullbq_int_s16(a, b));
}
static inline octet_lanes octet_add_odd(octet_lanes sums, octet_eight a, octet_eight b) {
  return vaddq_s32(sums, vmulltq_int_s16(a, b));
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
  const int16x8_t shifts = vsubq_s16(vdupq_n_s16(rounding == 1 ? 31 : 32),
                                     vldrbq_s16((const int8_t *)output->shifts + channel));
  const octet_eight_output result = {vld2q_s32(output->bias + channel), vld2q_s32(output->multipliers + channel),
                                     vmovlbq_s16(shifts), vmovltq_s16(shifts),
                                     output->zero_point, output->minimum, output->maximum};
  return result;
}

static inline octet_lanes octet_even_bias(const octet_eight_output *output) { return output->bias.val[0]; }
static inline octet_lanes octet_odd_bias(const octet_eight_output *output) { return output->bias.val[1]; }

static inline __attribute__((always_inline)) int32x4_t octet_requantize_lanes(int32x4_t sums, int32x4_t multipliers,
                                                                              int32x4_t shifts, const int rounding) {
  if (rounding != 1) return vrshlq_s32(vmulhq_s32(sums, multipliers), shifts);
  const int32x4_t first = vqrdmulhq_s32(sums, multipliers);
  return vrshlq_s32(vaddq_s32(first, vshrq_n_s32(first, 31)), shifts);
}

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

static inline octet_eight octet_load_eight(const int8_t *place) {
  octet_eight eight;
  for (int lane = 0; lane < 8; lane++) eight.lanes[lane] = place[lane];
  return eight;
}
static inline octet_lanes octet_add_even(octet_lanes sums, octet_eight a, octet_eight b) {
  OCTET_EACH_LANE((uint32_t)sums.lanes[lane] + (uint32_t)(a.lanes[2 * lane] * b.lanes[2 * lane]));
}
static inline octet_lanes octet_add_odd(octet_lanes sums, octet_eight a, octet_eight b) {
  OCTET_EACH_LANE((uint32_t)sums.lanes[lane] + (uint32_t)(a.lanes[2 * lane + 1] * b.lanes[2 * lane + 1]));
}

typedef struct {
  octet_output output;
  size_t channel;
} octet_eight_output;

static inline octet_eight_output octet_eight_output_of(const octet_output *output, size_t channel, const int rounding) {
  octet_eight_output result = {*output, channel};
  result.output.rounding = rounding;
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
  (void)rounding;
  for (size_t lane = 0; lane < 8; lane++) {
    const size_t channel = output->channel + lane;
    target[lane] = (int8_t)octet_output_value(&output->output, (lane & 1 ? odd : even).lanes[lane / 2],
                                              output->output.multipliers[channel], output->output.shifts[channel]);
  }
}

#endif

/// Two windows of 3x3 of eight channels, or one; `lines` are those of the first.
static inline __attribute__((always_inline)) void octet_vector_three(const int8_t *const lines[3], size_t channels,
                                                                     size_t step, const int8_t *weights,
                                                                     const octet_eight_output *output, int8_t *target,
                                                                     const size_t windows, const int rounding) {
  octet_lanes even[2] = {octet_even_bias(output), octet_even_bias(output)};
  octet_lanes odd[2] = {octet_odd_bias(output), octet_odd_bias(output)};
#pragma clang loop unroll(full)
  for (size_t line = 0; line < 3; line++) {
    const int8_t *values = lines[line];
#pragma clang loop unroll(full)
    for (size_t column = 0; column < 3; column++, values += channels, weights += channels) {
      const octet_eight weight = octet_load_eight(weights);
#pragma clang loop unroll(full)
      for (size_t window = 0; window < windows; window++) {
        const octet_eight value = octet_load_eight(values + window * step);
        even[window] = octet_add_even(even[window], value, weight);
        odd[window] = octet_add_odd(odd[window], value, weight);
      }
    }
  }
#pragma clang loop unroll(full)
  for (size_t window = 0; window < windows; window++)
    octet_write_eight(output, even[window], odd[window], target + window * channels, rounding);
}

/// All windows of 3x3 of eight channels of a row.
static inline __attribute__((always_inline)) void octet_vector_threes(const octet_window_row *row, size_t channel,
                                                                      const int rounding) {
  const size_t channels = row->output_channels, step = row->stride_across * channels;
  const int8_t *weights = row->weights + channel;
  const octet_eight_output output = octet_eight_output_of(&row->output, channel, rounding);
  const int8_t *lines[3] = {octet_window_line(row, 0) + channel, octet_window_line(row, 1) + channel,
                            octet_window_line(row, 2) + channel};
  int8_t *target = row->target + channel;
  size_t left = row->output_width;
#pragma clang loop unroll(disable)
  for (; left >= 2; left -= 2, target += 2 * channels) {
    octet_vector_three(lines, channels, step, weights, &output, target, 2, rounding);
    for (int line = 0; line < 3; line++) lines[line] += 2 * step;
  }
  if (left > 0) octet_vector_three(lines, channels, step, weights, &output, target, 1, rounding);
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
#pragma clang loop unroll(disable)
    for (size_t lines = row->window_height; lines > 0; lines--) {
      const int8_t *values = start;
#pragma clang loop unroll(disable)
      for (size_t left = row->window_width; left > 0; left--, values += channels, weights += channels) {
        const octet_eight value = octet_load_eight(values), weight = octet_load_eight(weights);
        even = octet_add_even(even, value, weight);
        odd = octet_add_odd(odd, value, weight);
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
  for (size_t next = 0; next < channels; next += 8) {
    const size_t channel = next + 8 > channels ? channels - 8 : next;
    if (isThree) {
      octet_vector_threes(&copy, channel, rounding);
    } else {
      octet_vector_windows(&copy, channel, rounding);
    }
  }
}

static __attribute__((noinline, unused)) void octet_vector_depthwise_half_up(const octet_window_row *row) {
  octet_vector_depthwise_row(row, 0);
}

static __attribute__((noinline, unused)) void octet_vector_depthwise_twice(const octet_window_row *row) {
  octet_vector_depthwise_row(row, 1);
}
