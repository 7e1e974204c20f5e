// What happens to sums on their way out, for chips that multiply only 32 bits by 32.
#pragma once

#include "WindowRow.h"

#if defined(__thumb__) && !defined(__thumb2__)
#define OCTET_HAS_NO_LONG_PRODUCT 1
#endif

/// The high half of a product, of one that is 2^30 farther from zero where it is rounded twice, and of one that is 1
/// smaller where it is below zero and rounded half away; docs/NUMERICS.md says why.
static inline __attribute__((always_inline)) int32_t octet_wide_high(int32_t sum, int32_t multiplier,
                                                                     const int rounding) {
#ifdef OCTET_HAS_NO_LONG_PRODUCT
  // By halves. Those of the multiplier are below 2^15 and 2^16, so no part overflows: |sum_high * low| <= 2^31 - 2^15
  // and sum_low * high < 2^31 - 2^16, and what is added to each is below 2^16 and 2^16 + 2^14 / 2.
  const int32_t sum_high = sum >> 16, sign = sum >> 31, high = multiplier >> 16;
  const uint32_t sum_low = (uint16_t)sum, low = (uint16_t)multiplier;
  const uint32_t lowest = sum_low * low;
  int32_t middle = sum_high * (int32_t)low + (int32_t)(lowest >> 16);
  if (rounding == 2) middle += ((int32_t)(uint16_t)lowest + sign) >> 16;
  int32_t next = (int32_t)(sum_low * (uint32_t)high) + (uint16_t)middle;
  if (rounding == 1) next += (int32_t)((uint32_t)sign << 15) + 0x4000;
  return sum_high * high + (middle >> 16) + (next >> 16);
#else
  int64_t product = (int64_t)sum * multiplier;
  if (rounding == 1) product += sum < 0 ? -((int64_t)1 << 30) : (int64_t)1 << 30;
  if (rounding == 2) product += sum >> 31;
  return (int32_t)(product >> 32);
#endif
}

/// The output for a sum with its bias, for a shift of 33 to 62.
static inline __attribute__((always_inline)) int8_t octet_wide_output(const octet_output *output, int32_t sum,
                                                                      int32_t multiplier, uint32_t shift,
                                                                      const int rounding) {
  // Half is added where it is the lowest bit.
  const int32_t value =
      (((octet_wide_high(sum, multiplier, rounding) >> (shift - 33)) + 1) >> 1) + output->zero_point;
  return (int8_t)(value < output->minimum ? output->minimum : value > output->maximum ? output->maximum : value);
}
