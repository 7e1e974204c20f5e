// Multipliers for sums that are raised, so that the first of two roundings is free. OctetHostKernelsC.h has the proof.
#include "OctetHostKernelsC.h"

// Whether the first rounding of every sum, and half of what is shifted away, fit 32 bits.
static bool fits(int64_t bias, int64_t reach, int64_t multiplier, int32_t shift) {
  const int64_t farthest = (bias < 0 ? -bias : bias) + reach;
  return (farthest * multiplier >> 31) + ((int64_t)1 << shift) + 1 < (int64_t)1 << 31;
}

// A number whose product with the multiplier is 2^30 modulo 2^31, not below `least` and less than 2^31 above it.
static int64_t raise_of(uint32_t multiplier, int64_t least) {
  const int zeros = __builtin_ctz(multiplier);
  const uint32_t odd = multiplier >> zeros;
  // Each turn doubles the bits that are right, of three at first.
  uint32_t inverse = odd;
  for (int turn = 0; turn < 4; turn++) inverse *= 2 - odd * inverse;
  const int64_t residue = (uint32_t)(inverse << (30 - zeros)) & 0x7FFFFFFF;
  return least + ((residue - least) & 0x7FFFFFFF);
}

bool octet_raise(octet_layer *layer, const int32_t *biases, int64_t reach, long count) {
  // Arrays that whoever makes the layer fills.
  uint32_t *multipliers = (uint32_t *)layer->multipliers, *halves = (uint32_t *)layer->halves;
  uint32_t *raises = (uint32_t *)layer->raises;
  int32_t *shifts = (int32_t *)layer->shifts;
  if (reach > 1 << 30) return false;
  for (long i = 0; i < count; i++) {
    if (!fits(biases[i], reach, multipliers[i], shifts[i])) return false;
  }
  for (long i = 0; i < count; i++) {
    // A multiplier of 0 needs nothing.
    const int64_t raise = multipliers[i] == 0 ? 0 : raise_of(multipliers[i], reach - biases[i]);
    const int64_t taken = multipliers[i] == 0 ? 0 : (raise * multipliers[i] - ((int64_t)1 << 30)) >> 31;
    raises[i] = (uint32_t)raise;
    halves[i] = (1u << shifts[i]) - (uint32_t)taken;
    multipliers[i] *= 2;
    shifts[i]++;
  }
  return true;
}
