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
#define DEPTHWISE_OFFSET 128
#define RAISES
#define VECTORS 4
#define SHARED_VECTORS 4
#include "registers-32.h"
#define DIRECT_GROUPS 64
#define DIRECT_PLACES(v) (16 / (v))
#define WIDE_VECTORS
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
INLINE vector least(vector a, vector b) { return _mm512_min_epi32(a, b); }

typedef struct {
  vector multiplier, odd_multiplier, half, shift, raise;
} scaling;

INLINE scaling load_scaling(const octet_layer *layer, long channel, const int rounding) {
  const vector multiplier = load(layer->multipliers + channel);
  return (scaling){multiplier, _mm512_srli_epi64(multiplier, 32), load(layer->halves + channel),
                   load(layer->shifts + channel),
                   octet_rounds_twice(rounding) ? load(layer->raises + channel) : all_lanes(0)};
}

// Products that are 1 smaller where they are below zero.
INLINE vector lower(vector product) { return _mm512_add_epi64(product, _mm512_srai_epi64(product, 63)); }

// The high half of the product of even lanes moves down, that of odd lanes is where it belongs.
INLINE vector high_halves(vector even, vector odd) {
  return _mm512_mask_shuffle_epi32(odd, 0x5555, even, _MM_PERM_CDAB);
}

INLINE vector rescaled(vector sum, scaling s, const int rounding) {
  if (octet_rounds_twice(rounding)) {
    const vector raised = _mm512_add_epi32(sum, s.raise);
    const vector even = _mm512_mul_epu32(raised, s.multiplier);
    const vector odd = _mm512_mul_epu32(_mm512_srli_epi64(raised, 32), s.odd_multiplier);
    const vector first = _mm512_add_epi32(high_halves(even, odd), s.half);
    if (rounding == OCTET_ROUND_TWICE_UP) return _mm512_srav_epi32(first, s.shift);
    const vector down = _mm512_mask_add_epi32(first, _mm512_cmplt_epi32_mask(sum, all_lanes(0)), first, all_lanes(-1));
    return _mm512_srav_epi32(down, s.shift);
  }
  vector even = _mm512_mul_epi32(sum, s.multiplier);
  vector odd = _mm512_mul_epi32(_mm512_srli_epi64(sum, 32), s.odd_multiplier);
  if (rounding == OCTET_ROUND_AWAY) {
    even = lower(even);
    odd = lower(odd);
  }
  return _mm512_srav_epi32(_mm512_add_epi32(high_halves(even, odd), s.half), s.shift);
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

// `count` values that fit int16.
INLINE void store_shorts(int8_t *target, vector v, long count) {
  _mm256_mask_storeu_epi16(target, (__mmask16)first_bits(count), _mm512_cvtepi32_epi16(v));
}

// Where outputs are placed, in each lane.
typedef struct {
  vector zero_point, minimum, maximum;
} limits;

INLINE limits load_limits(const octet_layer *layer) {
  return (limits){_mm512_set1_epi16((short)layer->zero_point), _mm512_set1_epi8((char)layer->minimum),
                  _mm512_set1_epi8((char)layer->maximum)};
}

// Bytes of four vectors. Limits of 16 and 8 bits lie outside the clamp, so values that meet them stay beyond it.
INLINE vector packed(limits l, const vector *values) {
  const vector low = _mm512_adds_epi16(_mm512_packs_epi32(values[0], values[1]), l.zero_point);
  const vector high = _mm512_adds_epi16(_mm512_packs_epi32(values[2], values[3]), l.zero_point);
  return _mm512_min_epi8(_mm512_max_epi8(_mm512_packs_epi16(low, high), l.minimum), l.maximum);
}

// Packing puts the parts of 128 bits of each vector side by side; here the lanes come in order.
INLINE vector in_order(vector bytes) {
  return _mm512_permutexvar_epi32(_mm512_set_epi32(15, 11, 7, 3, 14, 10, 6, 2, 13, 9, 5, 1, 12, 8, 4, 0), bytes);
}

// Places whose bytes are packed together.
#define PACKED_PLACES(v) ((v) == 1 ? 4 : (v) == 2 ? 2 : 1)

// `count` bytes of the vectors of each of `places` places, up to PACKED_PLACES, `place_bytes` apart.
INLINE void store_places(limits l, const vector *values, const long vectors, long count, long places, int8_t *target,
                         long place_bytes) {
  const vector bytes = in_order(packed(l, values));
  const bool is_whole = count == vectors * LANES;
  if (is_whole && vectors != 3 && places == PACKED_PLACES(vectors) && (vectors == 4 || place_bytes == count)) {
    _mm512_storeu_si512(target, bytes);
  } else if (vectors >= 3) {
    _mm512_mask_storeu_epi8(target, first_bits(count), bytes);
  } else if (vectors == 2) {
    const __mmask32 some = (__mmask32)first_bits(count);
    _mm256_mask_storeu_epi8(target, some, _mm512_castsi512_si256(bytes));
    if (places == 2) _mm256_mask_storeu_epi8(target + place_bytes, some, _mm512_extracti64x4_epi64(bytes, 1));
  } else {
    const __mmask16 some = (__mmask16)first_bits(count);
    _mm_mask_storeu_epi8(target, some, _mm512_castsi512_si128(bytes));
    if (places > 1) _mm_mask_storeu_epi8(target + place_bytes, some, _mm512_extracti32x4_epi32(bytes, 1));
    if (places > 2) _mm_mask_storeu_epi8(target + 2 * place_bytes, some, _mm512_extracti32x4_epi32(bytes, 2));
    if (places > 3) _mm_mask_storeu_epi8(target + 3 * place_bytes, some, _mm512_extracti32x4_epi32(bytes, 3));
  }
}

INLINE vector widen(const int8_t *values, long count) {
  return _mm512_cvtepi8_epi32(_mm_maskz_loadu_epi8((__mmask16)first_bits(count), values));
}

INLINE vector widen_shorts(const int16_t *values) {
  return _mm512_cvtepi16_epi32(_mm256_loadu_si256((const __m256i *)values));
}

INLINE vector plus(vector a, vector b) { return _mm512_add_epi32(a, b); }
INLINE vector minus(vector a, vector b) { return _mm512_sub_epi32(a, b); }
INLINE vector times(vector a, vector b) { return _mm512_mullo_epi32(a, b); }
INLINE vector left(vector v, int count) { return _mm512_sll_epi32(v, _mm_cvtsi32_si128(count)); }
INLINE vector right(vector v, int count) { return _mm512_sra_epi32(v, _mm_cvtsi32_si128(count)); }

// Values of a sum that are computed together.
#define LINE_VALUES 64

typedef struct {
  vector high, low, high_start, low_start;
  __m128i shift;
} line_factors;

INLINE line_factors load_line(const octet_line *line) {
  return (line_factors){all_lanes(line->high), all_lanes(line->low), all_lanes(line->high_start),
                        all_lanes(line->low_start), _mm_cvtsi32_si128(line->shift)};
}

// Sums of 16 pairs.
INLINE vector on_line(line_factors f, vector pairs) {
  const vector high = _mm512_dpwssd_epi32(f.high_start, pairs, f.high);
  const vector low = _mm512_dpwssd_epi32(f.low_start, pairs, f.low);
  return _mm512_sra_epi32(_mm512_add_epi32(high, _mm512_srai_epi32(low, 15)), f.shift);
}

// 32 values as int16: unpacking takes fours apart, and packing brings them together again.
INLINE vector add_half_line(line_factors f, const int8_t *a, const int8_t *b) {
  const vector first = _mm512_cvtepi8_epi16(_mm256_loadu_si256((const __m256i *)a));
  const vector second = _mm512_cvtepi8_epi16(_mm256_loadu_si256((const __m256i *)b));
  return _mm512_packs_epi32(on_line(f, _mm512_unpacklo_epi16(first, second)),
                            on_line(f, _mm512_unpackhi_epi16(first, second)));
}

INLINE void add_line(line_factors f, limits l, const int8_t *a, const int8_t *b, int8_t *target) {
  const vector bytes = _mm512_packs_epi16(add_half_line(f, a, b), add_half_line(f, a + 32, b + 32));
  const vector ordered = _mm512_permutexvar_epi64(_mm512_set_epi64(7, 5, 3, 1, 6, 4, 2, 0), bytes);
  _mm512_storeu_si512(target, _mm512_min_epi8(_mm512_max_epi8(ordered, l.minimum), l.maximum));
}

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
  long i = 0;
  for (; i + 64 <= count; i += 64) {
    _mm512_storeu_si512(target + i, _mm512_xor_si512(_mm512_loadu_si512(source + i), flip));
  }
  if (i < count) {
    const vector last = _mm512_maskz_loadu_epi8(first_bits(count - i), source + i);
    _mm512_storeu_si512(target + i, _mm512_xor_si512(last, flip));
  }
}

#define FLIPS
INLINE void flip_bytes(uint8_t *target, const uint8_t *source, long count) {
  const vector flip = _mm512_set1_epi8((char)0x80);
  long i = 0;
  for (; i + 64 <= count; i += 64) {
    _mm512_storeu_si512(target + i, _mm512_xor_si512(_mm512_loadu_si512(source + i), flip));
  }
  if (i < count) {
    const __mmask64 some = first_bits(count - i);
    _mm512_mask_storeu_epi8(target + i, some, _mm512_xor_si512(_mm512_maskz_loadu_epi8(some, source + i), flip));
  }
}

#include "lists.h"

// Values that go through a table together.
#define LOOKED_UP 64

typedef struct {
  vector of[16];
} pieces;

INLINE pieces load_pieces(const int8_t *table) {
  pieces p;
  UNROLL for (int k = 0; k < 16; k++) {
    p.of[k] = _mm512_broadcast_i32x4(_mm_loadu_si128((const __m128i *)(table + 16 * k)));
  }
  return p;
}

// A shuffle gives 0 where bit 7 of the place is set: so it is for all pieces but the one that has the value.
INLINE void look_up_some(const pieces *p, const int8_t *source, int8_t *target) {
  const vector place = _mm512_xor_si512(_mm512_loadu_si512(source), _mm512_set1_epi8((char)0x80));
  vector found = _mm512_setzero_si512();
  UNROLL for (int k = 0; k < 16; k++) {
    const vector own = _mm512_xor_si512(place, _mm512_set1_epi8((char)(16 * k)));
    const vector others = _mm512_adds_epu8(own, _mm512_set1_epi8(0x70));
    found = _mm512_or_si512(found, _mm512_shuffle_epi8(p->of[k], others));
  }
  _mm512_storeu_si512(target, found);
}

INLINE void list_groups(const long images, NAME(list) *list, NAME(inputs) in, long count) {
  const vector flips = _mm512_set1_epi8((char)in.flip), steps = _mm512_set1_epi32(16);
  vector places = _mm512_set_epi32(15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0);
  long found = 0;
  for (long at = 0; at < count; at += 64) {
    const __mmask64 some = first_bits(count - at < 64 ? count - at : 64);
    vector fours[OCTET_FOUR], any = _mm512_setzero_si512();
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

// All groups of four inputs, where at most one in eight is zero in each of them: a list of so many costs more than it
// saves. What has to be flipped is copied to the list.
#define TAKES_ALL
INLINE bool take_all(NAME(list) *list, NAME(inputs) in, long count) {
  // The last group of a row that fills none is followed by what belongs to nobody.
  if (count % DEPTH != 0) return false;
  const vector flips = _mm512_set1_epi8((char)in.flip);
  // Where nothing has to be flipped, a quarter of the values tells.
  const long step = in.flip ? 64 : 256;
  long zeros = count / DEPTH / 8 / (step / 64);
  for (long at = 0; at < count; at += step) {
    const __mmask16 some = (__mmask16)first_bits(count - at < 64 ? (count - at) / DEPTH : 16);
    vector any = _mm512_setzero_si512();
    UNROLL for (long i = 0; i < OCTET_FOUR; i++) {
      const vector four = _mm512_xor_si512(_mm512_maskz_loadu_epi32(some, in.values + i * in.step + at), flips);
      any = _mm512_or_si512(any, four);
      if (in.flip) _mm512_storeu_si512((uint8_t *)list->values[i] + at, four);
    }
    zeros -= __builtin_popcount(_mm512_mask_testn_epi32_mask(some, any, any));
    if (zeros < 0) return false;
  }
  list->count = count / DEPTH;
  for (long i = 0; i < OCTET_FOUR; i++) {
    list->all[i] = in.flip ? (const uint8_t *)list->values[i] : in.values + i * in.step;
  }
  return true;
}

#include "rows.h"
#endif
