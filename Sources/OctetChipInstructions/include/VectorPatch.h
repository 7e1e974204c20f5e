// Patches of four pixels as vectors of 16 bytes, for chips that multiply and add 16 pairs of bytes in one instruction
// (VMLADAV of Arm's M-profile vector extension, in the Cortex-M55 and M85).
//
// Values come in sixteens: those of pixel 0, then of pixel 1, 2 and 3, then the next sixteen of each. A vector of
// weights is loaded once for the four pixels, so 9 instructions do 64 multiply-adds.
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "Compiler.h"

#if defined(__ARM_FEATURE_MVE)
#include <arm_mve.h>

typedef int8x16_t octet_vector;

static inline octet_vector octet_vector_load(const int8_t *place) { return vldrbq_s8(place); }

/// The first `count` bytes, zeros after them; nothing beyond is read.
static inline octet_vector octet_vector_load_some(const int8_t *place, size_t count) {
  return vldrbq_z_s8(place, vctp8q((uint32_t)count));
}

/// Writes the first `count` bytes.
static inline void octet_vector_store_some(int8_t *place, octet_vector vector, size_t count) {
  vstrbq_p_s8(place, vector, vctp8q((uint32_t)count));
}

static inline int32_t octet_vector_add_products(octet_vector a, octet_vector b, int32_t sum) {
  return vmladavaq_s8(sum, a, b);
}

#else

typedef struct {
  int8_t lanes[16];
} octet_vector;

static inline octet_vector octet_vector_load_some(const int8_t *place, size_t count) {
  octet_vector vector;
  for (size_t lane = 0; lane < 16; lane++) vector.lanes[lane] = lane < count ? place[lane] : 0;
  return vector;
}

static inline octet_vector octet_vector_load(const int8_t *place) { return octet_vector_load_some(place, 16); }

static inline void octet_vector_store_some(int8_t *place, octet_vector vector, size_t count) {
  for (size_t lane = 0; lane < 16 && lane < count; lane++) place[lane] = vector.lanes[lane];
}

static inline int32_t octet_vector_add_products(octet_vector a, octet_vector b, int32_t sum) {
  for (size_t lane = 0; lane < 16; lane++) sum = (int32_t)((uint32_t)sum + (uint32_t)(a.lanes[lane] * b.lanes[lane]));
  return sum;
}

#endif

/// Puts values `index` to `index + count - 1` of four pixels into a patch.
static __attribute__((noinline, unused)) void octet_vector_gather(int8_t *patch, size_t index,
                                                                  const int8_t *const pixels[4], size_t count) {
  size_t done = 0;
  while (done < count) {
    const size_t place = index + done, lane = place & 15;
    const size_t room = 16 - lane, some = count - done < room ? count - done : room;
    int8_t *target = patch + (place - lane) * 4 + lane;
    for (int pixel = 0; pixel < 4; pixel++)
      octet_vector_store_some(target + 16 * pixel, octet_vector_load_some(pixels[pixel] + done, some), some);
    done += some;
  }
}

/// Multiplies a patch of `depth` values with the weights of `channels` outputs, one after the other, into four sums for
/// each.
static __attribute__((noinline, unused)) void octet_vector_multiply(const int8_t *patch, const int8_t *weights,
                                                                    size_t depth, size_t channels, int32_t *sums) {
  const size_t whole = depth >> 4, rest = depth & 15;
  // A patch of one vector, such as that of a 3x3 window over a gray image, stays in registers.
  if (whole == 0) {
    const octet_vector p0 = octet_vector_load(patch), p1 = octet_vector_load(patch + 16);
    const octet_vector p2 = octet_vector_load(patch + 32), p3 = octet_vector_load(patch + 48);
    for (; channels > 0; channels--, sums += 4, weights += rest) {
      const octet_vector weight = octet_vector_load_some(weights, rest);
      sums[0] = octet_vector_add_products(p0, weight, 0);
      sums[1] = octet_vector_add_products(p1, weight, 0);
      sums[2] = octet_vector_add_products(p2, weight, 0);
      sums[3] = octet_vector_add_products(p3, weight, 0);
    }
    return;
  }
  for (; channels > 0; channels--, sums += 4) {
    int32_t s0 = 0, s1 = 0, s2 = 0, s3 = 0;
    const int8_t *values = patch;
    for (size_t left = whole; left > 0; left--, values += 64, weights += 16) {
      const octet_vector weight = octet_vector_load(weights);
      s0 = octet_vector_add_products(octet_vector_load(values), weight, s0);
      s1 = octet_vector_add_products(octet_vector_load(values + 16), weight, s1);
      s2 = octet_vector_add_products(octet_vector_load(values + 32), weight, s2);
      s3 = octet_vector_add_products(octet_vector_load(values + 48), weight, s3);
    }
    if (rest > 0) {
      const octet_vector weight = octet_vector_load_some(weights, rest);
      s0 = octet_vector_add_products(octet_vector_load(values), weight, s0);
      s1 = octet_vector_add_products(octet_vector_load(values + 16), weight, s1);
      s2 = octet_vector_add_products(octet_vector_load(values + 32), weight, s2);
      s3 = octet_vector_add_products(octet_vector_load(values + 48), weight, s3);
      weights += rest;
    }
    sums[0] = s0;
    sums[1] = s1;
    sums[2] = s2;
    sums[3] = s3;
  }
}

/// A row of values for dense layers: as it is.
static inline void octet_vector_widen(int8_t *row, const int8_t *values, size_t count) {
  for (; count >= 16; count -= 16, row += 16, values += 16) octet_vector_store_some(row, octet_vector_load(values), 16);
  if (count > 0) octet_vector_store_some(row, octet_vector_load_some(values, count), count);
}

/// Adds the products of a row and the weights of `outputs` outputs, which are `stride` apart, to the sums; four outputs
/// at a time, so that each vector of values is loaded once for them.
static __attribute__((noinline, unused)) void octet_vector_fold(const int8_t *row, size_t count,
                                                                const int8_t *weights, size_t stride,
                                                                size_t outputs, int32_t *sums) {
  const size_t whole = count >> 4, rest = count & 15;
  for (; outputs >= 4; outputs -= 4, sums += 4, weights += 4 * stride) {
    int32_t s0 = sums[0], s1 = sums[1], s2 = sums[2], s3 = sums[3];
    const int8_t *values = row, *a = weights, *b = a + stride, *c = b + stride, *d = c + stride;
    for (size_t left = whole; left > 0; left--, values += 16, a += 16, b += 16, c += 16, d += 16) {
      const octet_vector value = octet_vector_load(values);
      s0 = octet_vector_add_products(value, octet_vector_load(a), s0);
      s1 = octet_vector_add_products(value, octet_vector_load(b), s1);
      s2 = octet_vector_add_products(value, octet_vector_load(c), s2);
      s3 = octet_vector_add_products(value, octet_vector_load(d), s3);
    }
    if (rest > 0) {
      const octet_vector value = octet_vector_load_some(values, rest);
      s0 = octet_vector_add_products(value, octet_vector_load_some(a, rest), s0);
      s1 = octet_vector_add_products(value, octet_vector_load_some(b, rest), s1);
      s2 = octet_vector_add_products(value, octet_vector_load_some(c, rest), s2);
      s3 = octet_vector_add_products(value, octet_vector_load_some(d, rest), s3);
    }
    sums[0] = s0;
    sums[1] = s1;
    sums[2] = s2;
    sums[3] = s3;
  }
  for (; outputs > 0; outputs--, sums++, weights += stride) {
    int32_t sum = *sums;
    const int8_t *values = row, *w = weights;
    for (size_t left = whole; left > 0; left--, values += 16, w += 16)
      sum = octet_vector_add_products(octet_vector_load(values), octet_vector_load(w), sum);
    if (rest > 0) {
      sum = octet_vector_add_products(octet_vector_load_some(values, rest), octet_vector_load_some(w, rest), sum);
    }
    *sums = sum;
  }
}
