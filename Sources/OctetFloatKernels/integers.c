#include "OctetFloatKernels.h"

#include "clones.h"

#include <math.h>

// The high half of the product is all that shifts of 33 and more take, and where one is below, its sum is limited and
// raised before: docs/NUMERICS.md has the proof.
static inline float requantized(int32_t sum, const octet_requantization *how, long i, int is_coarse) {
  int32_t raised = (int32_t)((uint32_t)sum + (uint32_t)how->bias[i]);
  if (is_coarse) {
    const int32_t reach = how->reaches[i];
    const int32_t limited = raised < -reach ? -reach : raised > reach ? reach : raised;
    raised = (int32_t)((uint32_t)limited << how->raises[i]);
  }
  const int64_t product = (int64_t)raised * how->multipliers[i];
  const int32_t value = ((int32_t)(product >> 32) + how->halves[i]) >> how->shifts[i];
  return (float)(value < how->low ? how->low : value > how->high ? how->high : value);
}

static inline void requantize_row(
  float *restrict values, const float *restrict high, long channels, const octet_requantization *how, int is_coarse) {
  for (long i = 0; i < channels; i++) {
    const uint32_t more = high ? 16 * (uint32_t)(int32_t)high[i] : 0;
    values[i] = requantized((int32_t)((uint32_t)(int32_t)values[i] + more), how, i, is_coarse);
  }
}

OCTET_CLONES void octet_requantize_sums(float *values, long rows, long channels, const octet_requantization *how) {
  const octet_requantization own = *how;
  for (long row = 0; row < rows; row++, values += channels) {
    if (own.raises) {
      requantize_row(values, 0, channels, &own, 1);
    } else {
      requantize_row(values, 0, channels, &own, 0);
    }
  }
}

OCTET_CLONES void octet_requantize_split_sums(
  float *restrict values, const float *restrict high, long rows, long channels, const octet_requantization *how) {
  const octet_requantization own = *how;
  for (long row = 0; row < rows; row++, values += channels, high += channels) {
    if (own.raises) {
      requantize_row(values, high, channels, &own, 1);
    } else {
      requantize_row(values, high, channels, &own, 0);
    }
  }
}

OCTET_CLONES void octet_limit_gradient(
  float *restrict gradient, const float *restrict output, long rows, long channels, const float *restrict factors,
  float low, float high) {
  for (long row = 0; row < rows; row++, gradient += channels, output += channels) {
    for (long i = 0; i < channels; i++) {
      gradient[i] = output[i] > low && output[i] < high ? gradient[i] * factors[i] : 0;
    }
  }
}

OCTET_CLONES void octet_round_weights(
  float *restrict target, const float *restrict weights, long rows, long channels, const float *restrict inverses,
  float limit) {
  for (long row = 0; row < rows; row++, target += channels, weights += channels) {
    for (long i = 0; i < channels; i++) {
      const float value = rintf(weights[i] * inverses[i]);
      target[i] = value < -limit ? -limit : value > limit ? limit : value;
    }
  }
}

OCTET_CLONES void octet_add_sizes(float *restrict sums, const float *restrict values, long rows, long columns) {
  for (long row = 0; row < rows; row++, values += columns) {
    for (long i = 0; i < columns; i++) sums[i] += fabsf(values[i]);
  }
}

OCTET_CLONES void octet_split_weights(float *restrict high, float *restrict weights, long count) {
  for (long i = 0; i < count; i++) {
    high[i] = rintf(weights[i] * 0.0625f);
    weights[i] -= 16 * high[i];
  }
}

OCTET_CLONES void octet_weight_gradients(
  float *restrict gradient, float *restrict steps, const float *restrict source, const float *restrict weights,
  const float *restrict integers, long rows, long channels, const float *restrict inverses,
  const float *restrict factors, float limit) {
  for (long i = 0; i < channels; i++) steps[i] = 0;
  for (long row = 0; row < rows; row++) {
    for (long i = 0; i < channels; i++) {
      const float value = weights[i] * inverses[i], own = source[i] * factors[i];
      const int is_inside = value > -limit - 0.5f && value < limit + 0.5f;
      gradient[i] = is_inside ? own : 0;
      steps[i] += own * (is_inside ? integers[i] - value : integers[i]);
    }
    gradient += channels;
    source += channels;
    weights += channels;
    integers += channels;
  }
  // By the logarithm of the step.
  for (long i = 0; i < channels; i++) steps[i] /= inverses[i];
}
