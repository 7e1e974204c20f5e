// What the two NEON kernels share: everything but the multiplication.
#include "OctetHostKernelsC.h"

#define LANES 4
#define OFFSET 0
#define VECTORS 4
#define SHARED_VECTORS 4
#define PIXELS(v) ((v) <= 2 ? 8 : 4)
#define KEEP(x) __asm__ volatile("" : "+w"(x))

typedef int32x4_t vector;
typedef int8_t cell;

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

typedef struct {
  // The shift to the right is one to the left by a negative count.
  vector multiplier, shift;
} scaling;

INLINE scaling load_scaling(const octet_layer *layer, long channel) {
  return (scaling){load(layer->multipliers + channel), vnegq_s32(load(layer->shifts + channel))};
}

// sqdmulh gives the high half of twice the product, so half of that, rounded down, is the high half. srshl by a
// negative count shifts right and rounds half up. sqrdmulh rounds the product to a multiple of 2^31, half up; of what
// is negative one is taken off then, and half up becomes half down.
INLINE vector rescaled(vector sum, scaling s, const int rounding) {
  if (rounding == OCTET_ROUND_TWICE) {
    const vector first = vqrdmulhq_s32(sum, s.multiplier);
    return vrshlq_s32(vsraq_n_s32(first, first, 31), vsubq_s32(s.shift, vdupq_n_s32(1)));
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

// Bytes of whole vectors.
INLINE void store_whole(const octet_layer *layer, const vector *values, const long vectors, int8_t *target) {
  for (long v = 0; v < vectors; v++) store_bytes(target + v * LANES, placed(layer, values[v]), LANES);
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

INLINE vector plus(vector a, vector b) { return vaddq_s32(a, b); }
INLINE vector times(vector a, vector b) { return vmulq_s32(a, b); }
INLINE vector left(vector v, int count) { return vshlq_s32(v, vdupq_n_s32(count)); }
INLINE vector right(vector v, int count) { return vshlq_s32(v, vdupq_n_s32(-count)); }

INLINE void copy_cells(cell *target, const int8_t *source, long count) {
  __builtin_memcpy(target, source, (unsigned long)count);
}

#include "lists.h"

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
