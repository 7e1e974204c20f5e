// The inner loops of chips with DSP instructions for weights of four bits, which are taken apart as they are read: two
// to a byte, the first in the lower half, each output's weights from a byte of their own.
//
// A word has eight weights. Its bytes with the lower halves cleared are the odd ones times 16, and those of the word
// shifted left by 4 the even ones times 16; so SXTB16 takes pairs 1, 5 and 3, 7 and 0, 4 and 2, 6 apart, and values lie
// in that order. Sums are 16 times too large: at most 16 * 8 * 128 for each weight, which is what the loader has proved
// to fit for weights of a byte.
#pragma once

#include "PairPatch.h"

/// The upper half of each byte.
#define OCTET_UPPER_HALVES 0xf0f0f0f0u

/// Half a word's place of value `place` of the first pixel, in a patch of eights for so many pixels.
static inline size_t octet_half_place(size_t place, size_t pixels) {
  const size_t pair = (place & 1 ? 0 : 2) + (place >> 1 & 1);
  return ((place >> 3) * 4 + pair) * 2 * pixels + (place >> 2 & 1);
}

/// Eight values of a pixel into its four words, which are `step` apart.
static inline void octet_pair_put_eight(uint32_t *target, size_t step, const int8_t *values) {
  const uint32_t first = octet_load_word(values), second = octet_load_word(values + 4);
  const uint32_t a = octet_even_pair(first), b = octet_even_pair(second);
  const uint32_t c = octet_odd_pair(first), d = octet_odd_pair(second);
  target[0] = (c & 0xffff) | d << 16;
  target[step] = c >> 16 | (d & 0xffff0000);
  target[2 * step] = (a & 0xffff) | b << 16;
  target[3 * step] = a >> 16 | (b & 0xffff0000);
}

/// Puts values `index` to `index + count - 1` of four pixels into a patch. The values of an eight beyond the last one
/// must have been cleared.
static __attribute__((noinline, unused)) void octet_pair_gather_eights(uint32_t *patch, size_t index,
                                                                       const int8_t *const pixels[4],
                                                                       size_t count) {
  size_t done = 0;
  while (done < count) {
    const size_t place = index + done;
    if ((place & 7) == 0 && count - done >= 8) {
      const size_t eights = (count - done) >> 3;
      for (int pixel = 0; pixel < 4; pixel++) {
        uint32_t *target = patch + 2 * place + pixel;
        const int8_t *source = pixels[pixel] + done;
        for (size_t left = eights; left > 0; left--, target += 16, source += 8)
          octet_pair_put_eight(target, 4, source);
      }
      done += eights * 8;
      continue;
    }
    octet_half_word *target = (octet_half_word *)patch + octet_half_place(place, 4);
    target[0] = pixels[0][done];
    target[2] = pixels[1][done];
    target[4] = pixels[2][done];
    target[6] = pixels[3][done];
    done++;
  }
}

/// Eight weights and eight values of each pixel.
static inline void octet_pair_add_eight(const uint32_t *values, uint32_t word, int32_t *sums) {
  const uint32_t odd = word & OCTET_UPPER_HALVES, even = word << 4 & OCTET_UPPER_HALVES;
  for (int pixel = 0; pixel < 4; pixel++) {
    sums[pixel] = octet_add_products(values[pixel], octet_even_pair(odd), sums[pixel]);
    sums[pixel] = octet_add_products(values[4 + pixel], octet_odd_pair(odd), sums[pixel]);
    sums[pixel] = octet_add_products(values[8 + pixel], octet_even_pair(even), sums[pixel]);
    sums[pixel] = octet_add_products(values[12 + pixel], octet_odd_pair(even), sums[pixel]);
  }
}

#ifdef OCTET_HAS_PAIR_INSTRUCTIONS

// The same in 29 instructions for 32 multiply-adds; weights are loaded twice, as no register is left to keep them.
#define OCTET_PAIRS(rotation)                  \
  "ldm %[values]!, {r0, r1, r2, r3}\n"         \
  "sxtb16 %[pair], %[word]" rotation "\n"      \
  "smlad %[s0], r0, %[pair], %[s0]\n"          \
  "smlad %[s1], r1, %[pair], %[s1]\n"          \
  "smlad %[s2], r2, %[pair], %[s2]\n"          \
  "smlad %[s3], r3, %[pair], %[s3]\n"
#define OCTET_EIGHT                            \
  "ldr %[word], [%[w]]\n"                      \
  "and %[word], %[word], #0xf0f0f0f0\n"        \
  OCTET_PAIRS("") OCTET_PAIRS(", ror #8")      \
  "ldr %[word], [%[w]], #4\n"                  \
  "lsl %[word], %[word], #4\n"                 \
  "and %[word], %[word], #0xf0f0f0f0\n"        \
  OCTET_PAIRS("") OCTET_PAIRS(", ror #8")

/// `eights` times eight weights, two at a time and then what is left, into sums that start at 0.
static inline __attribute__((always_inline)) void octet_pair_sum_halves(const uint32_t *values, const int8_t *weights,
                                                                        size_t eights, int32_t *sums) {
  int32_t s0, s1, s2, s3;
  uint32_t word, pair;
  __asm__ volatile(
      "movs %[s0], #0\n"
      "movs %[s1], #0\n"
      "movs %[s2], #0\n"
      "movs %[s3], #0\n"
      "subs %[left], #2\n"
      "blt 2f\n"
      "1:\n" OCTET_EIGHT OCTET_EIGHT
      "subs %[left], #2\n"
      "bge 1b\n"
      "2: lsls %[word], %[left], #31\n"
      "beq 4f\n" OCTET_EIGHT
      "4:\n"
      : [s0] "=&r"(s0), [s1] "=&r"(s1), [s2] "=&r"(s2), [s3] "=&r"(s3), [values] "+r"(values), [w] "+r"(weights),
        [left] "+r"(eights), [word] "=&r"(word), [pair] "=&r"(pair)
      :
      : "r0", "r1", "r2", "r3", "cc", "memory");
  sums[0] = s0;
  sums[1] = s1;
  sums[2] = s2;
  sums[3] = s3;
}

#undef OCTET_PAIRS
#undef OCTET_EIGHT

#else

static inline void octet_pair_sum_halves(const uint32_t *values, const int8_t *weights, size_t eights, int32_t *sums) {
  sums[0] = sums[1] = sums[2] = sums[3] = 0;
  for (; eights > 0; eights--, weights += 4, values += 16)
    octet_pair_add_eight(values, octet_load_word(weights), sums);
}

#endif

/// As octet_pair_multiply, of a patch in eights.
static __attribute__((noinline, unused)) void octet_pair_multiply_halves(const uint32_t *patch, const int8_t *weights,
                                                                         size_t depth, size_t channels,
                                                                         const int8_t *end, int32_t *sums) {
  const size_t rounded = (depth + 7) >> 3, whole = depth >> 3, line = (depth + 1) >> 1;
  for (; channels > 0; channels--, weights += line, sums += 4) {
    // What the patch holds beyond its depth is zero, so the weights there, of the next channel, do not matter.
    if ((size_t)(end - weights) >= 4 * rounded) {
      octet_pair_sum_halves(patch, weights, rounded, sums);
    } else {
      octet_pair_sum_halves(patch, weights, whole, sums);
      octet_pair_add_eight(patch + 16 * whole, octet_load_rest(weights + 4 * whole, line - 4 * whole), sums);
    }
    for (int pixel = 0; pixel < 4; pixel++) sums[pixel] >>= 4;
  }
}

/// A row of values for dense layers, in eights.
static inline void octet_pair_widen_eights(uint32_t *row, const int8_t *values, size_t count) {
  for (; count >= 8; count -= 8, values += 8, row += 4) octet_pair_put_eight(row, 1, values);
  if (count > 0) {
    int8_t last[8] = {0};
    for (size_t i = 0; i < count; i++) last[i] = values[i];
    octet_pair_put_eight(row, 1, last);
  }
}

/// Eight values and eight weights.
static inline int32_t octet_pair_fold_eight(const uint32_t *row, uint32_t word, int32_t sum) {
  const uint32_t odd = word & OCTET_UPPER_HALVES, even = word << 4 & OCTET_UPPER_HALVES;
  sum = octet_add_products(row[0], octet_even_pair(odd), sum);
  sum = octet_add_products(row[1], octet_odd_pair(odd), sum);
  sum = octet_add_products(row[2], octet_even_pair(even), sum);
  return octet_add_products(row[3], octet_odd_pair(even), sum);
}

/// As octet_pair_fold, of a row in eights; the weights of outputs are `stride` bytes apart.
static __attribute__((noinline, unused)) void octet_pair_fold_halves(const uint32_t *row, size_t count,
                                                                     const int8_t *weights, size_t stride,
                                                                     size_t outputs, int32_t *sums) {
  const size_t whole = count >> 3, rest = (count & 7) == 0 ? 0 : ((count + 1) >> 1) - 4 * whole;
  while (outputs > 0) {
    // Two outputs for one load of the values; an odd one's products are made twice, and kept once.
    const size_t step = outputs > 1 ? 1 : 0;
    const int8_t *a = weights, *b = weights + step * stride;
    const uint32_t *values = row;
    int32_t first = 0, second = 0;
    for (size_t left = whole; left > 0; left--, values += 4, a += 4, b += 4) {
      first = octet_pair_fold_eight(values, octet_load_word(a), first);
      second = octet_pair_fold_eight(values, octet_load_word(b), second);
    }
    if (rest > 0) {
      first = octet_pair_fold_eight(values, rest == 4 ? octet_load_word(a) : octet_load_rest(a, rest), first);
      second = octet_pair_fold_eight(values, rest == 4 ? octet_load_word(b) : octet_load_rest(b, rest), second);
    }
    sums[0] = (int32_t)((uint32_t)sums[0] + (uint32_t)(first >> 4));
    if (step > 0) sums[1] = (int32_t)((uint32_t)sums[1] + (uint32_t)(second >> 4));
    outputs -= 1 + step;
    sums += 1 + step;
    weights += (1 + step) * stride;
  }
}
