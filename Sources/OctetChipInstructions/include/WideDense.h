// Outputs from a single row of values, for chips that multiply only 32 bits by 32.
#pragma once

#include "WideOutput.h"

#ifdef OCTET_HAS_NO_LONG_PRODUCT

/// Outputs of a Cortex-M0, in the order in which the loop takes them apart.
typedef struct {
  const int32_t *values;
  const int32_t *bias;
  int8_t *target;
  /// Weights of an output, a multiple of 4.
  size_t count;
  const int8_t *weights;
  /// Words of weights that are left out of the first turn, of seven, of each output's loop.
  size_t left_out;
  /// From the bias of the next channel to the multiplier of this one, in bytes.
  ptrdiff_t multipliers;
  /// From where an output is written to its shift.
  ptrdiff_t shifts;
  /// Half, and the zero point, before the last bit is shifted out: 2 * zero point + 1.
  int32_t half;
  int32_t minimum, maximum;
  /// Behind the last output; there is one.
  const int8_t *target_end;
} octet_wide_outputs;

// A word of four weights is taken apart in registers: 16 instructions do 4 multiply-adds. Weights at r0, values at r1,
// the sum in r8. 32 bytes of code.
#define OCTET_WORD                  \
  "ldm r0!, {r2}\n"                 \
  "ldm r1!, {r3, r4, r5, r6}\n"     \
  "sxtb r7, r2\n"                   \
  "muls r3, r7, r3\n"               \
  "add r8, r3\n"                    \
  "lsls r7, r2, #16\n"              \
  "asrs r7, r7, #24\n"              \
  "muls r4, r7, r4\n"               \
  "add r8, r4\n"                    \
  "lsls r7, r2, #8\n"               \
  "asrs r7, r7, #24\n"              \
  "muls r5, r7, r5\n"               \
  "add r8, r5\n"                    \
  "asrs r2, r2, #24\n"              \
  "muls r6, r2, r6\n"               \
  "add r8, r6\n"

// What a way of rounding adds to the low halves of octet_wide_high: r1 is the sum and free afterwards, r5 is free, r7
// the product of the lowest halves, r6 the middle, r4 the next.
#define OCTET_ROUND_0
#define OCTET_ROUND_1     \
  "asrs r1, r1, #31\n"    \
  "movs r5, #1\n"         \
  "orrs r1, r5\n"         \
  "lsls r1, r1, #14\n"    \
  "adds r4, r4, r1\n"
#define OCTET_ROUND_2     \
  "asrs r1, r1, #31\n"    \
  "uxth r5, r7\n"         \
  "adds r5, r5, r1\n"     \
  "asrs r5, r5, #16\n"    \
  "adds r6, r6, r5\n"

// The row is kept in r9, the end of an output's weights in r10, their number in r11, the bias in r12 and the target in
// lr; on the stack lie where an output's loop is entered and what follows in octet_wide_outputs.
#define OCTET_WRITE_ALL(rounding)                                                                         \
  __asm__ volatile(                                                                                     \
      OCTET_SAVE_HIGH "ldm r0!, {r1, r2, r3, r4, r5, r6}\n"                                             \
      "mov r9, r1\n"                                                                                    \
      "mov r12, r2\n"                                                                                   \
      "mov lr, r3\n"                                                                                    \
      "mov r11, r4\n"                                                                                   \
      "mov r10, r5\n"                                                                                   \
      "adr r1, 1f\n"                                                                                    \
      "lsls r6, r6, #5\n"                                                                               \
      "adds r1, r1, r6\n"                                                                               \
      "ldm r0!, {r2, r3, r4, r5, r6, r7}\n"                                                             \
      "push {r1, r2, r3, r4, r5, r6, r7}\n"                                                             \
      "mov r0, r10\n"                                                                                   \
      "b 0f\n"                                                                                          \
      ".p2align 2\n"                                                                                    \
      "1:\n" OCTET_WORD OCTET_WORD OCTET_WORD OCTET_WORD OCTET_WORD OCTET_WORD OCTET_WORD               \
      "cmp r0, r10\n"                                                                                   \
      "bne 1b\n"                                                                                        \
      "mov r2, r12\n"                                                                                   \
      "ldr r7, [sp, #4]\n"                                                                              \
      "ldr r2, [r2, r7]\n"                                                                              \
      "mov r1, r8\n"                                                                                    \
      "asrs r3, r1, #16\n"                                                                              \
      "uxth r4, r1\n"                                                                                   \
      "asrs r5, r2, #16\n"                                                                              \
      "uxth r6, r2\n"                                                                                   \
      "mov r7, r4\n"                                                                                    \
      "muls r7, r6, r7\n"                                                                               \
      "muls r6, r3, r6\n"                                                                               \
      "muls r3, r5, r3\n"                                                                               \
      "muls r4, r5, r4\n" OCTET_ROUND_##rounding                                                        \
      "lsrs r7, r7, #16\n"                                                                              \
      "adds r6, r6, r7\n"                                                                               \
      "uxth r7, r6\n"                                                                                   \
      "adds r4, r4, r7\n"                                                                               \
      "asrs r6, r6, #16\n"                                                                              \
      "adds r3, r3, r6\n"                                                                               \
      "asrs r4, r4, #16\n"                                                                              \
      "adds r3, r3, r4\n"                                                                               \
      "mov r1, lr\n"                                                                                    \
      "ldr r7, [sp, #8]\n"                                                                              \
      "ldrb r4, [r1, r7]\n"                                                                             \
      "subs r4, #33\n"                                                                                  \
      "asrs r3, r4\n"                                                                                   \
      "ldr r2, [sp, #12]\n"                                                                             \
      "adds r3, r3, r2\n"                                                                               \
      "asrs r3, r3, #1\n"                                                                               \
      "ldr r2, [sp, #16]\n"                                                                             \
      "cmp r3, r2\n"                                                                                    \
      "bge 2f\n"                                                                                        \
      "mov r3, r2\n"                                                                                    \
      "2: ldr r2, [sp, #20]\n"                                                                          \
      "cmp r3, r2\n"                                                                                    \
      "ble 3f\n"                                                                                        \
      "mov r3, r2\n"                                                                                    \
      "3: strb r3, [r1]\n"                                                                              \
      "adds r1, #1\n"                                                                                   \
      "mov lr, r1\n"                                                                                    \
      "ldr r2, [sp, #24]\n"                                                                             \
      "cmp r1, r2\n"                                                                                    \
      "beq 4f\n"                                                                                        \
      "0: mov r1, r9\n"                                                                                 \
      "mov r2, r12\n"                                                                                   \
      "ldm r2!, {r3}\n"                                                                                 \
      "mov r12, r2\n"                                                                                   \
      "mov r8, r3\n"                                                                                    \
      "add r10, r11\n"                                                                                  \
      "ldr r2, [sp]\n"                                                                                  \
      "mov pc, r2\n"                                                                                    \
      "4: add sp, #28\n" OCTET_RESTORE_HIGH                                                             \
      : "+r"(start)                                                                                     \
      :                                                                                                 \
      : "r1", "r2", "r3", "r4", "r5", "r6", "r7", "r8", "r9", "r10", "r11", "r12", "lr", "cc", "memory")

/// The whole loop over outputs, for weights in words, of which there are some.
static inline __attribute__((always_inline)) void octet_wide_write_words(const int32_t *row, size_t count,
                                                                         const int8_t *weights,
                                                                         const octet_output *output, size_t outputs,
                                                                         int8_t *target, const int rounding) {
  // Without a division, which takes this chip longer.
  size_t left_out = count >> 2;
  while (left_out > 7) left_out -= 7;
  left_out = 7 - left_out;
  const octet_wide_outputs all = {
      row, output->bias, target, count, weights, left_out,
      (const char *)output->multipliers - (const char *)(output->bias + 1),
      (const char *)output->shifts - (const char *)target,
      2 * output->zero_point + 1, output->minimum, output->maximum, target + outputs};
  register const void *start __asm__("r0") = &all;
  if (rounding == 0) {
    OCTET_WRITE_ALL(0);
  } else if (rounding == 1) {
    OCTET_WRITE_ALL(1);
  } else {
    OCTET_WRITE_ALL(2);
  }
}

#undef OCTET_WORD
#undef OCTET_ROUND_0
#undef OCTET_ROUND_1
#undef OCTET_ROUND_2
#undef OCTET_WRITE_ALL

#endif

/// The bias and the products of a widened row and `count` weights.
static inline __attribute__((always_inline)) int32_t octet_wide_sum(const int32_t *row, size_t count,
                                                                    const int8_t *weights, int32_t sum) {
  OCTET_BY_FOURS
  for (; count > 0; count--) sum = (int32_t)((uint32_t)sum + (uint32_t)(*row++ * *weights++));
  return sum;
}

/// Writes outputs of bytes without a table; the weights of outputs are `count` bytes apart.
static inline __attribute__((always_inline)) void octet_wide_multiply_row(const int32_t *row, size_t count,
                                                                          const int8_t *weights,
                                                                          const octet_output *output, size_t outputs,
                                                                          int8_t *target, const int rounding) {
#ifdef OCTET_HAS_NO_LONG_PRODUCT
  if ((((uintptr_t)weights | count) & 3) == 0 && count > 0 && outputs > 0) {
    octet_wide_write_words(row, count, weights, output, outputs, target, rounding);
    return;
  }
#endif
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
