// Patches of four pixels as 32-bit numbers, for chips that multiply only those: value `i` of the four pixels lies in
// words `4 i` to `4 i + 3`, so that Arm loads them in one instruction, and none of them has to be extended again for
// each channel.
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "WideWindows.h"

/// Puts values `index` to `index + count - 1` of four pixels into a patch.
static __attribute__((noinline, unused)) void octet_wide_gather(int32_t *patch, size_t index,
                                                                const int8_t *const pixels[4], size_t count) {
  for (int pixel = 0; pixel < 4; pixel++) {
    int32_t *target = patch + 4 * index + pixel;
    const int8_t *source = pixels[pixel];
    for (size_t left = count; left > 0; left--, target += 4) *target = *source++;
  }
}

/// Multiplies a patch of `depth` values, at least one, with the weights of `channels` outputs, one after the other,
/// into four sums for each.
static __attribute__((noinline, unused)) void octet_wide_multiply(const int32_t *patch, const int8_t *weights,
                                                                  size_t depth, size_t channels, int32_t *sums) {
  for (; channels > 0; channels--, sums += 4) {
    int32_t s0 = 0, s1 = 0, s2 = 0, s3 = 0;
    const int32_t *values = patch;
    const int8_t *end = weights + depth;
#if defined(__thumb2__)
#define OCTET_ONE                          \
  "ldrsb %[weight], [%[w]], #1\n"          \
  "ldm %[values]!, {r0, r1, r2, r3}\n"     \
  "mla %[s0], r0, %[weight], %[s0]\n"      \
  "mla %[s1], r1, %[weight], %[s1]\n"      \
  "mla %[s2], r2, %[weight], %[s2]\n"      \
  "mla %[s3], r3, %[weight], %[s3]\n"
    int32_t weight;
    size_t left = depth >> 3;
    if (left > 0) {
      __asm__ volatile("1:\n" OCTET_ONE OCTET_ONE OCTET_ONE OCTET_ONE OCTET_ONE OCTET_ONE OCTET_ONE OCTET_ONE
                       "subs %[left], #1\n"
                       "bne 1b\n"
                       : [s0] "+r"(s0), [s1] "+r"(s1), [s2] "+r"(s2), [s3] "+r"(s3), [values] "+r"(values),
                         [w] "+r"(weights), [left] "+r"(left), [weight] "=&r"(weight)
                       :
                       : "r0", "r1", "r2", "r3", "cc", "memory");
    }
    left = depth & 7;
    if (left > 0) {
      __asm__ volatile("1:\n" OCTET_ONE "subs %[left], #1\n"
                       "bne 1b\n"
                       : [s0] "+r"(s0), [s1] "+r"(s1), [s2] "+r"(s2), [s3] "+r"(s3), [values] "+r"(values),
                         [w] "+r"(weights), [left] "+r"(left), [weight] "=&r"(weight)
                       :
                       : "r0", "r1", "r2", "r3", "cc", "memory");
    }
#undef OCTET_ONE
#elif defined(__thumb__) && defined(__clang__)
    // The Cortex-M0 has eight registers for most things; sums live in the others, to which it can still add.
#define OCTET_ONE(place)              \
  "movs r2, #" #place "\n"            \
  "ldrsb r2, [%[w], r2]\n"            \
  "ldm %[values]!, {r3, r4, r5, r6}\n" \
  "muls r3, r2, r3\n"                 \
  "muls r4, r2, r4\n"                 \
  "muls r5, r2, r5\n"                 \
  "muls r6, r2, r6\n"                 \
  "add %[s0], r3\n"                   \
  "add %[s1], r4\n"                   \
  "add %[s2], r5\n"                   \
  "add %[s3], r6\n"
    size_t left = depth >> 3;
    if (left > 0) {
      const int8_t *stop = weights + (left << 3);
      __asm__ volatile("1:\n" OCTET_ONE(0) OCTET_ONE(1) OCTET_ONE(2) OCTET_ONE(3) OCTET_ONE(4) OCTET_ONE(5) OCTET_ONE(6)
                           OCTET_ONE(7) "adds %[w], #8\n"
                                        "cmp %[w], %[stop]\n"
                                        "bne 1b\n"
                       : [s0] "+h"(s0), [s1] "+h"(s1), [s2] "+h"(s2), [s3] "+h"(s3), [values] "+l"(values),
                         [w] "+l"(weights)
                       : [stop] "h"(stop)
                       : "r2", "r3", "r4", "r5", "r6", "cc", "memory");
    }
    if (weights != end) {
      __asm__ volatile("1:\n" OCTET_ONE(0) "adds %[w], #1\n"
                                           "cmp %[w], %[stop]\n"
                                           "bne 1b\n"
                       : [s0] "+h"(s0), [s1] "+h"(s1), [s2] "+h"(s2), [s3] "+h"(s3), [values] "+l"(values),
                         [w] "+l"(weights)
                       : [stop] "h"(end)
                       : "r2", "r3", "r4", "r5", "r6", "cc", "memory");
    }
#undef OCTET_ONE
#elif defined(__thumb__)
    // GCC has no such registers to give where it optimizes for size.
    octet_wide_block block = {values, weights, weights + (depth & ~(size_t)7), end, 0, {0}};
    octet_wide_sum_windows(&block, 4);
    s0 = block.sums[0];
    s1 = block.sums[1];
    s2 = block.sums[2];
    s3 = block.sums[3];
#else
    OCTET_BY_FOURS
    for (const int8_t *w = weights; w < end; w++, values += 4) {
      const int32_t weight = *w;
      s0 = (int32_t)((uint32_t)s0 + (uint32_t)(values[0] * weight));
      s1 = (int32_t)((uint32_t)s1 + (uint32_t)(values[1] * weight));
      s2 = (int32_t)((uint32_t)s2 + (uint32_t)(values[2] * weight));
      s3 = (int32_t)((uint32_t)s3 + (uint32_t)(values[3] * weight));
    }
#endif
    weights = end;
    sums[0] = s0;
    sums[1] = s1;
    sums[2] = s2;
    sums[3] = s3;
  }
}

/// A row of values for dense layers.
static inline void octet_wide_widen(int32_t *row, const int8_t *values, size_t count) {
  for (; count > 0; count--) *row++ = *values++;
}

/// Adds the products of a widened row and the weights of `outputs` outputs, which are `stride` apart, to the sums.
static __attribute__((noinline, unused)) void octet_wide_fold(const int32_t *row, size_t count, const int8_t *weights,
                                                              size_t stride, size_t outputs,
                                   int32_t *sums) {
  for (; outputs > 0; outputs--, sums++, weights += stride) {
    int32_t sum = *sums;
    const int32_t *values = row;
    const int8_t *w = weights;
    size_t left = count;
    for (; left >= 4; left -= 4, w += 4, values += 4) {
      sum = (int32_t)((uint32_t)sum + (uint32_t)(values[0] * w[0]));
      sum = (int32_t)((uint32_t)sum + (uint32_t)(values[1] * w[1]));
      sum = (int32_t)((uint32_t)sum + (uint32_t)(values[2] * w[2]));
      sum = (int32_t)((uint32_t)sum + (uint32_t)(values[3] * w[3]));
    }
    for (; left > 0; left--) sum = (int32_t)((uint32_t)sum + (uint32_t)(*values++ * *w++));
    *sums = sum;
  }
}
