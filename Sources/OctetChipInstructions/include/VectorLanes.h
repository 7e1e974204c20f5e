// Four outputs as the lanes of a vector, for chips with Arm's M-profile vector extension.
#pragma once

#include "VectorOutput.h"
#include "VectorPatch.h"

#if defined(__ARM_FEATURE_MVE)

typedef int32x4_t octet_lanes;
/// The first lanes of four.
typedef mve_pred16_t octet_some;

static inline octet_some octet_some_of(size_t count) { return vctp32q((uint32_t)count); }
static inline octet_lanes octet_lanes_of(int32_t value) { return vdupq_n_s32(value); }
static inline octet_lanes octet_load_lanes(const int32_t *place, octet_some some) {
  return vldrwq_z_s32(place, some);
}
static inline octet_lanes octet_load_bytes(const int8_t *place, octet_some some) { return vldrbq_z_s32(place, some); }
static inline octet_lanes octet_load_whole(const int8_t *place) { return vldrbq_s32(place); }
static inline octet_lanes octet_add_lanes(octet_lanes a, octet_lanes b) { return vaddq_s32(a, b); }
static inline octet_lanes octet_multiply_lanes(octet_lanes a, octet_lanes b) { return vmulq_s32(a, b); }
static inline void octet_store_bytes(int8_t *place, octet_lanes lanes, octet_some some) {
  vstrbq_p_s32(place, lanes, some);
}

static inline octet_lanes octet_limit_lanes(octet_lanes values, int32_t minimum, int32_t maximum) {
  return vminq_s32(vmaxq_s32(values, vdupq_n_s32(minimum)), vdupq_n_s32(maximum));
}

/// Products to a multiple of 2^31, half up, and then half away from zero by `shifts`, which are at most 0; where a lane
/// of `negative` is 0, the second rounding is half up.
static inline octet_lanes octet_round_twice(octet_lanes values, octet_lanes multipliers, octet_lanes shifts,
                                            octet_lanes negative) {
  const octet_lanes first = vqrdmulhq_s32(values, multipliers);
  // Of what is negative one is taken off, and half up becomes half down.
  return vrshlq_s32(vaddq_s32(first, vandq_s32(vshrq_n_s32(first, 31), negative)), shifts);
}

#else

typedef struct {
  int32_t lanes[4];
} octet_lanes;
typedef size_t octet_some;

#define OCTET_EACH_LANE(expression)                         \
  octet_lanes result;                                       \
  for (size_t lane = 0; lane < 4; lane++) {                 \
    result.lanes[lane] = (int32_t)(expression);             \
  }                                                         \
  return result

static inline octet_some octet_some_of(size_t count) { return count; }
static inline octet_lanes octet_lanes_of(int32_t value) { OCTET_EACH_LANE(value); }
static inline octet_lanes octet_load_lanes(const int32_t *place, octet_some some) {
  OCTET_EACH_LANE(lane < some ? place[lane] : 0);
}
static inline octet_lanes octet_load_bytes(const int8_t *place, octet_some some) {
  OCTET_EACH_LANE(lane < some ? place[lane] : 0);
}
static inline octet_lanes octet_load_whole(const int8_t *place) { return octet_load_bytes(place, 4); }
static inline octet_lanes octet_add_lanes(octet_lanes a, octet_lanes b) {
  OCTET_EACH_LANE((uint32_t)a.lanes[lane] + (uint32_t)b.lanes[lane]);
}
static inline octet_lanes octet_multiply_lanes(octet_lanes a, octet_lanes b) {
  OCTET_EACH_LANE((uint32_t)a.lanes[lane] * (uint32_t)b.lanes[lane]);
}
static inline void octet_store_bytes(int8_t *place, octet_lanes lanes, octet_some some) {
  for (size_t lane = 0; lane < 4 && lane < some; lane++) place[lane] = (int8_t)lanes.lanes[lane];
}

static inline octet_lanes octet_limit_lanes(octet_lanes values, int32_t minimum, int32_t maximum) {
  OCTET_EACH_LANE(values.lanes[lane] < minimum   ? minimum
                  : values.lanes[lane] > maximum ? maximum
                                                 : values.lanes[lane]);
}

static inline octet_lanes octet_round_twice(octet_lanes values, octet_lanes multipliers, octet_lanes shifts,
                                            octet_lanes negative) {
  octet_lanes result;
  for (size_t lane = 0; lane < 4; lane++) {
    const int64_t product = (int64_t)values.lanes[lane] * multipliers.lanes[lane];
    const int64_t first = (product + ((int64_t)1 << 30)) >> 31;
    const int shift = -shifts.lanes[lane];
    const int64_t half = shift > 0 ? (int64_t)1 << (shift - 1) : 0;
    result.lanes[lane] = (int32_t)((first + half + (first < 0 ? negative.lanes[lane] : 0)) >> shift);
  }
  return result;
}

#endif

/// The constants of four channels, of which some are meant.
typedef struct {
  octet_lanes multipliers, shifts;
  int32_t zero_point, minimum, maximum;
  octet_some some;
} octet_lane_output;

#if defined(__ARM_FEATURE_MVE)

/// - isWhole: whether all four are; then nothing is masked.
static inline __attribute__((always_inline)) octet_lane_output octet_lane_output_of(const octet_output *output,
                                                                                    size_t channel, size_t count,
                                                                                    const bool isWhole,
                                                                                    const int rounding) {
  const int8_t *shifts = (const int8_t *)output->shifts + channel;
  const int32x4_t most = vdupq_n_s32(rounding == 1 ? 31 : 32);
  octet_lane_output result = {most, most, output->zero_point, output->minimum, output->maximum, 0xFFFF};
  if (isWhole) {
    result.multipliers = vldrwq_s32(output->multipliers + channel);
    result.shifts = vsubq_s32(most, vldrbq_s32(shifts));
  } else {
    result.some = octet_some_of(count);
    result.multipliers = vldrwq_z_s32(output->multipliers + channel, result.some);
    result.shifts = vsubq_s32(most, vldrbq_z_s32(shifts, result.some));
  }
  return result;
}

/// Writes outputs from four sums with their bias.
static inline __attribute__((always_inline)) void octet_write_lanes(const octet_lane_output *output,
                                                                    const int32_t *four, int8_t *target,
                                                                    const bool isWhole, const int rounding) {
  const int32x4_t sums = vldrwq_s32(four);
  int32x4_t value;
  if (rounding == 1) {
    value = octet_round_twice(sums, output->multipliers, output->shifts, vdupq_n_s32(-1));
  } else {
    // The high half of the product is all it takes, as shifts are at least 33.
    value = vmulhq_s32(sums, output->multipliers);
    if (rounding == 2) {
      // A product below 0 is taken to be 1 smaller, which shows in the high half where the low one is 0.
      const mve_pred16_t borrows =
          vcmpltq_m_n_s32(value, 0, vcmpeqq_n_s32(vmulq_s32(sums, output->multipliers), 0));
      value = vsubq_m_n_s32(value, value, 1, borrows);
    }
    value = vrshlq_s32(value, output->shifts);
  }
  value = octet_limit_lanes(vaddq_n_s32(value, output->zero_point), output->minimum, output->maximum);
  if (isWhole) {
    vstrbq_s32(target, value);
  } else {
    vstrbq_p_s32(target, value, output->some);
  }
}

#else

static inline octet_lane_output octet_lane_output_of(const octet_output *output, size_t channel, size_t count,
                                                     const bool isWhole, const int rounding) {
  (void)isWhole;
  (void)rounding;
  octet_lane_output result = {octet_load_lanes(output->multipliers + channel, count), octet_lanes_of(33),
                              output->zero_point, output->minimum, output->maximum, count};
  for (size_t lane = 0; lane < count && lane < 4; lane++) result.shifts.lanes[lane] = output->shifts[channel + lane];
  return result;
}

static inline void octet_write_lanes(const octet_lane_output *output, const int32_t *sums, int8_t *target,
                                     const bool isWhole, const int rounding) {
  (void)isWhole;
  const octet_output constants = {NULL, NULL, NULL, output->zero_point, output->minimum, output->maximum, rounding};
  for (size_t lane = 0; lane < output->some && lane < 4; lane++) {
    target[lane] = (int8_t)octet_output_value(&constants, sums[lane], output->multipliers.lanes[lane],
                                              (uint32_t)output->shifts.lanes[lane]);
  }
}

#endif
