#include "OctetFloatKernels.h"

#include "clones.h"

OCTET_CLONES void octet_scale_channels(
  float *restrict target, const float *restrict source, const float *restrict slope, const float *restrict start,
  long pixels, long channels) {
  for (long pixel = 0; pixel < pixels; pixel++, target += channels, source += channels) {
    for (long i = 0; i < channels; i++) target[i] = source[i] * slope[i] + start[i];
  }
}

OCTET_CLONES void octet_add_squares(
  float *restrict sums, const float *restrict source, const float *restrict mean, long pixels, long channels) {
  for (long pixel = 0; pixel < pixels; pixel++, source += channels) {
    for (long i = 0; i < channels; i++) {
      const float difference = source[i] - mean[i];
      sums[i] += difference * difference;
    }
  }
}

OCTET_CLONES void octet_add_normalized_products(
  float *restrict sums, float *restrict products, const float *restrict gradient, const float *restrict source,
  const float *restrict mean, const float *restrict inverse, long pixels, long channels) {
  for (long pixel = 0; pixel < pixels; pixel++, gradient += channels, source += channels) {
    for (long i = 0; i < channels; i++) {
      sums[i] += gradient[i];
      products[i] += gradient[i] * ((source[i] - mean[i]) * inverse[i]);
    }
  }
}

OCTET_CLONES void octet_normalization_gradient(
  float *restrict target, const float *restrict gradient, const float *restrict source, const float *restrict mean,
  const float *restrict inverse, const float *restrict slope, const float *restrict mean_gradient,
  const float *restrict mean_product, long pixels, long channels) {
  for (long pixel = 0; pixel < pixels; pixel++, target += channels, gradient += channels, source += channels) {
    for (long i = 0; i < channels; i++) {
      const float normalized = (source[i] - mean[i]) * inverse[i];
      target[i] = slope[i] * (gradient[i] - mean_gradient[i] - normalized * mean_product[i]);
    }
  }
}
