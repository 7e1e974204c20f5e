// Sums of two values that are a line.
#include <math.h>
#include <stdlib.h>

#include "OctetHostKernelsC.h"

// Whether the high part of a factor in units of 2^-bits fits 16 bits.
static bool fits_units(double factor, int32_t bits) {
  return fabs(factor) * (double)(1 << bits) + 0.5 < (double)(1 << 30);
}

static int64_t in_units(double factor, int32_t bits) { return (int64_t)floor(factor * (double)(1 << bits) + 0.5); }

void octet_find_line(const octet_kernels *kernels, octet_join *join, double first, double second) {
  enum { values = 256, pairs = values * values };
  join->is_line = false;
  if (join->kind != OCTET_SUM && join->kind != OCTET_DIFFERENCE) return;
  int32_t bits = 29;
  while (bits > 16 && !(fits_units(first, bits) && fits_units(second, bits))) bits--;
  if (!(fits_units(first, bits) && fits_units(second, bits))) return;
  const int64_t a = in_units(first, bits), b = in_units(second, bits);
  int8_t *all = malloc(3 * pairs);
  if (!all) return;
  int8_t *others = all + pairs, *sums = others + pairs;
  for (long i = 0; i < pairs; i++) {
    all[i] = (int8_t)(i / values - 128);
    others[i] = (int8_t)(i % values - 128);
  }
  kernels->join(join, all, others, pairs, pairs, sums);
  // The start must bring each pair to its sum at least, and not beyond; except beyond the limits.
  int64_t least = INT64_MIN, most = INT64_MAX;
  for (long i = 0; i < pairs; i++) {
    const int64_t needed = (int64_t)sums[i] * (1 << bits) - (a * all[i] + b * others[i]);
    if (sums[i] > join->output.minimum && needed > least) least = needed;
    if (sums[i] < join->output.maximum && needed + (1 << bits) - 1 < most) most = needed + (1 << bits) - 1;
  }
  free(all);
  // A layer that always gives a limit is left to its roundings.
  if (least > most || least == INT64_MIN || most == INT64_MAX) return;
  const int64_t start = least + (most - least) / 2;
  join->line.high = (int32_t)((uint32_t)(a >> 15 & 65535) | (uint32_t)(b >> 15) << 16);
  join->line.low = (int32_t)((uint32_t)(a & 32767) | (uint32_t)(b & 32767) << 16);
  join->line.high_start = (int32_t)(start >> 15);
  join->line.low_start = (int32_t)(start & 32767);
  join->line.shift = bits - 15;
  join->is_line = true;
}
