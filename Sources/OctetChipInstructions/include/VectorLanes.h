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
static inline octet_lanes octet_load_four(const int32_t *place) { return vldrwq_s32(place); }
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
static inline octet_lanes octet_load_four(const int32_t *place) { return octet_load_lanes(place, 4); }
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

#if defined(__ARM_FEATURE_MVE)
static inline octet_lanes octet_four_lanes(int32_t a, int32_t b, int32_t c, int32_t d) {
  return (octet_lanes){a, b, c, d};
}
#else
static inline octet_lanes octet_four_lanes(int32_t a, int32_t b, int32_t c, int32_t d) {
  const octet_lanes result = {{a, b, c, d}};
  return result;
}
#endif

#if defined(__ARM_FEATURE_MVE)

/// What loops in assembly need to write the outputs of fours of channels, in the order in which they load it.
typedef struct {
  const int32_t *bias, *multipliers;
  const int8_t *shifts;
  int8_t *target;
  int32_t zero_point;
  /// From a window's outputs to the next window's.
  size_t channels;
  /// Bytes of the weights of four channels, and where those of the last four end.
  size_t weights;
  const int8_t *end;
  int32_t minimum[4], maximum[4];
} octet_vector_fours;

static inline __attribute__((always_inline)) octet_vector_fours octet_vector_fours_of(const octet_output *output,
                                                                                      size_t channels, size_t depth,
                                                                                      const int8_t *weights,
                                                                                      int8_t *target) {
  octet_vector_fours result = {output->bias, output->multipliers, (const int8_t *)output->shifts, target,
                               output->zero_point, channels, 4 * depth, weights + (channels & ~(size_t)3) * depth,
                               {0}, {0}};
  vst1q_s32(result.minimum, vdupq_n_s32(output->minimum));
  vst1q_s32(result.maximum, vdupq_n_s32(output->maximum));
  return result;
}

// What these loops do to sums with their bias, multipliers and shifts, as `octet_requantize_lanes` does; q3 is free.
#define OCTET_ROUND_0(sums, multipliers, shifts)             \
  "vmulh.s32 " sums ", " sums ", " multipliers "\n"          \
  "vrshl.s32 " sums ", " sums ", " shifts "\n"
#define OCTET_ROUND_1(sums, multipliers, shifts)             \
  "vqrdmulh.s32 " sums ", " sums ", " multipliers "\n"       \
  "vshr.s32 q3, " sums ", #31\n"                             \
  "vadd.i32 " sums ", " sums ", q3\n"                        \
  "vrshl.s32 " sums ", " sums ", " shifts "\n"
#define OCTET_ROUND_2(sums, multipliers, shifts)             \
  "vabs.s32 q3, " sums "\n"                                  \
  "vmulh.s32 q3, q3, " multipliers "\n"                      \
  "vrshl.s32 q3, q3, " shifts "\n"                           \
  "vpt.s32 lt, " sums ", zr\n"                               \
  "vnegt.s32 q3, q3\n"                                       \
  "vmov " sums ", q3\n"
#define OCTET_ROUND_3(sums, multipliers, shifts)             \
  "vqrdmulh.s32 " sums ", " sums ", " multipliers "\n"       \
  "vrshl.s32 " sums ", " sums ", " shifts "\n"
#define OCTET_MOST_0 "vmov.i32 q7, #32\n"
#define OCTET_MOST_1 "vmov.i32 q7, #31\n"
#define OCTET_MOST_2 "vmov.i32 q7, #32\n"
#define OCTET_MOST_3 "vmov.i32 q7, #31\n"

#endif

/// The constants of four channels, of which some are meant.
typedef struct {
  octet_lanes bias, multipliers, shifts;
  int32_t zero_point, minimum, maximum;
  octet_some some;
} octet_lane_output;

#if defined(__ARM_FEATURE_MVE)

/// Sums times multipliers, rounded and shifted. Shifts are negative: what is left once the high half, or for two
/// roundings a product by 2^31, is taken.
static inline __attribute__((always_inline)) int32x4_t octet_requantize_lanes(int32x4_t sums, int32x4_t multipliers,
                                                                              int32x4_t shifts, const int rounding) {
  if (rounding == octet_twice) return octet_round_twice(sums, multipliers, shifts, vdupq_n_s32(-1));
  if (rounding == octet_twice_above) return vrshlq_s32(vqrdmulhq_s32(sums, multipliers), shifts);
  // The high half of the product is all it takes, as shifts are at least 33; this shift rounds as the definition does.
  if (rounding == octet_half_up) return vrshlq_s32(vmulhq_s32(sums, multipliers), shifts);
  // Half away from zero is half up without the sign.
  const int32x4_t value = vrshlq_s32(vmulhq_s32(vabsq_s32(sums), multipliers), shifts);
  return vnegq_m_s32(value, value, vcmpltq_n_s32(sums, 0));
}

/// What shifts are counted from.
static inline int octet_most_shift(const int rounding) {
  return octet_is_twice(rounding) ? 31 : 32;
}

/// - isWhole: whether all four are; then nothing is masked.
static inline __attribute__((always_inline)) octet_lane_output octet_lane_output_of(const octet_output *output,
                                                                                    size_t channel, size_t count,
                                                                                    const bool isWhole,
                                                                                    const int rounding) {
  const int8_t *shifts = (const int8_t *)output->shifts + channel;
  const int32x4_t most = vdupq_n_s32(octet_most_shift(rounding));
  octet_lane_output result = {most, most, most, output->zero_point, output->minimum, output->maximum, 0xFFFF};
  if (isWhole) {
    result.bias = vldrwq_s32(output->bias + channel);
    result.multipliers = vldrwq_s32(output->multipliers + channel);
    result.shifts = vsubq_s32(most, vldrbq_s32(shifts));
  } else {
    result.some = octet_some_of(count);
    result.bias = vldrwq_z_s32(output->bias + channel, result.some);
    result.multipliers = vldrwq_z_s32(output->multipliers + channel, result.some);
    result.shifts = vsubq_s32(most, vldrbq_z_s32(shifts, result.some));
  }
  return result;
}

/// Writes outputs from four sums that lack the bias.
static inline __attribute__((always_inline)) void octet_write_lanes(const octet_lane_output *output, octet_lanes sums,
                                                                    int8_t *target, const bool isWhole,
                                                                    const int rounding) {
  int32x4_t value =
      octet_requantize_lanes(vaddq_s32(sums, output->bias), output->multipliers, output->shifts, rounding);
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
  octet_lane_output result = {octet_load_lanes(output->bias + channel, count),
                              octet_load_lanes(output->multipliers + channel, count),
                              octet_lanes_of(33),
                              output->zero_point,
                              output->minimum,
                              output->maximum,
                              count};
  for (size_t lane = 0; lane < count && lane < 4; lane++) result.shifts.lanes[lane] = output->shifts[channel + lane];
  return result;
}

/// An output as `rounding` has it.
static inline int32_t octet_vector_value(const octet_output *output, int32_t sum, int32_t multiplier, uint32_t shift,
                                         const int rounding) {
  octet_output copy = *output;
  copy.rounding = rounding;
  if (rounding != octet_twice_above) return octet_output_value(&copy, sum, multiplier, shift);
  // As the chip does it: half up both times.
  const int64_t first = ((int64_t)sum * multiplier + ((int64_t)1 << 30)) >> 31;
  const int64_t half = ((int64_t)1 << (shift - 31)) >> 1;
  const int64_t value = ((first + half) >> (shift - 31)) + output->zero_point;
  return (int32_t)(value < output->minimum ? output->minimum : value > output->maximum ? output->maximum : value);
}

static inline void octet_write_lanes(const octet_lane_output *output, octet_lanes sums, int8_t *target,
                                     const bool isWhole, const int rounding) {
  (void)isWhole;
  const octet_output constants = {NULL, NULL, NULL, output->zero_point, output->minimum, output->maximum, rounding};
  const octet_lanes all = octet_add_lanes(sums, output->bias);
  for (size_t lane = 0; lane < output->some && lane < 4; lane++) {
    target[lane] = (int8_t)octet_vector_value(&constants, all.lanes[lane], output->multipliers.lanes[lane],
                                              (uint32_t)output->shifts.lanes[lane], rounding);
  }
}

#endif
