// AVX2: vpmaddwd multiplies 16 pairs of int16 and adds twos of them to 8 sums. (vpmaddubsw would take bytes, but limits
// its sums to 16 bits and so is not exact.)
#if defined(__x86_64__)
#include <immintrin.h>
#include <stddef.h>
#include <string.h>

#define TARGET __attribute__((target("avx2")))
#define KERNEL_NAME "avx2"
#define NAME(x) octet_avx2_##x
#define LANES 8
#define DEPTH 2
#define OFFSET 128
#define DEPTHWISE_OFFSET 0
#define RAISES
#define VECTORS 2
#define SHARED_VECTORS 2
// 12 sums, the weights of a group and its values fit 16 registers.
#define PLACES(v) ((v) == 1 ? 12 : 6)
#define MOST_PLACES 12
#define MOST_SUMS 12
#define EACH_TILE_1(CASE) CASE(1, 12) CASE(1, 8) CASE(1, 6) CASE(1, 4) CASE(1, 2) CASE(1, 1)
#define EACH_TILE_2(CASE) CASE(2, 6) CASE(2, 5) CASE(2, 4) CASE(2, 3) CASE(2, 2) CASE(2, 1)
// Places before a pool of 2 x 2 that are computed together.
#define SQUARE_PLACES(v) ((v) == 1 ? 8 : 4)
#define PACKED 2
#define TURNS(sums) 1
#define KEEP(x) __asm__ volatile("" : "+x"(x))

#include "OctetHostKernelsC.h"

typedef __m256i vector, weights, group;
// An activation raised to 0 to 255.
typedef int16_t cell;
typedef int32_t packed_group;

#define INLINE static inline __attribute__((always_inline)) TARGET

INLINE weights load_weights(const int8_t *w) {
  return _mm256_cvtepi8_epi16(_mm_loadu_si128((const __m128i *)w));
}

INLINE group load_group(const cell *values) {
  int32_t two;
  __builtin_memcpy(&two, values, 4);
  return _mm256_set1_epi32(two);
}

INLINE group spread_group(packed_group two) { return _mm256_set1_epi32(two); }
INLINE vector dot(vector sum, group values, weights w) { return _mm256_add_epi32(sum, _mm256_madd_epi16(values, w)); }
INLINE vector load(const int32_t *values) { return _mm256_loadu_si256((const __m256i *)values); }
INLINE void store(int32_t *values, vector v) { _mm256_storeu_si256((__m256i *)values, v); }

INLINE vector first_lanes(long count) {
  return _mm256_cmpgt_epi32(_mm256_set1_epi32((int)count), _mm256_set_epi32(7, 6, 5, 4, 3, 2, 1, 0));
}

INLINE vector load_some(const int32_t *values, long count) {
  return count == LANES ? load(values) : _mm256_maskload_epi32(values, first_lanes(count));
}

INLINE void store_some(int32_t *values, vector v, long count) {
  _mm256_maskstore_epi32(values, first_lanes(count), v);
}

INLINE vector all_lanes(int32_t value) { return _mm256_set1_epi32(value); }
INLINE vector larger(vector a, vector b) { return _mm256_max_epi32(a, b); }
INLINE vector least(vector a, vector b) { return _mm256_min_epi32(a, b); }

typedef struct {
  vector multiplier, odd_multiplier, half, shift, raise;
} scaling;

INLINE scaling load_scaling(const octet_layer *layer, long channel, const int rounding) {
  const vector multiplier = load(layer->multipliers + channel);
  return (scaling){multiplier, _mm256_srli_epi64(multiplier, 32), load(layer->halves + channel),
                   load(layer->shifts + channel),
                   octet_rounds_twice(rounding) ? load(layer->raises + channel) : all_lanes(0)};
}

// Products that are 1 smaller where they are below zero.
INLINE vector lower(vector product) {
  return _mm256_add_epi64(product, _mm256_cmpgt_epi64(_mm256_setzero_si256(), product));
}

// The high half of the product of even lanes moves down, that of odd lanes is where it belongs.
INLINE vector high_halves(vector even, vector odd) {
  return _mm256_blend_epi32(_mm256_srli_epi64(even, 32), odd, 0xAA);
}

INLINE vector rescaled(vector sum, scaling s, const int rounding) {
  if (octet_rounds_twice(rounding)) {
    const vector raised = _mm256_add_epi32(sum, s.raise);
    const vector even = _mm256_mul_epu32(raised, s.multiplier);
    const vector odd = _mm256_mul_epu32(_mm256_srli_epi64(raised, 32), s.odd_multiplier);
    const vector first = _mm256_add_epi32(high_halves(even, odd), s.half);
    if (rounding == OCTET_ROUND_TWICE_UP) return _mm256_srav_epi32(first, s.shift);
    return _mm256_srav_epi32(_mm256_add_epi32(first, _mm256_srai_epi32(sum, 31)), s.shift);
  }
  vector even = _mm256_mul_epi32(sum, s.multiplier);
  vector odd = _mm256_mul_epi32(_mm256_srli_epi64(sum, 32), s.odd_multiplier);
  if (rounding == OCTET_ROUND_AWAY) {
    even = lower(even);
    odd = lower(odd);
  }
  return _mm256_srav_epi32(_mm256_add_epi32(high_halves(even, odd), s.half), s.shift);
}

// Moved to the zero point, and clamped.
INLINE vector placed(const octet_layer *layer, vector value) {
  const vector moved = _mm256_add_epi32(value, _mm256_set1_epi32(layer->zero_point));
  return _mm256_min_epi32(
    _mm256_max_epi32(moved, _mm256_set1_epi32(layer->minimum)), _mm256_set1_epi32(layer->maximum));
}

INLINE void store_bytes(int8_t *target, vector v, long count) {
  const __m128i halves = _mm_packs_epi32(_mm256_castsi256_si128(v), _mm256_extracti128_si256(v, 1));
  const __m128i bytes = _mm_packs_epi16(halves, halves);
  if (count == LANES) {
    _mm_storel_epi64((__m128i *)target, bytes);
  } else {
    const uint64_t all = (uint64_t)_mm_cvtsi128_si64(bytes);
    for (long i = 0; i < count; i++) target[i] = (int8_t)(all >> (8 * i));
  }
}

// `count` values that fit int16.
INLINE void store_shorts(int8_t *target, vector v, long count) {
  int16_t all[LANES];
  _mm_storeu_si128((__m128i *)all, _mm_packs_epi32(_mm256_castsi256_si128(v), _mm256_extracti128_si256(v, 1)));
  if (count == LANES) {
    __builtin_memcpy(target, all, sizeof all);
  } else {
    for (long i = 0; i < count; i++) __builtin_memcpy(target + 2 * i, all + i, 2);
  }
}

// Where outputs are placed, in each lane.
typedef struct {
  __m128i zero_point, minimum, maximum;
} limits;

INLINE limits load_limits(const octet_layer *layer) {
  return (limits){_mm_set1_epi16((short)layer->zero_point), _mm_set1_epi8((char)layer->minimum),
                  _mm_set1_epi8((char)layer->maximum)};
}

// Eight values as int16. Limits of 16 and 8 bits lie outside the clamp, so values that meet them stay beyond it.
INLINE __m128i narrow(vector v, limits l) {
  return _mm_adds_epi16(_mm_packs_epi32(_mm256_castsi256_si128(v), _mm256_extracti128_si256(v, 1)), l.zero_point);
}

// Places whose bytes are packed together.
#define PACKED_PLACES(v) ((v) == 1 ? 2 : 1)

// `count` bytes of the vectors of each of `places` places, up to PACKED_PLACES, `place_bytes` apart.
INLINE void store_places(limits l, const vector *values, const long vectors, long count, long places, int8_t *target,
                         long place_bytes) {
  const __m128i both = _mm_packs_epi16(narrow(values[0], l), narrow(values[1], l));
  const __m128i bytes = _mm_min_epi8(_mm_max_epi8(both, l.minimum), l.maximum);
  if (count < vectors * LANES) {
    int8_t all[16];
    _mm_storeu_si128((__m128i *)all, bytes);
    for (long p = 0; p < places; p++) memcpy(target + p * place_bytes, all + p * vectors * LANES, (size_t)count);
  } else if (vectors == 2) {
    _mm_storeu_si128((__m128i *)target, bytes);
  } else {
    _mm_storel_epi64((__m128i *)target, bytes);
    if (places == 2) _mm_storel_epi64((__m128i *)(target + place_bytes), _mm_unpackhi_epi64(bytes, bytes));
  }
}

INLINE __m128i first_cells(const int8_t *values, long count) {
  if (count == LANES) return _mm_loadl_epi64((const __m128i *)values);
  uint64_t all = 0;
  for (long i = 0; i < count; i++) all |= (uint64_t)(uint8_t)values[i] << (8 * i);
  return _mm_cvtsi64_si128((long long)all);
}

INLINE vector widen(const int8_t *values, long count) { return _mm256_cvtepi8_epi32(first_cells(values, count)); }
INLINE vector widen_shorts(const int16_t *values) {
  return _mm256_cvtepi16_epi32(_mm_loadu_si128((const __m128i *)values));
}

INLINE vector plus(vector a, vector b) { return _mm256_add_epi32(a, b); }
INLINE vector minus(vector a, vector b) { return _mm256_sub_epi32(a, b); }
INLINE vector times(vector a, vector b) { return _mm256_mullo_epi32(a, b); }
INLINE vector left(vector v, int count) { return _mm256_sll_epi32(v, _mm_cvtsi32_si128(count)); }
INLINE vector right(vector v, int count) { return _mm256_sra_epi32(v, _mm_cvtsi32_si128(count)); }

// Values of a sum that are computed together.
#define LINE_VALUES 16

typedef struct {
  vector high, low, high_start, low_start;
  __m128i shift;
} line_factors;

INLINE line_factors load_line(const octet_line *line) {
  return (line_factors){all_lanes(line->high), all_lanes(line->low), all_lanes(line->high_start),
                        all_lanes(line->low_start), _mm_cvtsi32_si128(line->shift)};
}

// Sums of eight pairs.
INLINE vector on_line(line_factors f, vector pairs) {
  const vector high = _mm256_add_epi32(f.high_start, _mm256_madd_epi16(pairs, f.high));
  const vector low = _mm256_add_epi32(f.low_start, _mm256_madd_epi16(pairs, f.low));
  return _mm256_sra_epi32(_mm256_add_epi32(high, _mm256_srai_epi32(low, 15)), f.shift);
}

// Unpacking takes fours apart, and packing brings them together again.
INLINE void add_line(line_factors f, limits l, const int8_t *a, const int8_t *b, int8_t *target) {
  const vector first = _mm256_cvtepi8_epi16(_mm_loadu_si128((const __m128i *)a));
  const vector second = _mm256_cvtepi8_epi16(_mm_loadu_si128((const __m128i *)b));
  const vector both = _mm256_packs_epi32(on_line(f, _mm256_unpacklo_epi16(first, second)),
                                         on_line(f, _mm256_unpackhi_epi16(first, second)));
  const __m128i bytes = _mm_packs_epi16(_mm256_castsi256_si128(both), _mm256_extracti128_si256(both, 1));
  _mm_storeu_si128((__m128i *)target, _mm_min_epi8(_mm_max_epi8(bytes, l.minimum), l.maximum));
}

// Of two lines 8 cells from `cell` on: lane i has cell i of both.
INLINE group gather(const int8_t *const *lines, long cell, long count) {
  return _mm256_cvtepi8_epi16(
    _mm_unpacklo_epi8(first_cells(lines[0] + cell, count), first_cells(lines[1] + cell, count)));
}

INLINE void copy_cells(cell *target, const int8_t *source, long count) {
  const __m256i raise = _mm256_set1_epi16(128);
  long i = 0;
  for (; i + 16 <= count; i += 16) {
    const __m256i wide = _mm256_cvtepi8_epi16(_mm_loadu_si128((const __m128i *)(source + i)));
    _mm256_storeu_si256((__m256i *)(target + i), _mm256_add_epi16(wide, raise));
  }
  for (; i < count; i++) target[i] = (int16_t)(source[i] + 128);
}

// The numbers of the bits that are set in a byte, lowest first, a byte each.
#define BIT(m, k) ((uint64_t)((m) >> (k) & 1) * (k) << 8 * __builtin_popcount((m) & ((1 << (k)) - 1)))
#define BITS(m) (BIT(m, 1) | BIT(m, 2) | BIT(m, 3) | BIT(m, 4) | BIT(m, 5) | BIT(m, 6) | BIT(m, 7))
#define BITS_4(m) BITS(m), BITS(m + 1), BITS(m + 2), BITS(m + 3)
#define BITS_16(m) BITS_4(m), BITS_4(m + 4), BITS_4(m + 8), BITS_4(m + 12)
#define BITS_64(m) BITS_16(m), BITS_16(m + 16), BITS_16(m + 32), BITS_16(m + 48)
static const uint64_t set_bits[256] = {BITS_64(0), BITS_64(64), BITS_64(128), BITS_64(192)};

#include "lists.h"

// Values that go through a table together.
#define LOOKED_UP 32

typedef struct {
  vector of[16];
} pieces;

INLINE pieces load_pieces(const int8_t *table) {
  pieces p;
  UNROLL for (int k = 0; k < 16; k++) {
    p.of[k] = _mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i *)(table + 16 * k)));
  }
  return p;
}

// A shuffle gives 0 where bit 7 of the place is set: so it is for all pieces but the one that has the value.
INLINE void look_up_some(const pieces *p, const int8_t *source, int8_t *target) {
  const vector values = _mm256_loadu_si256((const __m256i *)source);
  const vector place = _mm256_xor_si256(values, _mm256_set1_epi8((char)0x80));
  vector found = _mm256_setzero_si256();
  UNROLL for (int k = 0; k < 16; k++) {
    const vector own = _mm256_xor_si256(place, _mm256_set1_epi8((char)(16 * k)));
    const vector others = _mm256_adds_epu8(own, _mm256_set1_epi8(0x70));
    found = _mm256_or_si256(found, _mm256_shuffle_epi8(p->of[k], others));
  }
  _mm256_storeu_si256((__m256i *)target, found);
}

// Eight groups at a time: those that count move to the front, and their places are where they come from.
INLINE void list_groups(const long images, NAME(list) *list, NAME(inputs) in, long count) {
  const __m128i flips = _mm_set1_epi8((char)in.flip);
  long found = 0;
  for (long at = 0; at < count; at += 16) {
    vector groups[OCTET_FOUR], any = all_lanes(0);
    UNROLL for (long i = 0; i < images; i++) {
      const uint8_t *from = in.values + i * in.step + at;
      uint8_t last[16];
      if (count - at < 16) {
        // What is missing becomes 0.
        memset(last, in.flip, sizeof last);
        memcpy(last, from, (size_t)(count - at));
        from = last;
      }
      groups[i] = _mm256_cvtepu8_epi16(_mm_xor_si128(_mm_loadu_si128((const __m128i *)from), flips));
      any = _mm256_or_si256(any, groups[i]);
    }
    const vector is_zero = _mm256_cmpeq_epi32(any, all_lanes(0));
    const int counts = ~_mm256_movemask_ps(_mm256_castsi256_ps(is_zero)) & 255;
    const vector lanes = _mm256_cvtepu8_epi32(_mm_cvtsi64_si128((long long)set_bits[counts]));
    UNROLL for (long i = 0; i < images; i++) {
      store(list->values[i] + found, _mm256_permutevar8x32_epi32(groups[i], lanes));
    }
    store(list->places + found, _mm256_add_epi32(lanes, all_lanes((int32_t)(at / 2))));
    found += __builtin_popcount((unsigned)counts);
  }
  list->count = found;
}

#include "rows.h"
#endif
