// What happens to sums on their way out, four at a time, for chips with Arm's M-profile vector extension.
#pragma once

#include <stdbool.h>

#include "WindowRow.h"

/// Constants of neighbouring channels: of each its bias, multiplier and shift, and what is the same for all.
typedef struct {
  const int32_t *bias;
  const int32_t *multipliers;
  const uint8_t *shifts;
  int32_t zero_point, minimum, maximum;
} octet_some_output;

#if defined(__ARM_FEATURE_MVE)
#include <arm_mve.h>

static inline __attribute__((always_inline)) void octet_vector_write(const octet_some_output *output,
                                                                     const int32_t *sums, size_t stride,
                                                                     size_t count, int8_t *target,
                                                                     const bool twice) {
  const uint32x4_t places = vmulq_n_u32(vidupq_n_u32(0, 1), (uint32_t)stride);
  const int32x4_t minimum = vdupq_n_s32(output->minimum), maximum = vdupq_n_s32(output->maximum);
  for (size_t first = 0; first < count; first += 4) {
    const mve_pred16_t some = vctp32q((uint32_t)(count - first));
    int32x4_t sum = vldrwq_gather_shifted_offset_z_s32(sums + first * stride, places, some);
    sum = vaddq_s32(sum, vldrwq_z_s32(output->bias + first, some));
    const int32x4_t multipliers = vldrwq_z_s32(output->multipliers + first, some);
    const int32x4_t shifts = vldrbq_z_s32((const int8_t *)output->shifts + first, some);
    int32x4_t value;
    if (twice) {
      // The product to a multiple of 2^31, half up. Of what is negative one is taken off, and half up becomes half
      // down.
      value = vqrdmulhq_s32(sum, multipliers);
      value = vrshlq_s32(vaddq_s32(value, vshrq_n_s32(value, 31)), vsubq_s32(vdupq_n_s32(31), shifts));
    } else {
      // The high half of the product is all it takes, as shifts are at least 33; this shift rounds as the definition
      // does.
      value = vrshlq_s32(vmulhq_s32(sum, multipliers), vsubq_s32(vdupq_n_s32(32), shifts));
    }
    value = vaddq_n_s32(value, output->zero_point);
    vstrbq_p_s32(target + first, vminq_s32(vmaxq_s32(value, minimum), maximum), some);
  }
}

/// Of each four sums the largest, the results side by side; sums of a multiple of 4 channels are there to read.
static __attribute__((noinline, unused)) void octet_vector_largest(int32_t *sums, size_t channels) {
  for (size_t first = 0; first < channels; first += 4) {
    const int32x4x4_t four = vld4q_s32(sums + 4 * first);
    vst1q_s32(sums + first, vmaxq_s32(vmaxq_s32(four.val[0], four.val[1]), vmaxq_s32(four.val[2], four.val[3])));
  }
}

#else

static inline void octet_vector_write(const octet_some_output *output, const int32_t *sums, size_t stride, size_t count,
                                      int8_t *target, const bool twice) {
  for (size_t index = 0; index < count; index++) {
    const int32_t sum = (int32_t)((uint32_t)sums[index * stride] + (uint32_t)output->bias[index]);
    int64_t product = (int64_t)sum * output->multipliers[index] + ((int64_t)1 << (output->shifts[index] - 1));
    // Two roundings are one of a product that is 2^30 farther from zero.
    if (twice) product += sum < 0 ? -((int64_t)1 << 30) : (int64_t)1 << 30;
    int32_t value = (int32_t)(product >> output->shifts[index]);
    value += output->zero_point;
    value = value < output->minimum ? output->minimum : value;
    target[index] = (int8_t)(value > output->maximum ? output->maximum : value);
  }
}

static __attribute__((unused)) void octet_vector_largest(int32_t *sums, size_t channels) {
  for (size_t channel = 0; channel < channels; channel++) {
    int32_t largest = sums[4 * channel];
    for (size_t place = 1; place < 4; place++) {
      largest = sums[4 * channel + place] > largest ? sums[4 * channel + place] : largest;
    }
    sums[channel] = largest;
  }
}

#endif

/// Writes `count` outputs as bytes, from sums that are `stride` apart, rounding once.
static __attribute__((noinline, unused)) void octet_vector_requantize(const octet_some_output *output,
                                                                      const int32_t *sums, size_t stride,
                                                                      size_t count, int8_t *target) {
  octet_vector_write(output, sums, stride, count, target, false);
}

/// The same, rounding twice.
static __attribute__((noinline, unused)) void octet_vector_requantize_twice(const octet_some_output *output,
                                                                            const int32_t *sums, size_t stride,
                                                                            size_t count, int8_t *target) {
  octet_vector_write(output, sums, stride, count, target, true);
}
