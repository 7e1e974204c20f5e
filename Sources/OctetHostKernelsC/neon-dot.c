// NEON with the dot product: sdot multiplies 16 pairs of bytes, and adds fours of them to 4 sums.
#if defined(__aarch64__)
#include <arm_neon.h>
#include <stddef.h>

#if defined(__clang__)
#define TARGET __attribute__((target("dotprod")))
#else
#define TARGET __attribute__((target("arch=armv8.2-a+dotprod")))
#endif
#define KERNEL_NAME "neon"
#define NAME(x) octet_neon_dot_##x
#define DEPTH 4
typedef int8x16_t weights, group;
typedef int32_t packed_group;

#include "neon.h"

INLINE weights load_weights(const int8_t *w) { return vld1q_s8(w); }

INLINE group load_group(const cell *values) {
  int32_t four;
  __builtin_memcpy(&four, values, 4);
  return vreinterpretq_s8_s32(vdupq_n_s32(four));
}

INLINE group spread_group(packed_group four) { return vreinterpretq_s8_s32(vdupq_n_s32(four)); }
INLINE vector dot(vector sum, group values, weights w) { return vdotq_s32(sum, values, w); }

// Of four lines 4 cells from `cell` on: lane i has cell i of each.
INLINE group gather(const int8_t *const *lines, long cell, long count) {
  static const uint8_t order[16] = {0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15};
  uint32_t fours[4];
  for (long i = 0; i < 4; i++) fours[i] = first_cells(lines[i] + cell, count);
  return vqtbl1q_s8(vreinterpretq_s8_u32(vld1q_u32(fours)), vld1q_u8(order));
}

#include "rows.h"
#endif
