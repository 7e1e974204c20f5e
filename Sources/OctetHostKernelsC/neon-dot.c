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

#include "rows.h"
#endif
