// Outputs from a single row of values, for chips that multiply only 32 bits by 32.
#pragma once

#include "WideOutput.h"

/// The bias and the products of a widened row and `count` weights.
static inline __attribute__((always_inline)) int32_t octet_wide_sum(const int32_t *row, size_t count,
                                                                    const int8_t *weights, int32_t sum) {
#ifdef OCTET_HAS_NO_LONG_PRODUCT
  // Words of four weights are taken apart in registers: 16 instructions do 4 multiply-adds.
  if ((((uintptr_t)weights | count) & 3) == 0) {
    const int8_t *const end = weights + count, *const whole = weights + (count & ~(size_t)15);
#define OCTET_WORD                    \
  "ldm %[w]!, {r2}\n"                 \
  "ldm %[row]!, {r3, r4, r5, r6}\n"   \
  "sxtb r7, r2\n"                     \
  "muls r3, r7, r3\n"                 \
  "add %[sum], r3\n"                  \
  "lsls r7, r2, #16\n"                \
  "asrs r7, r7, #24\n"                \
  "muls r4, r7, r4\n"                 \
  "add %[sum], r4\n"                  \
  "lsls r7, r2, #8\n"                 \
  "asrs r7, r7, #24\n"                \
  "muls r5, r7, r5\n"                 \
  "add %[sum], r5\n"                  \
  "asrs r2, r2, #24\n"                \
  "muls r6, r2, r6\n"                 \
  "add %[sum], r6\n"
    __asm__ volatile(
        "cmp %[w], %[whole]\n"
        "beq 2f\n"
        "1:\n" OCTET_WORD OCTET_WORD OCTET_WORD OCTET_WORD
        "cmp %[w], %[whole]\n"
        "bne 1b\n"
        "2: cmp %[w], %[end]\n"
        "beq 4f\n"
        "3:\n" OCTET_WORD
        "cmp %[w], %[end]\n"
        "bne 3b\n"
        "4:\n"
        : [sum] "+h"(sum), [w] "+l"(weights), [row] "+l"(row)
        : [end] "h"(end), [whole] "h"(whole)
        : "r2", "r3", "r4", "r5", "r6", "r7", "cc", "memory");
#undef OCTET_WORD
    return sum;
  }
#endif
#pragma clang loop unroll_count(4)
  for (; count > 0; count--) sum = (int32_t)((uint32_t)sum + (uint32_t)(*row++ * *weights++));
  return sum;
}

/// Writes outputs of bytes without a table; the weights of outputs are `count` bytes apart.
static inline __attribute__((always_inline)) void octet_wide_multiply_row(const int32_t *row, size_t count,
                                                                          const int8_t *weights,
                                                                          const octet_output *output, size_t outputs,
                                                                          int8_t *target, const int rounding) {
  // A copy, so that what is written to the target need not be thought to change it.
  const octet_output copy = *output;
  for (size_t channel = 0; channel < outputs; channel++, weights += count) {
    const int32_t sum = octet_wide_sum(row, count, weights, copy.bias[channel]);
    target[channel] = octet_wide_output(&copy, sum, copy.multipliers[channel], copy.shifts[channel], rounding);
  }
}

#define OCTET_MULTIPLY_ROW(name, rounding)                                                                       \
  static __attribute__((noinline, unused)) void octet_wide_multiply_row##name(                                   \
      const int32_t *row, size_t count, const int8_t *weights, const octet_output *output, size_t outputs,       \
      int8_t *target) {                                                                                          \
    octet_wide_multiply_row(row, count, weights, output, outputs, target, rounding);                             \
  }

OCTET_MULTIPLY_ROW(_half_up, 0)
OCTET_MULTIPLY_ROW(_twice, 1)
OCTET_MULTIPLY_ROW(_away, 2)

#undef OCTET_MULTIPLY_ROW
