// AVX-512 with VNNI: vpdpbusd multiplies 64 pairs of an unsigned and a signed byte, and adds fours of them to 16 sums.
#if defined(__x86_64__)
#include <immintrin.h>
#include <stddef.h>

#define TARGET __attribute__((target("avx512f,avx512bw,avx512vl,avx512vnni,bmi2,popcnt")))
#define KERNEL_NAME "avx512vnni"
#define NAME(x) octet_avx512_##x
#define LANES 16
#define DEPTH 4
#define OFFSET 128
#define VECTORS 4
#define SHARED_VECTORS 4
#define PIXELS(v) ((v) <= 2 ? 8 : 4)
#define WIDE_DEPTHWISE
#define KEEP(x) __asm__ volatile("" : "+v"(x))

#include "OctetHostKernelsC.h"

typedef __m512i vector, weights, group;
typedef uint8_t cell;
typedef int32_t packed_group;

#define INLINE static inline __attribute__((always_inline)) TARGET

INLINE uint64_t first_bits(long count) { return _bzhi_u64(~0ull, (unsigned)count); }

INLINE weights load_weights(const int8_t *w) { return _mm512_loadu_si512(w); }

INLINE group load_group(const cell *values) {
  int32_t four;
  __builtin_memcpy(&four, values, 4);
  return _mm512_set1_epi32(four);
}

INLINE group spread_group(packed_group four) { return _mm512_set1_epi32(four); }
INLINE vector dot(vector sum, group values, weights w) { return _mm512_dpbusd_epi32(sum, values, w); }
INLINE vector load(const int32_t *values) { return _mm512_loadu_si512(values); }
INLINE void store(int32_t *values, vector v) { _mm512_storeu_si512(values, v); }

INLINE vector load_some(const int32_t *values, long count) {
  return _mm512_maskz_loadu_epi32((__mmask16)first_bits(count), values);
}

INLINE void store_some(int32_t *values, vector v, long count) {
  _mm512_mask_storeu_epi32(values, (__mmask16)first_bits(count), v);
}

INLINE vector all_lanes(int32_t value) { return _mm512_set1_epi32(value); }
INLINE vector larger(vector a, vector b) { return _mm512_max_epi32(a, b); }

typedef struct {
  vector multiplier, odd_multiplier, half, shift;
} scaling;

INLINE scaling load_scaling(const octet_layer *layer, long channel) {
  const vector multiplier = load(layer->multipliers + channel);
  return (scaling){multiplier, _mm512_srli_epi64(multiplier, 32), load(layer->halves + channel),
                   load(layer->shifts + channel)};
}

// Products of even lanes, 2^30 farther from zero: 2^30 is added, and of what is negative 2^31 is taken off.
INLINE vector farther(vector product, vector sum) {
  const vector sign = _mm512_and_si512(sum, _mm512_set1_epi64(0x80000000));
  return _mm512_add_epi64(product, _mm512_sub_epi64(_mm512_set1_epi64(0x40000000), sign));
}

// Products that are 1 smaller where they are below zero.
INLINE vector lower(vector product) { return _mm512_add_epi64(product, _mm512_srai_epi64(product, 63)); }

// The high half of the product of even lanes moves down, that of odd lanes is where it belongs.
INLINE vector rescaled(vector sum, scaling s, const int rounding) {
  const vector odd_sum = _mm512_srli_epi64(sum, 32);
  vector even = _mm512_mul_epi32(sum, s.multiplier), odd = _mm512_mul_epi32(odd_sum, s.odd_multiplier);
  if (rounding == OCTET_ROUND_TWICE) {
    even = farther(even, sum);
    odd = farther(odd, odd_sum);
  } else if (rounding == OCTET_ROUND_AWAY) {
    even = lower(even);
    odd = lower(odd);
  }
  const vector high = _mm512_mask_shuffle_epi32(odd, 0x5555, even, _MM_PERM_CDAB);
  return _mm512_srav_epi32(_mm512_add_epi32(high, s.half), s.shift);
}

// Moved to the zero point, and clamped.
INLINE vector placed(const octet_layer *layer, vector value) {
  const vector moved = _mm512_add_epi32(value, _mm512_set1_epi32(layer->zero_point));
  return _mm512_min_epi32(
    _mm512_max_epi32(moved, _mm512_set1_epi32(layer->minimum)), _mm512_set1_epi32(layer->maximum));
}

INLINE void store_bytes(int8_t *target, vector v, long count) {
  _mm_mask_storeu_epi8(target, (__mmask16)first_bits(count), _mm512_cvtepi32_epi8(v));
}

// Bytes of whole vectors. Limits of 16 and 8 bits lie outside the clamp, so values that meet them stay beyond it.
INLINE void store_whole(const octet_layer *layer, const vector *values, const long vectors, int8_t *target) {
  const vector zero_point = _mm512_set1_epi16((short)layer->zero_point);
  const vector minimum = _mm512_set1_epi8((char)layer->minimum), maximum = _mm512_set1_epi8((char)layer->maximum);
  // Packing puts the parts of 128 bits side by side; the permutation brings the channels in order.
  if (vectors == 4) {
    const vector low = _mm512_adds_epi16(_mm512_packs_epi32(values[0], values[1]), zero_point);
    const vector high = _mm512_adds_epi16(_mm512_packs_epi32(values[2], values[3]), zero_point);
    const vector bytes = _mm512_min_epi8(_mm512_max_epi8(_mm512_packs_epi16(low, high), minimum), maximum);
    const vector order = _mm512_set_epi32(15, 11, 7, 3, 14, 10, 6, 2, 13, 9, 5, 1, 12, 8, 4, 0);
    _mm512_storeu_si512(target, _mm512_permutexvar_epi32(order, bytes));
  } else if (vectors == 2) {
    const vector both = _mm512_adds_epi16(_mm512_packs_epi32(values[0], values[1]), zero_point);
    const vector bytes = _mm512_min_epi8(_mm512_max_epi8(_mm512_packs_epi16(both, both), minimum), maximum);
    const vector order = _mm512_set_epi32(0, 0, 0, 0, 0, 0, 0, 0, 13, 9, 5, 1, 12, 8, 4, 0);
    _mm256_storeu_si256(
      (__m256i *)target, _mm512_castsi512_si256(_mm512_permutexvar_epi32(order, bytes)));
  } else {
    for (long v = 0; v < vectors; v++) {
      _mm_storeu_si128((__m128i *)(target + v * LANES), _mm512_cvtepi32_epi8(placed(layer, values[v])));
    }
  }
}

INLINE vector widen(const int8_t *values, long count) {
  return _mm512_cvtepi8_epi32(_mm_maskz_loadu_epi8((__mmask16)first_bits(count), values));
}

INLINE vector plus(vector a, vector b) { return _mm512_add_epi32(a, b); }
INLINE vector times(vector a, vector b) { return _mm512_mullo_epi32(a, b); }
INLINE vector left(vector v, int count) { return _mm512_sll_epi32(v, _mm_cvtsi32_si128(count)); }
INLINE vector right(vector v, int count) { return _mm512_sra_epi32(v, _mm_cvtsi32_si128(count)); }

// Of four lines 16 cells from `cell` on: lane i has cell i of each.
INLINE group gather(const int8_t *const *lines, long cell, long count) {
  const __mmask16 some = (__mmask16)first_bits(count);
  vector all = _mm512_castsi128_si512(_mm_maskz_loadu_epi8(some, lines[0] + cell));
  all = _mm512_inserti32x4(all, _mm_maskz_loadu_epi8(some, lines[1] + cell), 1);
  all = _mm512_inserti32x4(all, _mm_maskz_loadu_epi8(some, lines[2] + cell), 2);
  all = _mm512_inserti32x4(all, _mm_maskz_loadu_epi8(some, lines[3] + cell), 3);
  // Four cells of each line come together, then one of each.
  const vector fours = _mm512_set_epi32(15, 11, 7, 3, 14, 10, 6, 2, 13, 9, 5, 1, 12, 8, 4, 0);
  const vector ones = _mm512_broadcast_i32x4(_mm_set_epi32(0x0F0B0703, 0x0E0A0602, 0x0D090501, 0x0C080400));
  all = _mm512_shuffle_epi8(_mm512_permutexvar_epi32(fours, all), ones);
  return _mm512_xor_si512(all, _mm512_set1_epi8((char)0x80));
}

// May write up to 63 cells beyond; what follows is written later.
INLINE void copy_cells(cell *target, const int8_t *source, long count) {
  const vector flip = _mm512_set1_epi8((char)0x80);
  for (long i = 0; i < count; i += 64) {
    const __mmask64 some = first_bits(count - i < 64 ? count - i : 64);
    _mm512_storeu_si512(target + i, _mm512_xor_si512(_mm512_maskz_loadu_epi8(some, source + i), flip));
  }
}

#include "lists.h"

INLINE void list_groups(const long images, NAME(list) *list, NAME(inputs) in, long count) {
  const vector flips = _mm512_set1_epi8((char)in.flip), steps = _mm512_set1_epi32(16);
  vector places = _mm512_set_epi32(15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0);
  long found = 0;
  for (long at = 0; at < count; at += 64) {
    const __mmask64 some = first_bits(count - at < 64 ? count - at : 64);
    vector fours[OCTET_IMAGES_TOGETHER], any = _mm512_setzero_si512();
    UNROLL for (long i = 0; i < images; i++) {
      const vector raw = _mm512_maskz_loadu_epi8(some, in.values + i * in.step + at);
      fours[i] = _mm512_maskz_mov_epi8(some, _mm512_xor_si512(raw, flips));
      any = _mm512_or_si512(any, fours[i]);
    }
    const __mmask16 counts = _mm512_test_epi32_mask(any, any);
    UNROLL for (long i = 0; i < images; i++) {
      _mm512_storeu_si512(list->values[i] + found, _mm512_maskz_compress_epi32(counts, fours[i]));
    }
    _mm512_storeu_si512(list->places + found, _mm512_maskz_compress_epi32(counts, places));
    found += __builtin_popcount(counts);
    places = _mm512_add_epi32(places, steps);
  }
  list->count = found;
}

#include "rows.h"
#endif
