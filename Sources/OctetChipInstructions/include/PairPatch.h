// Patches of four pixels as pairs of 16 bits, for chips that multiply two pairs and add in one instruction (SMLAD).
//
// Values come in fours. Of each four and each pixel there is a word with values 0 and 2 and one with values 1 and 3,
// because that is how SXTB16 takes a word of four weights apart:
//
//   p0(0,2) p1(0,2) p2(0,2) p3(0,2) p0(1,3) p1(1,3) p2(1,3) p3(1,3)
//
// So one load of a word of weights and two of four words each feed 16 multiply-adds, and a patch is taken apart once
// for all output channels.
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "Compiler.h"

#if defined(__ARM_FEATURE_DSP) && defined(__thumb2__)
#define OCTET_HAS_PAIR_INSTRUCTIONS 1
#include <arm_acle.h>
#endif

/// Half of a word, which compilers must expect in words.
typedef int16_t __attribute__((may_alias)) octet_half_word;

/// Four bytes from anywhere.
static inline uint32_t octet_load_word(const void *place) {
  uint32_t word;
  __builtin_memcpy(&word, place, 4);
  return word;
}

/// Bytes 0 and 2 as 16 bits each.
static inline uint32_t octet_even_pair(uint32_t word) {
#ifdef OCTET_HAS_PAIR_INSTRUCTIONS
  return (uint32_t)__sxtb16((int8x4_t)word);
#else
  return (uint16_t)(int8_t)word | (uint32_t)(int8_t)(word >> 16) << 16;
#endif
}

/// Bytes 1 and 3 as 16 bits each.
static inline uint32_t octet_odd_pair(uint32_t word) { return octet_even_pair(word >> 8 | word << 24); }

/// Adds the products of two pairs.
static inline int32_t octet_add_products(uint32_t a, uint32_t b, int32_t sum) {
#ifdef OCTET_HAS_PAIR_INSTRUCTIONS
  return __smlad((int16x2_t)a, (int16x2_t)b, sum);
#else
  const int32_t low = (int16_t)a * (int16_t)b, high = (int16_t)(a >> 16) * (int16_t)(b >> 16);
  return (int32_t)((uint32_t)sum + (uint32_t)low + (uint32_t)high);
#endif
}

/// The last 1 to 3 bytes before `end` of a run, zero bytes after them. `count` of them.
static inline uint32_t octet_load_rest(const int8_t *place, size_t count) {
  uint32_t word = (uint8_t)place[0];
  if (count > 1) word |= (uint32_t)(uint8_t)place[1] << 8;
  if (count > 2) word |= (uint32_t)(uint8_t)place[2] << 16;
  return word;
}

/// Puts values `index` to `index + count - 1` of four pixels into a patch. The values of a four beyond the last one
/// must have been cleared.
static __attribute__((noinline, unused)) void octet_pair_gather(uint32_t *patch, size_t index,
                                                                const int8_t *const pixels[4], size_t count) {
  size_t done = 0;
  if ((index & 3) == 0) {
    for (int pixel = 0; pixel < 4; pixel++) {
      uint32_t *target = patch + 2 * index + pixel;
      const int8_t *source = pixels[pixel];
      for (size_t left = count >> 2; left > 0; left--, target += 8, source += 4) {
        const uint32_t word = octet_load_word(source);
        target[0] = octet_even_pair(word);
        target[4] = octet_odd_pair(word);
      }
    }
    done = count & ~(size_t)3;
  }
  for (; done < count; done++) {
    const size_t place = index + done;
    octet_half_word *target = (octet_half_word *)patch + (place >> 2) * 16 + (place & 1) * 8 + (place >> 1 & 1);
    target[0] = pixels[0][done];
    target[2] = pixels[1][done];
    target[4] = pixels[2][done];
    target[6] = pixels[3][done];
  }
}

/// Four weights and four values of each pixel.
static inline void octet_pair_add_four(const uint32_t *values, uint32_t word, int32_t *sums) {
  const uint32_t even = octet_even_pair(word), odd = octet_odd_pair(word);
  for (int pixel = 0; pixel < 4; pixel++) {
    sums[pixel] = octet_add_products(values[pixel], even, sums[pixel]);
    sums[pixel] = octet_add_products(values[4 + pixel], odd, sums[pixel]);
  }
}

#ifdef OCTET_HAS_PAIR_INSTRUCTIONS

// The same in 13 instructions for 16 multiply-adds. r0 to r3 hold the values because a load of several registers
// wants them in order.
#define OCTET_FOUR                     \
  "ldr %[word], [%[w]], #4\n"          \
  "ldm %[values]!, {r0, r1, r2, r3}\n" \
  "sxtb16 %[pair], %[word]\n"          \
  "smlad %[s0], r0, %[pair], %[s0]\n"  \
  "smlad %[s1], r1, %[pair], %[s1]\n"  \
  "smlad %[s2], r2, %[pair], %[s2]\n"  \
  "smlad %[s3], r3, %[pair], %[s3]\n"  \
  "ldm %[values]!, {r0, r1, r2, r3}\n" \
  "sxtb16 %[pair], %[word], ror #8\n"  \
  "smlad %[s0], r0, %[pair], %[s0]\n"  \
  "smlad %[s1], r1, %[pair], %[s1]\n"  \
  "smlad %[s2], r2, %[pair], %[s2]\n"  \
  "smlad %[s3], r3, %[pair], %[s3]\n"

/// `fours` times four weights, sixteen at a time and then what is left, into sums that start at 0.
static inline __attribute__((always_inline)) void octet_pair_sum(const uint32_t *values, const int8_t *weights,
                                                                 size_t fours, int32_t *sums) {
  int32_t s0, s1, s2, s3;
  uint32_t word, pair;
  __asm__ volatile(
      "movs %[s0], #0\n"
      "movs %[s1], #0\n"
      "movs %[s2], #0\n"
      "movs %[s3], #0\n"
      "subs %[left], #4\n"
      "blt 2f\n"
      "1:\n" OCTET_FOUR OCTET_FOUR OCTET_FOUR OCTET_FOUR
      "subs %[left], #4\n"
      "bge 1b\n"
      "2: lsls %[word], %[left], #30\n"
      "bpl 3f\n" OCTET_FOUR OCTET_FOUR
      "3: lsls %[word], %[left], #31\n"
      "beq 4f\n" OCTET_FOUR
      "4:\n"
      : [s0] "=&r"(s0), [s1] "=&r"(s1), [s2] "=&r"(s2), [s3] "=&r"(s3), [values] "+r"(values), [w] "+r"(weights),
        [left] "+r"(fours), [word] "=&r"(word), [pair] "=&r"(pair)
      :
      : "r0", "r1", "r2", "r3", "cc", "memory");
  sums[0] = s0;
  sums[1] = s1;
  sums[2] = s2;
  sums[3] = s3;
}

#undef OCTET_FOUR

#else

static inline void octet_pair_sum(const uint32_t *values, const int8_t *weights, size_t fours, int32_t *sums) {
  sums[0] = sums[1] = sums[2] = sums[3] = 0;
  for (; fours > 0; fours--, weights += 4, values += 8) octet_pair_add_four(values, octet_load_word(weights), sums);
}

#endif

/// Multiplies a patch of `depth` values with the weights of `channels` outputs, one after the other, into four sums for
/// each.
///
/// - end: where weights that may be read end; after the last weight here, or later.
static __attribute__((noinline, unused)) void octet_pair_multiply(const uint32_t *patch, const int8_t *weights,
                                                                  size_t depth,
                                                                  size_t channels, const int8_t *end, int32_t *sums) {
  const size_t rounded = (depth + 3) >> 2;
  // What the patch holds beyond its depth is zero, so the weights there, of the next channel, do not matter.
  for (; channels > 0 && (size_t)(end - weights) >= 4 * rounded; channels--, weights += depth, sums += 4)
    octet_pair_sum(patch, weights, rounded, sums);
  // The last weights of the layer, if they do not fill a word.
  for (; channels > 0; channels--, weights += depth, sums += 4) {
    const size_t whole = depth & ~(size_t)3;
    octet_pair_sum(patch, weights, whole >> 2, sums);
    octet_pair_add_four(patch + 2 * whole, octet_load_rest(weights + whole, depth - whole), sums);
  }
}

/// A row of values for dense layers: of each four values, the pair 0, 2 and the pair 1, 3.
static inline void octet_pair_widen(uint32_t *row, const int8_t *values, size_t count) {
  for (; count >= 4; count -= 4, values += 4, row += 2) {
    const uint32_t word = octet_load_word(values);
    row[0] = octet_even_pair(word);
    row[1] = octet_odd_pair(word);
  }
  if (count > 0) {
    const uint32_t word = octet_load_rest(values, count);
    row[0] = octet_even_pair(word);
    row[1] = octet_odd_pair(word);
  }
}

/// One output: adds the products of a widened row and `count` weights to a sum.
static inline int32_t octet_pair_fold_one(const uint32_t *row, size_t count, const int8_t *weights, int32_t sum) {
  for (; count >= 4; count -= 4, row += 2, weights += 4) {
    const uint32_t word = octet_load_word(weights);
    sum = octet_add_products(row[0], octet_even_pair(word), sum);
    sum = octet_add_products(row[1], octet_odd_pair(word), sum);
  }
  if (count > 0) {
    const uint32_t word = octet_load_rest(weights, count);
    sum = octet_add_products(row[0], octet_even_pair(word), sum);
    sum = octet_add_products(row[1], octet_odd_pair(word), sum);
  }
  return sum;
}

#ifdef OCTET_HAS_PAIR_INSTRUCTIONS

// Eight weights of each of two outputs: 19 instructions for 16 multiply-adds.
#define OCTET_EIGHT                        \
  "ldm %[values]!, {r0, r1, r2, r3}\n"     \
  "ldrd r4, r5, [%[a]], #8\n"              \
  "sxtb16 %[pair], r4\n"                   \
  "smlad %[s0], r0, %[pair], %[s0]\n"      \
  "sxtb16 r4, r4, ror #8\n"                \
  "smlad %[s0], r1, r4, %[s0]\n"           \
  "sxtb16 %[pair], r5\n"                   \
  "smlad %[s0], r2, %[pair], %[s0]\n"      \
  "sxtb16 r5, r5, ror #8\n"                \
  "smlad %[s0], r3, r5, %[s0]\n"           \
  "ldrd r4, r5, [%[b]], #8\n"              \
  "sxtb16 %[pair], r4\n"                   \
  "smlad %[s1], r0, %[pair], %[s1]\n"      \
  "sxtb16 r4, r4, ror #8\n"                \
  "smlad %[s1], r1, r4, %[s1]\n"           \
  "sxtb16 %[pair], r5\n"                   \
  "smlad %[s1], r2, %[pair], %[s1]\n"      \
  "sxtb16 r5, r5, ror #8\n"                \
  "smlad %[s1], r3, r5, %[s1]\n"

// Four weights of each of two outputs.
#define OCTET_REST                      \
  "ldm %[values]!, {r0, r1}\n"          \
  "ldr r4, [%[a]], #4\n"                \
  "sxtb16 %[pair], r4\n"                \
  "smlad %[s0], r0, %[pair], %[s0]\n"   \
  "sxtb16 r4, r4, ror #8\n"             \
  "smlad %[s0], r1, r4, %[s0]\n"        \
  "ldr r5, [%[b]], #4\n"                \
  "sxtb16 %[pair], r5\n"                \
  "smlad %[s1], r0, %[pair], %[s1]\n"   \
  "sxtb16 r5, r5, ror #8\n"             \
  "smlad %[s1], r1, r5, %[s1]\n"

/// Two outputs whose weights start at multiples of 4; `count`, a multiple of 4, weights of each.
static inline __attribute__((always_inline)) void octet_pair_fold_two(const uint32_t *values, size_t count,
                                                                      const int8_t *a, const int8_t *b, int32_t *sums) {
  int32_t s0 = sums[0], s1 = sums[1];
  uint32_t pair;
  __asm__ volatile(
      "subs %[left], #16\n"
      "blt 2f\n"
      "1:\n" OCTET_EIGHT OCTET_EIGHT
      "subs %[left], #16\n"
      "bge 1b\n"
      "2: lsls %[pair], %[left], #28\n"
      "bpl 3f\n" OCTET_EIGHT
      "3: lsls %[pair], %[left], #29\n"
      "bpl 4f\n" OCTET_REST
      "4:\n"
      : [s0] "+r"(s0), [s1] "+r"(s1), [values] "+r"(values), [a] "+r"(a), [b] "+r"(b), [left] "+r"(count),
        [pair] "=&r"(pair)
      :
      : "r0", "r1", "r2", "r3", "r4", "r5", "cc", "memory");
  sums[0] = s0;
  sums[1] = s1;
}

#undef OCTET_EIGHT
#undef OCTET_REST

#endif

/// Adds the products of a widened row and the weights of `outputs` outputs, which are `stride` apart, to the sums.
static __attribute__((noinline, unused)) void octet_pair_fold(const uint32_t *row, size_t count,
                                                              const int8_t *weights, size_t stride, size_t outputs,
                                   int32_t *sums) {
#ifdef OCTET_HAS_PAIR_INSTRUCTIONS
  // Loads of two words at once want a multiple of 4.
  if ((((uintptr_t)weights | stride | count) & 3) == 0) {
    for (; outputs >= 2; outputs -= 2, sums += 2, weights += 2 * stride)
      octet_pair_fold_two(row, count, weights, weights + stride, sums);
  }
#endif
  for (; outputs > 0; outputs--, sums++, weights += stride) *sums = octet_pair_fold_one(row, count, weights, *sums);
}
