// Which kernels there are, and which this processor can run.
#include <stddef.h>
#include <string.h>

#include "OctetHostKernelsC.h"

#if defined(__x86_64__)
extern const octet_kernels octet_avx2_kernels, octet_avx512_kernels;
#elif defined(__aarch64__)
extern const octet_kernels octet_neon_plain_kernels, octet_neon_dot_kernels;
#if defined(__linux__)
#include <sys/auxv.h>
#endif
#endif

// The bit of AT_HWCAP on 64-bit ARM that stands for sdot.
#define HAS_DOT (1ul << 20)

const octet_kernels *octet_kernels_named(const char *name) {
#if defined(__x86_64__)
  __builtin_cpu_init();
  if (strcmp(name, "avx2") == 0 && __builtin_cpu_supports("avx2")) return &octet_avx2_kernels;
  if (strcmp(name, "avx512vnni") == 0 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
      __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512vnni") && __builtin_cpu_supports("bmi2") &&
      __builtin_cpu_supports("popcnt")) {
    return &octet_avx512_kernels;
  }
#elif defined(__aarch64__)
#if defined(__linux__)
  const bool has_dot = (getauxval(AT_HWCAP) & HAS_DOT) != 0;
#else
  const bool has_dot = true;
#endif
  if (strcmp(name, "neon") == 0) return has_dot ? &octet_neon_dot_kernels : &octet_neon_plain_kernels;
  // For tests: what processors without sdot run.
  if (strcmp(name, "neon-plain") == 0) return &octet_neon_plain_kernels;
#endif
  return NULL;
}

long octet_scratch_needed(const octet_layer *layer) {
  // The widest cells have two bytes.
  const long lines = (layer->pool_height - 1) * layer->stride_down + layer->lines;
  return 2 * lines * ((layer->pool_width - 1) * layer->stride_across * layer->channels + layer->segment);
}

long octet_depthwise_scratch_needed(const octet_layer *layer) {
  // The widest are four vectors of 64 bytes.
  return 256 * layer->window_width * layer->groups;
}

void octet_flip(void *target, const uint8_t *source, long count) {
  uint8_t *bytes = target;
  for (long i = 0; i < count; i++) bytes[i] = source[i] ^ 0x80;
}

void octet_emit_singly(const octet_layer *layer, const int32_t *sums, long channel, long count, int8_t *target) {
  for (long i = 0; i < count; i++) {
    const int32_t sum = sums[i], shift = layer->shifts[channel + i] + 32;
    int64_t product = (int64_t)sum * layer->multipliers[channel + i];
    // The first of two roundings is to a multiple of 2^31, so with a smaller shift it is the only one.
    if (layer->rounding == OCTET_ROUND_TWICE && shift > 31) product += sum < 0 ? -((int64_t)1 << 30) : (int64_t)1 << 30;
    if (layer->rounding == OCTET_ROUND_AWAY && product < 0) product--;
    const int64_t value = ((product + ((int64_t)1 << (shift - 1))) >> shift) + layer->zero_point;
    const int64_t kept =
        value < layer->minimum ? layer->minimum : value > layer->maximum ? layer->maximum : value;
    if (layer->is_wide) {
      const uint16_t bits = (uint16_t)kept;
      target[2 * i] = (int8_t)(bits & 255);
      target[2 * i + 1] = (int8_t)(bits >> 8);
    } else {
      target[i] = (int8_t)kept;
    }
  }
}
