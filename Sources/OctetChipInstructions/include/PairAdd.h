// Sums of two values that round twice, for chips with DSP instructions.
//
// With d = q - zero point, an input becomes round(d 2^20 m / 2^shift) and their sum is requantized, each as
// PairOutput.h does it: SMMLAR of twice the value, here d 2^21 and at most 255 * 2^21. That wants a shift of 32 or
// more. One of the inputs mostly has a factor of a half, as shift 31 and m = 2^30: d 2^19 exactly, which shift 32 and
// twice the value give too.
#pragma once

#include "PairOutput.h"

/// What brings an input to the scale of the sum: floor((high(x m) + half - (x < 0)) / 2^shift), x = q * scale + offset.
typedef struct {
  int32_t scale, offset, multiplier, half;
  uint32_t shift;
} octet_pair_input;

/// Whether the short forms are exact for an input.
static inline bool octet_pair_is_short_input(int32_t multiplier, uint32_t shift) {
  return shift == 31 ? multiplier == 1 << 30 : shift > 31 && shift <= octet_pair_largest_shift;
}

/// Whether they are for a row.
static inline bool octet_pair_is_short_sum(const octet_sum_row *row) {
  return octet_pair_is_short_input(row->first_multiplier, row->first_shift) &&
         octet_pair_is_short_input(row->second_multiplier, row->second_shift) && row->shift > 31 &&
         row->shift <= octet_pair_largest_shift;
}

static inline octet_pair_input octet_pair_input_of(int32_t zero_point, int32_t multiplier, uint32_t shift) {
  const uint32_t s = shift == 31 ? 1 : shift - 31;
  const int32_t scale = shift == 31 ? 1 << 22 : 1 << 21;
  const octet_pair_input input = {scale, -zero_point * scale, multiplier, 1 << (s - 1), s};
  return input;
}

/// The rounded product of twice a value, as SMMLAR gives it, on top of `added`.
static inline __attribute__((always_inline)) int32_t octet_pair_rounded_product(int32_t twice, int32_t multiplier,
                                                                                int32_t added) {
#ifdef OCTET_HAS_PAIR_INSTRUCTIONS
  int32_t value;
  __asm__("smmlar %0, %1, %2, %3" : "=r"(value) : "r"(twice), "r"(multiplier), "r"(added));
  return value;
#else
  return (int32_t)(((int64_t)twice * multiplier + ((int64_t)1 << 31)) >> 32) + added;
#endif
}

static inline __attribute__((always_inline)) int32_t octet_pair_scaled(int32_t value, octet_pair_input input) {
  const int32_t twice = value * input.scale + input.offset;
  return octet_pair_rounded_product(twice, input.multiplier, input.half + (twice >> 31)) >> input.shift;
}

static inline __attribute__((always_inline)) int8_t octet_pair_sum_output(int32_t sum, int32_t multiplier,
                                                                          int32_t added, uint32_t shift) {
  return (int8_t)octet_pair_saturate(octet_pair_rounded_product(2 * sum, multiplier, added + (sum >> 31)) >> shift);
}

/// Writes a row of sums of -128 to 127, four at a time: the constants of an input fill the registers.
static __attribute__((noinline, unused)) void octet_pair_add_twice(const octet_sum_row *row) {
  const octet_pair_input a = octet_pair_input_of(row->first_zero_point, row->first_multiplier, row->first_shift);
  const octet_pair_input b = octet_pair_input_of(row->second_zero_point, row->second_multiplier, row->second_shift);
  const uint32_t shift = row->shift - 31;
  const int32_t multiplier = row->multiplier;
  const int32_t added = (int32_t)((uint32_t)(2 * row->zero_point + 1) << (shift - 1));
  const int8_t *first = row->first, *second = row->second;
  int8_t *target = row->target;
  size_t left = row->count;
  for (; left >= 4; left -= 4, first += 4, second += 4, target += 4) {
    int32_t sums[4];
    OCTET_UNROLLED
    for (int index = 0; index < 4; index++) sums[index] = octet_pair_scaled(first[index], a);
    OCTET_UNROLLED
    for (int index = 0; index < 4; index++) sums[index] += octet_pair_scaled(second[index], b);
    OCTET_UNROLLED
    for (int index = 0; index < 4; index++)
      target[index] = octet_pair_sum_output(sums[index], multiplier, added, shift);
  }
  for (; left > 0; left--) {
    const int32_t sum = octet_pair_scaled(*first++, a) + octet_pair_scaled(*second++, b);
    *target++ = octet_pair_sum_output(sum, multiplier, added, shift);
  }
}
