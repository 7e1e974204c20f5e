// What the two NEON kernels share: everything but the multiplication.
#include "OctetHostKernelsC.h"

#define LANES 4
#define OFFSET 0
#define DEPTHWISE_OFFSET 0
#define VECTORS 4
#define SHARED_VECTORS 4
#include "registers-32.h"
#define KEEP(x) __asm__ volatile("" : "+w"(x))

typedef int32x4_t vector;
typedef int8_t cell;

#include "lists.h"

#define INLINE static inline __attribute__((always_inline)) TARGET

INLINE vector load(const int32_t *values) { return vld1q_s32(values); }
INLINE void store(int32_t *values, vector v) { vst1q_s32(values, v); }

INLINE vector load_some(const int32_t *values, long count) {
  if (count == LANES) return load(values);
  int32_t some[LANES] = {0};
  for (long i = 0; i < count; i++) some[i] = values[i];
  return load(some);
}

INLINE void store_some(int32_t *values, vector v, long count) {
  int32_t all[LANES];
  store(all, v);
  for (long i = 0; i < count; i++) values[i] = all[i];
}

INLINE vector all_lanes(int32_t value) { return vdupq_n_s32(value); }
INLINE vector larger(vector a, vector b) { return vmaxq_s32(a, b); }
INLINE vector least(vector a, vector b) { return vminq_s32(a, b); }

typedef struct {
  // The shift to the right is one to the left by a negative count.
  vector multiplier, shift;
} scaling;

INLINE scaling load_scaling(const octet_layer *layer, long channel, const int rounding) {
  (void)rounding;
  return (scaling){load(layer->multipliers + channel), vnegq_s32(load(layer->shifts + channel))};
}

// sqdmulh gives the high half of twice the product, so half of that, rounded down, is the high half. srshl by a
// negative count shifts right and rounds half up. sqrdmulh rounds the product to a multiple of 2^31, half up; where
// halves go away from zero, one is taken off then of what is negative, and half up becomes half down.
INLINE vector rescaled(vector sum, scaling s, const int rounding) {
  if (octet_rounds_twice(rounding)) {
    const vector first = vqrdmulhq_s32(sum, s.multiplier);
    const vector down = rounding == OCTET_ROUND_TWICE ? vsraq_n_s32(first, first, 31) : first;
    return vrshlq_s32(down, vsubq_s32(s.shift, vdupq_n_s32(1)));
  }
  if (rounding == OCTET_ROUND_AWAY) {
    // Products that are 1 smaller where they are below zero.
    int64x2_t low = vmull_s32(vget_low_s32(sum), vget_low_s32(s.multiplier));
    int64x2_t high = vmull_high_s32(sum, s.multiplier);
    low = vsraq_n_s64(low, low, 63);
    high = vsraq_n_s64(high, high, 63);
    return vrshlq_s32(vcombine_s32(vshrn_n_s64(low, 32), vshrn_n_s64(high, 32)), s.shift);
  }
  return vrshlq_s32(vshrq_n_s32(vqdmulhq_s32(sum, s.multiplier), 1), s.shift);
}

// Moved to the zero point, and clamped.
INLINE vector placed(const octet_layer *layer, vector value) {
  const vector moved = vaddq_s32(value, vdupq_n_s32(layer->zero_point));
  return vminq_s32(vmaxq_s32(moved, vdupq_n_s32(layer->minimum)), vdupq_n_s32(layer->maximum));
}

INLINE void store_bytes(int8_t *target, vector v, long count) {
  const int16x4_t halves = vmovn_s32(v);
  const int8x8_t bytes = vmovn_s16(vcombine_s16(halves, halves));
  int8_t all[8];
  vst1_s8(all, bytes);
  if (count == LANES) {
    __builtin_memcpy(target, all, LANES);
  } else {
    for (long i = 0; i < count; i++) target[i] = all[i];
  }
}

// `count` values that fit int16.
INLINE void store_shorts(int8_t *target, vector v, long count) {
  int16_t all[LANES];
  vst1_s16(all, vmovn_s32(v));
  if (count == LANES) {
    __builtin_memcpy(target, all, sizeof all);
  } else {
    for (long i = 0; i < count; i++) __builtin_memcpy(target + 2 * i, all + i, 2);
  }
}

// Where outputs are placed, in each lane.
typedef struct {
  int16x8_t zero_point;
  int8x16_t minimum, maximum;
} limits;

INLINE limits load_limits(const octet_layer *layer) {
  return (limits){vdupq_n_s16((int16_t)layer->zero_point), vdupq_n_s8((int8_t)layer->minimum),
                  vdupq_n_s8((int8_t)layer->maximum)};
}

// Two vectors as int16. Limits of 16 and 8 bits lie outside the clamp, so values that meet them stay beyond it.
INLINE int16x8_t narrow(const vector *values, limits l) {
  return vqaddq_s16(vcombine_s16(vqmovn_s32(values[0]), vqmovn_s32(values[1])), l.zero_point);
}

// Places whose bytes are packed together.
#define PACKED_PLACES(v) ((v) == 1 ? 4 : (v) == 2 ? 2 : 1)

// `count` bytes of the vectors of each of `places` places, up to PACKED_PLACES, `place_bytes` apart.
INLINE void store_places(limits l, const vector *values, const long vectors, long count, long places, int8_t *target,
                         long place_bytes) {
  const int8x16_t both = vcombine_s8(vqmovn_s16(narrow(values, l)), vqmovn_s16(narrow(values + 2, l)));
  const int8x16_t bytes = vminq_s8(vmaxq_s8(both, l.minimum), l.maximum);
  if (vectors == 4 && count == 4 * LANES) {
    vst1q_s8(target, bytes);
  } else {
    int8_t all[16];
    vst1q_s8(all, bytes);
    UNROLL for (long p = 0; p < PACKED_PLACES(vectors); p++) {
      if (p < places) __builtin_memcpy(target + p * place_bytes, all + p * vectors * LANES, (unsigned long)count);
    }
  }
}

INLINE uint32_t first_cells(const int8_t *values, long count) {
  uint32_t all = 0;
  if (count == LANES) {
    __builtin_memcpy(&all, values, LANES);
  } else {
    for (long i = 0; i < count; i++) all |= (uint32_t)(uint8_t)values[i] << (8 * i);
  }
  return all;
}

INLINE vector widen(const int8_t *values, long count) {
  const int8x8_t some = vreinterpret_s8_u32(vdup_n_u32(first_cells(values, count)));
  return vmovl_s16(vget_low_s16(vmovl_s8(some)));
}

INLINE vector widen_shorts(const int16_t *values) { return vmovl_s16(vld1_s16(values)); }
INLINE vector plus(vector a, vector b) { return vaddq_s32(a, b); }
INLINE vector minus(vector a, vector b) { return vsubq_s32(a, b); }
INLINE vector times(vector a, vector b) { return vmulq_s32(a, b); }
INLINE vector left(vector v, int count) { return vshlq_s32(v, vdupq_n_s32(count)); }
INLINE vector right(vector v, int count) { return vshlq_s32(v, vdupq_n_s32(-count)); }

// Values of a sum that are computed together.
#define LINE_VALUES 16

typedef struct {
  int16x4_t first_high, second_high, first_low, second_low;
  vector high_start, low_start, shift;
} line_factors;

INLINE line_factors load_line(const octet_line *line) {
  return (line_factors){vdup_n_s16((int16_t)line->high), vdup_n_s16((int16_t)(line->high >> 16)),
                        vdup_n_s16((int16_t)line->low), vdup_n_s16((int16_t)(line->low >> 16)),
                        vdupq_n_s32(line->high_start), vdupq_n_s32(line->low_start), vdupq_n_s32(-line->shift)};
}

// Sums of four pairs.
INLINE vector on_line(line_factors f, int16x4_t a, int16x4_t b) {
  const vector high = vmlal_s16(vmlal_s16(f.high_start, a, f.first_high), b, f.second_high);
  const vector low = vmlal_s16(vmlal_s16(f.low_start, a, f.first_low), b, f.second_low);
  return vshlq_s32(vsraq_n_s32(high, low, 15), f.shift);
}

INLINE int8x8_t add_half_line(line_factors f, int8x8_t a, int8x8_t b) {
  const int16x8_t first = vmovl_s8(a), second = vmovl_s8(b);
  const vector low = on_line(f, vget_low_s16(first), vget_low_s16(second));
  return vqmovn_s16(vcombine_s16(vqmovn_s32(low), vqmovn_s32(on_line(f, vget_high_s16(first), vget_high_s16(second)))));
}

INLINE void add_line(line_factors f, limits l, const int8_t *a, const int8_t *b, int8_t *target) {
  const int8x16_t bytes =
    vcombine_s8(add_half_line(f, vld1_s8(a), vld1_s8(b)), add_half_line(f, vld1_s8(a + 8), vld1_s8(b + 8)));
  vst1q_s8(target, vminq_s8(vmaxq_s8(bytes, l.minimum), l.maximum));
}

// Values that go through a table together.
#define LOOKED_UP 16

typedef struct {
  int8x16x4_t of[4];
} pieces;

INLINE pieces load_pieces(const int8_t *table) {
  pieces p;
  UNROLL for (int k = 0; k < 4; k++) p.of[k] = vld1q_s8_x4(table + 64 * k);
  return p;
}

// tbl gives 0 for a place beyond the piece, and tbx leaves what is there.
INLINE void look_up_some(const pieces *p, const int8_t *source, int8_t *target) {
  const uint8x16_t place = vreinterpretq_u8_s8(veorq_s8(vld1q_s8(source), vdupq_n_s8(-128)));
  int8x16_t found = vqtbl4q_s8(p->of[0], place);
  UNROLL for (int k = 1; k < 4; k++) {
    found = vqtbx4q_s8(found, p->of[k], vsubq_u8(place, vdupq_n_u8((uint8_t)(64 * k))));
  }
  vst1q_s8(target, found);
}

INLINE void copy_cells(cell *target, const int8_t *source, long count) {
  __builtin_memcpy(target, source, (unsigned long)count);
}

// Activations stay as they are, and pixels become activations; so the flip is the other way round.
// Whether a group is kept decides only where the next one goes, so nothing is mispredicted.
INLINE void list_groups(const long images, NAME(list) *list, NAME(inputs) in, long count) {
  const uint8_t turn = in.flip ^ 0x80;
  long found = 0;
  for (long at = 0; at < count; at += DEPTH) {
    packed_group any = 0;
    UNROLL for (long i = 0; i < images; i++) {
      const uint8_t *from = in.values + i * in.step + at;
      int8_t some[DEPTH] = {0};
      for (long k = 0; k < DEPTH && at + k < count; k++) some[k] = (int8_t)(from[k] ^ turn);
      packed_group all;
      __builtin_memcpy(&all, some, DEPTH);
      list->values[i][found] = all;
      any |= all;
    }
    list->places[found] = (int32_t)(at / DEPTH);
    found += any != 0;
  }
  list->count = found;
}
