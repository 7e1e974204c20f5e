// What happens to sums on their way out, for chips with DSP instructions: four instructions and a saturation for each.
//
// With s = shift - 31 and h = shift - 32, all for outputs of -128 to 127 that nothing else limits:
//
//   half up    floor((high(x m) + 2^(h - 1)) / 2^h)                       SMMLA adds the rounding to the high half
//   twice      floor((first + 2^(s - 1) - (x < 0)) / 2^s), where          SMMLAR of 2 x gives first, and adds
//              first = floor((2 x m + 2^31) / 2^32)
//   away       floor((high(x m - (x < 0)) + 2^(h - 1)) / 2^h)             SMLAL from -1 where x is below 0
//
// In all of them the zero point, times 2^h or 2^s, is part of what is added. docs/NUMERICS.md proves the forms; in the
// second and third x < 0 stands for a product below 0, which makes no difference where the product is 0 or first is.
//
// Shifts are at most 51 here, so s is at most 20:
// - Nothing overflows: the high half and first are in [-2^30, 2^30], and what is added is below 257 * 2^19 < 2^28.
// - 2 x may saturate: then |x| >= 2^30, and as a multiplier is 0 or at least 2^29, first is at least 2^28 either way
//   and the quotient 256, so the output is -128 or 127 with any zero point, as it would be without saturation.
#pragma once

#include <stdbool.h>

#include "PairPatch.h"
#include "WindowRow.h"

/// The constants of an output channel as the short forms take them.
typedef struct {
  int32_t bias, multiplier;
  /// Half, and the zero point, in units of what remains before the shift.
  int32_t added;
  uint32_t shift;
} octet_pair_channel;

/// The largest shift of the short forms.
enum { octet_pair_largest_shift = octet_usual_shift };

static inline __attribute__((always_inline)) octet_pair_channel octet_pair_channel_of(const octet_output *output,
                                                                                      size_t channel, int rounding) {
  octet_pair_channel result;
  result.bias = output->bias[channel];
  result.multiplier = output->multipliers[channel];
  result.shift = output->shifts[channel] - (octet_is_twice(rounding) ? 31u : 32u);
  result.added = (int32_t)((uint32_t)(2 * output->zero_point + 1) << (result.shift - 1));
  return result;
}

/// Whether the short forms are exact for a channel.
static inline __attribute__((always_inline)) bool octet_pair_is_short(octet_pair_channel channel, int rounding) {
  return channel.shift <= (octet_is_twice(rounding) ? octet_pair_largest_shift - 31u : octet_pair_largest_shift - 32u);
}

/// Whether they are for all of some channels.
static inline bool octet_pair_are_short(const uint8_t *shifts, size_t count) {
  uint32_t beyond = 0;
#ifdef OCTET_HAS_PAIR_INSTRUCTIONS
  // Usual shifts are below 48, and so is any that has its bits from several of them.
  uint32_t bits = 0;
  size_t left = count;
  const uint8_t *word = shifts;
  for (; left >= 16; left -= 16, word += 16)
    bits |= octet_load_word(word) | octet_load_word(word + 4) | octet_load_word(word + 8) | octet_load_word(word + 12);
  for (; left >= 4; left -= 4, word += 4) bits |= octet_load_word(word);
  for (; left > 0; left--) bits |= *word++;
  if ((bits & 0x10101010) == 0) return true;
  for (; count >= 4; count -= 4, shifts += 4)
    beyond |= __uqsub8(octet_load_word(shifts), 0x01010101u * octet_pair_largest_shift);
#endif
  for (; count > 0; count--, shifts++) beyond |= *shifts > octet_pair_largest_shift;
  return beyond == 0;
}

/// To -128 … 127.
static inline int32_t octet_pair_saturate(int32_t value) {
#ifdef OCTET_HAS_PAIR_INSTRUCTIONS
  int32_t limited;
  __asm__("ssat %0, #8, %1" : "=r"(limited) : "r"(value));
  return limited;
#else
  return value < -128 ? -128 : value > 127 ? 127 : value;
#endif
}

/// The output for a sum with its bias, of a channel that is short.
static inline __attribute__((always_inline)) int32_t octet_pair_output(int32_t sum, octet_pair_channel channel,
                                                                       int rounding) {
  const int32_t sign = rounding == octet_twice_above ? 0 : sum >> 31;
  int32_t value;
  if (octet_is_twice(rounding)) {
#ifdef OCTET_HAS_PAIR_INSTRUCTIONS
    const int32_t twice = __qadd(sum, sum);
    __asm__("smmlar %0, %1, %2, %3" : "=r"(value) : "r"(twice), "r"(channel.multiplier), "r"(channel.added + sign));
#else
    const int32_t twice = sum > INT32_MAX / 2 ? INT32_MAX : sum < INT32_MIN / 2 ? INT32_MIN : 2 * sum;
    const int64_t product = (int64_t)twice * channel.multiplier + ((int64_t)1 << 31);
    value = (int32_t)(product >> 32) + channel.added + sign;
#endif
  } else if (rounding == octet_half_up) {
#ifdef OCTET_HAS_PAIR_INSTRUCTIONS
    __asm__("smmla %0, %1, %2, %3" : "=r"(value) : "r"(sum), "r"(channel.multiplier), "r"(channel.added));
#else
    value = (int32_t)((int64_t)sum * channel.multiplier >> 32) + channel.added;
#endif
  } else {
#ifdef OCTET_HAS_PAIR_INSTRUCTIONS
    int32_t low = sign;
    value = channel.added + sign;
    __asm__("smlal %0, %1, %2, %3" : "+r"(low), "+r"(value) : "r"(sum), "r"(channel.multiplier));
#else
    value = (int32_t)(((int64_t)sum * channel.multiplier + sign) >> 32) + channel.added;
#endif
  }
  return octet_pair_saturate(value >> channel.shift);
}

/// The output for a sum with its bias, of any channel.
static __attribute__((noinline, unused)) int32_t octet_pair_any_output(int32_t sum, int32_t multiplier, uint32_t shift,
                                                                       int32_t zero_point, int32_t rounding) {
  const octet_output output = {NULL, NULL, NULL, zero_point, -128, 127, rounding};
  return octet_output_value(&output, sum, multiplier, shift);
}

/// The same from the constants; what is passed by value leaves those in registers.
static inline __attribute__((always_inline)) int32_t octet_pair_long_output(const octet_output *output, int32_t sum,
                                                                            size_t channel) {
  return octet_pair_any_output(sum, output->multipliers[channel], output->shifts[channel], output->zero_point,
                               output->rounding);
}

/// Writes an output of -128 to 127 of a channel from a sum with its bias.
static inline __attribute__((always_inline)) void octet_pair_write(const octet_output *output, int32_t sum,
                                                                   size_t channel, int8_t *target,
                                                                   const int rounding) {
  const octet_pair_channel constants = octet_pair_channel_of(output, channel, rounding);
  *target = (int8_t)(__builtin_expect(octet_pair_is_short(constants, rounding), true)
                         ? octet_pair_output(sum, constants, rounding)
                         : octet_pair_long_output(output, sum, channel));
}

/// Writes outputs of -128 to 127 of neighbouring channels, from sums that are `stride` apart and lack the bias.
static inline __attribute__((always_inline)) void octet_pair_write_channels(const octet_output *output,
                                                                            const int32_t *sums, size_t stride,
                                                                            size_t count, int8_t *target,
                                                                            const int rounding) {
  // A copy, so that what is written to the target need not be thought to change it.
  const octet_output constants = *output;
  for (size_t channel = 0; channel < count; channel++) {
    const int32_t sum = (int32_t)((uint32_t)sums[channel * stride] + (uint32_t)constants.bias[channel]);
    octet_pair_write(&constants, sum, channel, target + channel, rounding);
  }
}

static __attribute__((noinline, unused)) void octet_pair_write_half_up(const octet_output *output, const int32_t *sums,
                                                                       size_t stride, size_t count, int8_t *target) {
  octet_pair_write_channels(output, sums, stride, count, target, 0);
}

static __attribute__((noinline, unused)) void octet_pair_write_twice(const octet_output *output, const int32_t *sums,
                                                                     size_t stride, size_t count, int8_t *target) {
  octet_pair_write_channels(output, sums, stride, count, target, 1);
}

static __attribute__((noinline, unused)) void octet_pair_write_away(const octet_output *output, const int32_t *sums,
                                                                    size_t stride, size_t count, int8_t *target) {
  octet_pair_write_channels(output, sums, stride, count, target, 2);
}
