// The inner loops of chips without DSP for weights of four bits, which are taken apart as they are read: two to a byte,
// the first in the lower half, each output's weights from a byte of their own.
#pragma once

#include <stddef.h>
#include <stdint.h>

/// The weights of a byte.
#define OCTET_LOW_HALF(byte) ((int32_t)((uint32_t)(byte) << 28) >> 28)
#define OCTET_HIGH_HALF(byte) ((int32_t)((uint32_t)(byte) << 24) >> 28)

/// As octet_wide_multiply.
static __attribute__((noinline, unused)) void octet_wide_multiply_halves(const int32_t *patch, const uint8_t *weights,
                                                                         size_t depth, size_t channels,
                                                                         int32_t *sums) {
  for (; channels > 0; channels--, sums += 4) {
    int32_t s0 = 0, s1 = 0, s2 = 0, s3 = 0;
    const int32_t *values = patch;
    const uint8_t *end = weights + depth / 2;
#if defined(__thumb__) && !defined(__thumb2__)
    // Sums live in the registers beyond the first eight, to which a Cortex-M0 can still add.
#define OCTET_ONE(shift)              \
  "lsls r2, r7, #" #shift "\n"        \
  "asrs r2, r2, #28\n"                \
  "ldm %[values]!, {r3, r4, r5, r6}\n" \
  "muls r3, r2, r3\n"                 \
  "muls r4, r2, r4\n"                 \
  "muls r5, r2, r5\n"                 \
  "muls r6, r2, r6\n"                 \
  "add %[s0], r3\n"                   \
  "add %[s1], r4\n"                   \
  "add %[s2], r5\n"                   \
  "add %[s3], r6\n"
    const uint8_t *stop = weights + (depth >> 3 << 2);
    if (weights != stop) {
      __asm__ volatile("1:\n"
                       "ldrb r7, [%[w]]\n" OCTET_ONE(28) OCTET_ONE(24)
                       "ldrb r7, [%[w], #1]\n" OCTET_ONE(28) OCTET_ONE(24)
                       "ldrb r7, [%[w], #2]\n" OCTET_ONE(28) OCTET_ONE(24)
                       "ldrb r7, [%[w], #3]\n" OCTET_ONE(28) OCTET_ONE(24)
                       "adds %[w], #4\n"
                       "cmp %[w], %[stop]\n"
                       "bne 1b\n"
                       : [s0] "+h"(s0), [s1] "+h"(s1), [s2] "+h"(s2), [s3] "+h"(s3), [values] "+l"(values),
                         [w] "+l"(weights)
                       : [stop] "h"(stop)
                       : "r2", "r3", "r4", "r5", "r6", "r7", "cc", "memory");
    }
    if (weights != end) {
      __asm__ volatile("1:\n"
                       "ldrb r7, [%[w]]\n" OCTET_ONE(28) OCTET_ONE(24)
                       "adds %[w], #1\n"
                       "cmp %[w], %[stop]\n"
                       "bne 1b\n"
                       : [s0] "+h"(s0), [s1] "+h"(s1), [s2] "+h"(s2), [s3] "+h"(s3), [values] "+l"(values),
                         [w] "+l"(weights)
                       : [stop] "h"(end)
                       : "r2", "r3", "r4", "r5", "r6", "r7", "cc", "memory");
    }
#undef OCTET_ONE
#else
    for (; weights < end; weights++, values += 8) {
      const int32_t low = OCTET_LOW_HALF(*weights), high = OCTET_HIGH_HALF(*weights);
      s0 = (int32_t)((uint32_t)s0 + (uint32_t)(values[0] * low) + (uint32_t)(values[4] * high));
      s1 = (int32_t)((uint32_t)s1 + (uint32_t)(values[1] * low) + (uint32_t)(values[5] * high));
      s2 = (int32_t)((uint32_t)s2 + (uint32_t)(values[2] * low) + (uint32_t)(values[6] * high));
      s3 = (int32_t)((uint32_t)s3 + (uint32_t)(values[3] * low) + (uint32_t)(values[7] * high));
    }
#endif
    if (depth & 1) {
      const int32_t last = OCTET_LOW_HALF(*weights++);
      s0 = (int32_t)((uint32_t)s0 + (uint32_t)(values[0] * last));
      s1 = (int32_t)((uint32_t)s1 + (uint32_t)(values[1] * last));
      s2 = (int32_t)((uint32_t)s2 + (uint32_t)(values[2] * last));
      s3 = (int32_t)((uint32_t)s3 + (uint32_t)(values[3] * last));
    }
    sums[0] = s0;
    sums[1] = s1;
    sums[2] = s2;
    sums[3] = s3;
  }
}

/// As octet_wide_fold; the weights of outputs are `stride` bytes apart.
static __attribute__((noinline, unused)) void octet_wide_fold_halves(const int32_t *row, size_t count,
                                                                     const uint8_t *weights, size_t stride,
                                                                     size_t outputs, int32_t *sums) {
  for (; outputs > 0; outputs--, sums++, weights += stride) {
    uint32_t sum = (uint32_t)*sums;
    const int32_t *values = row;
    const uint8_t *w = weights;
    size_t left = count;
    for (; left >= 4; left -= 4, w += 2, values += 4) {
      const uint32_t first = w[0], second = w[1];
      sum += (uint32_t)(values[0] * OCTET_LOW_HALF(first)) + (uint32_t)(values[1] * OCTET_HIGH_HALF(first)) +
             (uint32_t)(values[2] * OCTET_LOW_HALF(second)) + (uint32_t)(values[3] * OCTET_HIGH_HALF(second));
    }
    for (; left >= 2; left -= 2, w++) {
      sum += (uint32_t)(*values++ * OCTET_LOW_HALF(*w));
      sum += (uint32_t)(*values++ * OCTET_HIGH_HALF(*w));
    }
    if (left > 0) sum += (uint32_t)(*values * OCTET_LOW_HALF(*w));
    *sums = (int32_t)sum;
  }
}
