// What the checks of kernels share: random numbers, blocks of memory, and roundings that are written down plainly.
#ifndef OCTET_KERNEL_CHECK_H
#define OCTET_KERNEL_CHECK_H
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "OctetHostKernelsC.h"

// A file that needs only some of these leaves the others.
#define HELPER static inline __attribute__((unused))

// Where the random numbers have got to; each check of a seed begins anew.
extern uint64_t state;

HELPER uint32_t draw(uint32_t bound) {
  state = state * 6364136223846793005ull + 1442695040888963407ull;
  return (uint32_t)(state >> 33) % bound;
}

HELPER long between(long low, long high) { return low + draw((uint32_t)(high - low + 1)); }

HELPER void *block_of(size_t bytes) {
  void *block = NULL;
  // The runtime gives the kernels' own memory this alignment.
  if (posix_memalign(&block, 64, bytes ? bytes : 1)) abort();
  memset(block, 0, bytes);
  return block;
}

HELPER int64_t rescaled_once(int64_t product, int shift) { return (product + ((int64_t)1 << (shift - 1))) >> shift; }

// To a multiple of 2^31, half up; then to one of 2^shift, half away from zero.
HELPER int64_t rescaled_twice(int64_t product, int shift) {
  if (shift <= 31) return rescaled_once(product, shift);
  const int64_t first = rescaled_once(product, 31);
  return first < 0 ? -rescaled_once(-first, shift - 31) : rescaled_once(first, shift - 31);
}

HELPER int64_t rescaled(int rounding, int64_t product, int shift) {
  switch (rounding) {
    case OCTET_ROUND_TWICE: return rescaled_twice(product, shift);
    case OCTET_ROUND_TWICE_UP:
      return shift <= 31 ? rescaled_once(product, shift) : rescaled_once(rescaled_once(product, 31), shift - 31);
    case OCTET_ROUND_AWAY:
      return product < 0 ? -rescaled_once(-product, shift) : rescaled_once(product, shift);
    default: return rescaled_once(product, shift);
  }
}

HELPER void fail(const octet_kernels *k, const char *what, unsigned long seed) {
  fprintf(stderr, "kernel-check: %s: %s differs, seed %lu\n", k->name, what, seed);
  exit(1);
}

HELPER void fill(int8_t *values, long count) {
  const uint32_t kind = draw(4);
  for (long i = 0; i < count; i++) {
    values[i] = kind == 0 ? 127 : kind == 1 ? -128 : kind == 2 && draw(3) ? -128 : (int8_t)draw(256);
  }
}

// The same multiplier and shift in each lane, for sums up to `reach`.
octet_layer in_each_lane(const octet_kernels *k, int32_t multiplier, int shift, bool is_twice, int64_t reach);
void release_lanes(octet_layer *layer);

// A layer that makes the largest value or the mean of windows, and values that go through a table.
void check_pool(const octet_kernels *k, unsigned long seed);
void check_look_up(const octet_kernels *k, unsigned long seed);

// A layer that makes one value of two.
// Sums that were lines so far.
extern long lines_found;

void check_join(const octet_kernels *k, unsigned long seed);

#endif
