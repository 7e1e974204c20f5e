#include "OctetFloatKernels.h"

#include "clones.h"

OCTET_CLONES void octet_add(float *restrict target, const float *restrict source, long count) {
  for (long i = 0; i < count; i++) target[i] += source[i];
}

OCTET_CLONES void octet_sum(
  float *restrict target, const float *restrict first, const float *restrict second, long count) {
  for (long i = 0; i < count; i++) target[i] = first[i] + second[i];
}

OCTET_CLONES void octet_scale(float *target, float factor, long count) {
  for (long i = 0; i < count; i++) target[i] *= factor;
}

OCTET_CLONES void octet_mix(float *restrict target, const float *restrict source, float share, long count) {
  for (long i = 0; i < count; i++) target[i] = share * target[i] + (1 - share) * source[i];
}

OCTET_CLONES void octet_bytes_to_units(float *restrict target, const uint8_t *restrict source, long count) {
  for (long i = 0; i < count; i++) target[i] = (float)source[i] * (1.0f / 255.0f);
}

OCTET_CLONES void octet_add_bias(
  float *restrict target, const float *restrict bias, long rows, long columns, long stride) {
  for (long row = 0; row < rows; row++) {
    float *line = target + row * stride;
    for (long i = 0; i < columns; i++) line[i] += bias[i];
  }
}

OCTET_CLONES void octet_add_rows(
  float *restrict sums, const float *restrict source, long rows, long columns, long stride) {
  for (long row = 0; row < rows; row++) {
    const float *line = source + row * stride;
    for (long i = 0; i < columns; i++) sums[i] += line[i];
  }
}

// Written so that "not a number" stays, and is noticed later.
OCTET_CLONES void octet_rectify(float *target, long count) {
  for (long i = 0; i < count; i++) target[i] = target[i] < 0 ? 0 : target[i];
}

OCTET_CLONES void octet_mask_gradient(float *restrict gradient, const float *restrict output, long count) {
  for (long i = 0; i < count; i++) gradient[i] = output[i] <= 0 ? 0 : gradient[i];
}

OCTET_CLONES void octet_drop(
  float *restrict target, const uint64_t *restrict bits, uint16_t threshold, float gain, long count) {
  // Any cut of the words into 16 bits serves, so they are read as the machine holds them.
  const uint16_t *restrict draws = (const uint16_t *)bits;
  for (long i = 0; i < count; i++) target[i] = draws[i] < threshold ? 0 : target[i] * gain;
}

// Zero times a finite number is zero; zero times infinity, or times "not a number", is not.
OCTET_CLONES float octet_excess(const float *values, long count) {
  float sums[16] = {0};
  long i = 0;
  for (; i + 16 <= count; i += 16) {
    for (long lane = 0; lane < 16; lane++) sums[lane] += values[i + lane] * 0;
  }
  float sum = 0;
  for (; i < count; i++) sum += values[i] * 0;
  for (long lane = 0; lane < 16; lane++) sum += sums[lane];
  return sum == 0 ? 0 : 1;
}
