// Outputs from a single row of values, for chips with DSP instructions: dense layers, and convolutions whose rows have
// one window.
#pragma once

#include "PairOutput.h"

#ifdef OCTET_HAS_PAIR_INSTRUCTIONS

/// Pairs of outputs, in the order in which the loop takes it apart.
typedef struct {
  const uint32_t *values;
  const int32_t *bias;
  /// From the biases of the next two channels to the multipliers of these, in bytes.
  ptrdiff_t multipliers;
  const uint8_t *shifts;
  /// Half, and the zero point, before the shift: 2 * zero point + 1.
  int32_t half;
  int8_t *target;
  /// Behind the last pair; there is one.
  const int8_t *target_end;
  /// Weights of an output, a multiple of 4.
  size_t count;
  const int8_t *weights;
} octet_pair_outputs;

// Values at r7, weights at r8 and r9, sums in r10 and r11. Eight weights of each output: 19 instructions for 16
// multiply-adds.
#define OCTET_TWO(sum)                 \
  "sxtb16 r6, r4\n"                    \
  "smlad " sum ", r0, r6, " sum "\n"   \
  "sxtb16 r4, r4, ror #8\n"            \
  "smlad " sum ", r1, r4, " sum "\n"
#define OCTET_EIGHT(weights, sum)      \
  "ldrd r4, r5, [" weights "], #8\n"   \
  OCTET_TWO(sum)                       \
  "sxtb16 r6, r5\n"                    \
  "smlad " sum ", r2, r6, " sum "\n"   \
  "sxtb16 r5, r5, ror #8\n"            \
  "smlad " sum ", r3, r5, " sum "\n"
#define OCTET_EIGHTS "ldm r7!, {r0, r1, r2, r3}\n" OCTET_EIGHT("r8", "r10") OCTET_EIGHT("r9", "r11")

// An output of a sum with its multiplier, and with its shift, which is overwritten; r5 is half, r6 the target.
#define OCTET_OUTPUT_0(sum, multiplier, shift)      \
  "sub r12, " shift ", #33\n"                       \
  "lsl r4, r5, r12\n"                               \
  "sub " shift ", #32\n"                            \
  "smmla r4, " sum ", " multiplier ", r4\n"         \
  OCTET_STORE(shift)
#define OCTET_OUTPUT_1(sum, multiplier, shift)      \
  "sub r12, " shift ", #32\n"                       \
  "lsl r4, r5, r12\n"                               \
  "sub " shift ", #31\n"                            \
  "qadd r12, " sum ", " sum "\n"                    \
  "add r4, r4, " sum ", asr #31\n"                  \
  "smmlar r4, r12, " multiplier ", r4\n"            \
  OCTET_STORE(shift)
#define OCTET_OUTPUT_3(sum, multiplier, shift)      \
  "sub r12, " shift ", #32\n"                       \
  "lsl r4, r5, r12\n"                               \
  "sub " shift ", #31\n"                            \
  "qadd r12, " sum ", " sum "\n"                    \
  "smmlar r4, r12, " multiplier ", r4\n"            \
  OCTET_STORE(shift)
#define OCTET_OUTPUT_2(sum, multiplier, shift)      \
  "sub r12, " shift ", #33\n"                       \
  "lsl r4, r5, r12\n"                               \
  "sub " shift ", #32\n"                            \
  "asr r12, " sum ", #31\n"                         \
  "add r4, r12\n"                                   \
  "smlal r12, r4, " sum ", " multiplier "\n"        \
  OCTET_STORE(shift)
#define OCTET_STORE(shift)   \
  "asr r4, " shift "\n"      \
  "ssat r4, #8, r4\n"        \
  "strb r4, [r6], #1\n"

#define OCTET_WRITE_ALL(rounding)                                                                                 \
  __asm__ volatile(                                                                                             \
      "ldm r0, {r1, r2, r3, r4, r5, r6, r7, r8, r9}\n"                                                          \
      "push {r1, r2, r3, r4, r5, r6, r7, r8}\n"                                                                 \
      "mov r8, r9\n"                                                                                            \
      "0: ldr r0, [sp, #4]\n"                                                                                   \
      "ldm r0!, {r10, r11}\n"                                                                                   \
      "str r0, [sp, #4]\n"                                                                                      \
      "ldr r7, [sp]\n"                                                                                          \
      "ldr r12, [sp, #28]\n"                                                                                    \
      "add r9, r8, r12\n"                                                                                       \
      "subs r12, #32\n"                                                                                         \
      "blt 2f\n"                                                                                                \
      "1:\n" OCTET_EIGHTS OCTET_EIGHTS OCTET_EIGHTS OCTET_EIGHTS                                                \
      "subs r12, #32\n"                                                                                         \
      "bge 1b\n"                                                                                                \
      "2: adds r12, #32\n"                                                                                      \
      "beq 4f\n"                                                                                                \
      "3: ldm r7!, {r0, r1}\n"                                                                                  \
      "ldr r4, [r8], #4\n" OCTET_TWO("r10")                                                                     \
      "ldr r4, [r9], #4\n" OCTET_TWO("r11")                                                                     \
      "subs r12, #4\n"                                                                                          \
      "bne 3b\n"                                                                                                \
      "4: mov r8, r9\n"                                                                                         \
      "ldrd r0, r1, [sp, #4]\n"                                                                                 \
      "add r0, r1\n"                                                                                            \
      "ldm r0, {r2, r3}\n"                                                                                      \
      "ldrd r4, r5, [sp, #12]\n"                                                                                \
      "ldrb r0, [r4], #1\n"                                                                                     \
      "ldrb r1, [r4], #1\n"                                                                                     \
      "str r4, [sp, #12]\n"                                                                                     \
      "ldr r6, [sp, #20]\n" OCTET_OUTPUT_##rounding("r10", "r2", "r0")                                          \
          OCTET_OUTPUT_##rounding("r11", "r3", "r1")                                                            \
      "str r6, [sp, #20]\n"                                                                                     \
      "ldr r0, [sp, #24]\n"                                                                                     \
      "cmp r6, r0\n"                                                                                              \
      "bne 0b\n"                                                                                                \
      "add sp, #32\n"                                                                                           \
      : "+r"(start)                                                                                             \
      :                                                                                                         \
      : "r1", "r2", "r3", "r4", "r5", "r6", "r7", "r8", "r9", "r10", "r11", "r12", "cc", "memory")

/// Outputs two at a time, all of them short; returns how many those are.
static inline __attribute__((always_inline)) size_t octet_pair_write_pairs(const uint32_t *row, size_t count,
                                                                           const int8_t *weights,
                                                                           const octet_output *output, size_t outputs,
                                                                           int8_t *target, const int rounding) {
  const octet_pair_outputs pairs = {
      row, output->bias, (const char *)output->multipliers - (const char *)(output->bias + 2), output->shifts,
      2 * output->zero_point + 1, target, target + (outputs & ~(size_t)1), count, weights};
  register const void *start __asm__("r0") = &pairs;
  if (rounding == octet_half_up) {
    OCTET_WRITE_ALL(0);
  } else if (rounding == octet_twice) {
    OCTET_WRITE_ALL(1);
  } else if (rounding == octet_away) {
    OCTET_WRITE_ALL(2);
  } else {
    OCTET_WRITE_ALL(3);
  }
  return outputs & ~(size_t)1;
}

#undef OCTET_TWO
#undef OCTET_EIGHT
#undef OCTET_EIGHTS
#undef OCTET_OUTPUT_0
#undef OCTET_OUTPUT_1
#undef OCTET_OUTPUT_2
#undef OCTET_OUTPUT_3
#undef OCTET_STORE
#undef OCTET_WRITE_ALL

#endif

/// Writes outputs of -128 to 127 from a widened row of `count` values; the weights of outputs are `count` bytes apart.
static inline __attribute__((always_inline)) void octet_pair_multiply_row(const uint32_t *row, size_t count,
                                                                          const int8_t *weights,
                                                                          const octet_output *output, size_t outputs,
                                                                          int8_t *target, const int rounding) {
  size_t channel = 0;
#ifdef OCTET_HAS_PAIR_INSTRUCTIONS
  // Loads of two words at once want a multiple of 4.
  if (outputs > 1 && (((uintptr_t)weights | count) & 3) == 0 && octet_pair_are_short(output->shifts, outputs))
    channel = octet_pair_write_pairs(row, count, weights, output, outputs, target, rounding);
#endif
  weights += channel * count;
  for (; channel < outputs; channel++, weights += count)
    octet_pair_write(output, octet_pair_fold_one(row, count, weights, output->bias[channel]), channel,
                     target + channel, rounding);
}

static __attribute__((noinline, unused)) void octet_pair_multiply_row_half_up(const uint32_t *row, size_t count,
                                                                              const int8_t *weights,
                                                                              const octet_output *output,
                                                                              size_t outputs, int8_t *target) {
  octet_pair_multiply_row(row, count, weights, output, outputs, target, 0);
}

static __attribute__((noinline, unused)) void octet_pair_multiply_row_twice(const uint32_t *row, size_t count,
                                                                            const int8_t *weights,
                                                                            const octet_output *output,
                                                                            size_t outputs, int8_t *target) {
  octet_pair_multiply_row(row, count, weights, output, outputs, target, 1);
}

static __attribute__((noinline, unused)) void octet_pair_multiply_row_away(const uint32_t *row, size_t count,
                                                                           const int8_t *weights,
                                                                           const octet_output *output,
                                                                           size_t outputs, int8_t *target) {
  octet_pair_multiply_row(row, count, weights, output, outputs, target, 2);
}

static __attribute__((noinline, unused)) void octet_pair_multiply_row_twice_above(const uint32_t *row, size_t count,
                                                                                  const int8_t *weights,
                                                                                  const octet_output *output,
                                                                                  size_t outputs, int8_t *target) {
  octet_pair_multiply_row(row, count, weights, output, outputs, target, octet_twice_above);
}
