#include "OctetFloatKernels.h"

#include "clones.h"

// The builtin, because sqrtf may set errno, which would keep these loops from being vectorized.
#define ROOT(value) __builtin_elementwise_sqrt(value)

OCTET_CLONES void octet_sgd(float *restrict weights, const float *restrict gradient, float rate, long count) {
  for (long i = 0; i < count; i++) weights[i] -= rate * gradient[i];
}

OCTET_CLONES void octet_sgd_momentum(
  float *restrict weights, const float *restrict gradient, float *restrict velocity, float rate, float momentum,
  long count) {
  for (long i = 0; i < count; i++) {
    velocity[i] = momentum * velocity[i] - rate * gradient[i];
    weights[i] += velocity[i];
  }
}

OCTET_CLONES void octet_nesterov(
  float *restrict weights, const float *restrict gradient, float *restrict velocity, float rate, float momentum,
  long count) {
  for (long i = 0; i < count; i++) {
    const float move = rate * gradient[i];
    velocity[i] = momentum * velocity[i] - move;
    weights[i] += momentum * velocity[i] - move;
  }
}

OCTET_CLONES void octet_rmsprop(
  float *restrict weights, const float *restrict gradient, float *restrict square, float rate, float decay,
  float epsilon, long count) {
  for (long i = 0; i < count; i++) {
    const float slope = gradient[i];
    square[i] = decay * square[i] + (1 - decay) * (slope * slope);
    weights[i] -= rate * slope / ROOT(square[i] + epsilon);
  }
}

OCTET_CLONES void octet_adam(
  float *restrict weights, const float *restrict gradient, float *restrict mean, float *restrict square, float rate,
  float first_decay, float second_decay, float epsilon, long count) {
  for (long i = 0; i < count; i++) {
    const float slope = gradient[i];
    const float new_mean = mean[i] + (slope - mean[i]) * (1 - first_decay);
    const float new_square = square[i] + (slope * slope - square[i]) * (1 - second_decay);
    mean[i] = new_mean;
    square[i] = new_square;
    weights[i] -= rate * new_mean / (ROOT(new_square) + epsilon);
  }
}

OCTET_CLONES void octet_average(float *restrict average, const float *restrict values, float decay, long count) {
  for (long i = 0; i < count; i++) average[i] += (values[i] - average[i]) * (1 - decay);
}

OCTET_CLONES double octet_sum_of_squares(const float *restrict values, long count) {
  double sums[8] = {0};
  long i = 0;
  for (; i + 8 <= count; i += 8) {
    for (long lane = 0; lane < 8; lane++) sums[lane] += (double)values[i + lane] * values[i + lane];
  }
  double sum = 0;
  for (; i < count; i++) sum += (double)values[i] * values[i];
  for (long lane = 0; lane < 8; lane++) sum += sums[lane];
  return sum;
}
