// Patches of four pixels as pairs of 16 bits, for chips that multiply two pairs and add in one instruction (SMLAD).
//
// Values come in fours. Of each four and each pixel there is a word with values 0 and 2 and one with values 1 and 3, because that is
// how SXTB16 takes a word of four weights apart:
//
//   p0(0,2) p1(0,2) p2(0,2) p3(0,2) p0(1,3) p1(1,3) p2(1,3) p3(1,3)
//
// So one load of a word of weights and two of four words each feed 16 multiply-adds, and a patch is taken apart once for all
// output channels.
#pragma once

#include <stddef.h>
#include <stdint.h>

#if defined(__ARM_FEATURE_DSP) && defined(__thumb2__)
#define OCTET_HAS_PAIR_INSTRUCTIONS 1
#include <arm_acle.h>
#endif

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

/// Puts values `index` to `index + count - 1` of four pixels into a patch. The values of a four beyond the last one must
/// have been cleared.
static inline void octet_pair_gather(uint32_t *patch, size_t index, const int8_t *const pixels[4], size_t count) {
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
    int16_t *target = (int16_t *)patch + (place >> 2) * 16 + (place & 1) * 8 + (place >> 1 & 1);
    target[0] = pixels[0][done];
    target[2] = pixels[1][done];
    target[4] = pixels[2][done];
    target[6] = pixels[3][done];
  }
}

/// Multiplies a patch of `depth` values with the weights of `channels` outputs, one after the other, into four sums for each.
///
/// - end: where weights that may be read end; after the last weight here, or later.
static inline void octet_pair_multiply(const uint32_t *patch, const int8_t *weights, size_t depth, size_t channels,
                                       const int8_t *end, int32_t *sums) {
  for (; channels > 0; channels--, sums += 4) {
    int32_t s0 = 0, s1 = 0, s2 = 0, s3 = 0;
    const uint32_t *values = patch;
    const int8_t *w = weights;
    weights += depth;
#ifdef OCTET_HAS_PAIR_INSTRUCTIONS
#define OCTET_FOUR                           \
  "ldr %[word], [%[w]], #4\n"                \
  "ldm %[values]!, {r0, r1, r2, r3}\n"       \
  "sxtb16 %[pair], %[word]\n"                \
  "smlad %[s0], r0, %[pair], %[s0]\n"        \
  "smlad %[s1], r1, %[pair], %[s1]\n"        \
  "smlad %[s2], r2, %[pair], %[s2]\n"        \
  "smlad %[s3], r3, %[pair], %[s3]\n"        \
  "ldm %[values]!, {r0, r1, r2, r3}\n"       \
  "sxtb16 %[pair], %[word], ror #8\n"        \
  "smlad %[s0], r0, %[pair], %[s0]\n"        \
  "smlad %[s1], r1, %[pair], %[s1]\n"        \
  "smlad %[s2], r2, %[pair], %[s2]\n"        \
  "smlad %[s3], r3, %[pair], %[s3]\n"
    size_t fours = depth >> 4;
    uint32_t word, pair;
    if (fours > 0) {
      __asm__ volatile("1:\n" OCTET_FOUR OCTET_FOUR OCTET_FOUR OCTET_FOUR "subs %[fours], #1\n"
                       "bne 1b\n"
                       : [s0] "+r"(s0), [s1] "+r"(s1), [s2] "+r"(s2), [s3] "+r"(s3), [values] "+r"(values),
                         [w] "+r"(w), [fours] "+r"(fours), [word] "=&r"(word), [pair] "=&r"(pair)
                       :
                       : "r0", "r1", "r2", "r3", "cc", "memory");
    }
    fours = depth >> 2 & 3;
    if (fours > 0) {
      __asm__ volatile("1:\n" OCTET_FOUR "subs %[fours], #1\n"
                       "bne 1b\n"
                       : [s0] "+r"(s0), [s1] "+r"(s1), [s2] "+r"(s2), [s3] "+r"(s3), [values] "+r"(values),
                         [w] "+r"(w), [fours] "+r"(fours), [word] "=&r"(word), [pair] "=&r"(pair)
                       :
                       : "r0", "r1", "r2", "r3", "cc", "memory");
    }
#undef OCTET_FOUR
    const size_t whole = 0;
#else
    const size_t whole = depth >> 2;
#endif
    const size_t rest = depth & 3;
    for (size_t left = whole + (rest > 0); left > 0; left--, values += 8, w += 4) {
      // What the patch holds beyond its depth is zero, so the weights there do not matter.
      const uint32_t four = end - w >= 4 ? octet_load_word(w) : octet_load_rest(w, rest);
      const uint32_t even = octet_even_pair(four), odd = octet_odd_pair(four);
      s0 = octet_add_products(values[4], odd, octet_add_products(values[0], even, s0));
      s1 = octet_add_products(values[5], odd, octet_add_products(values[1], even, s1));
      s2 = octet_add_products(values[6], odd, octet_add_products(values[2], even, s2));
      s3 = octet_add_products(values[7], odd, octet_add_products(values[3], even, s3));
    }
    sums[0] = s0;
    sums[1] = s1;
    sums[2] = s2;
    sums[3] = s3;
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

/// Adds the products of a widened row and the weights of `outputs` outputs, which are `stride` apart, to the sums.
static inline void octet_pair_fold(const uint32_t *row, size_t count, const int8_t *weights, size_t stride, size_t outputs,
                                   int32_t *sums) {
  for (; outputs > 0; outputs--, sums++, weights += stride) {
    int32_t sum = *sums;
    const uint32_t *values = row;
    const int8_t *w = weights;
    size_t left = count >> 3;
#ifdef OCTET_HAS_PAIR_INSTRUCTIONS
    if (left > 0 && ((uintptr_t)w & 3) == 0) {
      uint32_t pair;
      // Eight weights in two words, eight values in four.
      __asm__ volatile(
          "1: ldm %[values]!, {r0, r1, r2, r3}\n"
          "ldm %[w]!, {r4, r5}\n"
          "sxtb16 %[pair], r4\n"
          "smlad %[sum], r0, %[pair], %[sum]\n"
          "sxtb16 r4, r4, ror #8\n"
          "smlad %[sum], r1, r4, %[sum]\n"
          "sxtb16 %[pair], r5\n"
          "smlad %[sum], r2, %[pair], %[sum]\n"
          "sxtb16 r5, r5, ror #8\n"
          "smlad %[sum], r3, r5, %[sum]\n"
          "subs %[left], #1\n"
          "bne 1b\n"
          : [sum] "+r"(sum), [values] "+r"(values), [w] "+r"(w), [left] "+r"(left), [pair] "=&r"(pair)
          :
          : "r0", "r1", "r2", "r3", "r4", "r5", "cc", "memory");
    }
#endif
    for (left = (left << 1) + (count >> 2 & 1); left > 0; left--, values += 2, w += 4) {
      const uint32_t word = octet_load_word(w);
      sum = octet_add_products(values[0], octet_even_pair(word), sum);
      sum = octet_add_products(values[1], octet_odd_pair(word), sum);
    }
    if (count & 3) {
      const uint32_t word = octet_load_rest(w, count & 3);
      sum = octet_add_products(values[0], octet_even_pair(word), sum);
      sum = octet_add_products(values[1], octet_odd_pair(word), sum);
    }
    *sums = sum;
  }
}
