// NEON as every 64-bit ARM has it: smull multiplies 8 pairs of bytes, sadalp adds twos of the products to 4 sums. A
// product of two bytes is at most 128 * 128 and so fits 16 bits.
#if defined(__aarch64__)
#include <arm_neon.h>
#include <stddef.h>

#define TARGET
#define KERNEL_NAME "neon"
#define NAME(x) octet_neon_plain_##x
#define DEPTH 2
typedef int8x8_t weights, group;
typedef int16_t packed_group;

#include "neon.h"

INLINE weights load_weights(const int8_t *w) { return vld1_s8(w); }

INLINE group load_group(const cell *values) {
  int16_t two;
  __builtin_memcpy(&two, values, 2);
  return vreinterpret_s8_s16(vdup_n_s16(two));
}

INLINE group spread_group(packed_group two) { return vreinterpret_s8_s16(vdup_n_s16(two)); }
INLINE vector dot(vector sum, group values, weights w) { return vpadalq_s16(sum, vmull_s8(values, w)); }

// Of two lines 4 cells from `cell` on: lane i has cell i of both.
INLINE group gather(const int8_t *const *lines, long cell, long count) {
  const int8x8_t one = vreinterpret_s8_u32(vdup_n_u32(first_cells(lines[0] + cell, count)));
  const int8x8_t other = vreinterpret_s8_u32(vdup_n_u32(first_cells(lines[1] + cell, count)));
  return vzip1_s8(one, other);
}

#include "rows.h"
#endif
