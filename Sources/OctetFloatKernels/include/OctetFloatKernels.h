// The inner loops of training, over runs of floats.
//
// They are C because the compiler then builds each of them several times, for plain x86-64, AVX2 and AVX-512, and the
// loader picks one by the processor at hand; Swift has no such thing, and one binary must serve all. The loops are
// written plainly and left to the vectorizer. Pointers do not overlap, and counts are not negative.

#ifndef OCTET_FLOAT_KERNELS_H
#define OCTET_FLOAT_KERNELS_H

#include <stdint.h>

#pragma clang assume_nonnull begin

// MARK: Vectors

/// target += source
void octet_add(float *target, const float *source, long count);

/// target = first + second
void octet_sum(float *target, const float *first, const float *second, long count);

/// target *= factor
void octet_scale(float *target, float factor, long count);

/// target = source / 255
void octet_bytes_to_units(float *target, const uint8_t *source, long count);

/// Adds the row `bias` to each of `rows` rows that start `stride` floats apart.
void octet_add_bias(float *target, const float *bias, long rows, long columns, long stride);

/// Adds each of `rows` rows that start `stride` floats apart to the row `sums`.
void octet_add_rows(float *sums, const float *source, long rows, long columns, long stride);

/// Negative values become zero.
void octet_rectify(float *target, long count);

/// `gradient` becomes zero where `output` is not positive.
void octet_mask_gradient(float *gradient, const float *output, long count);

/// Clears the values whose 16 random bits, four values to a word, are below `threshold`; multiplies the others.
void octet_drop(float *target, const uint64_t *bits, uint16_t threshold, float gain, long count);

/// Zero if every value is finite, else something that is not zero.
float octet_excess(const float *values, long count);

// MARK: Windows over images

/// Moves and sizes of a window over an image of `height x width x channels`.
typedef struct {
  long height, width, channels;
  long output_height, output_width;
  long window_height, window_width;
  long stride_height, stride_width;
  long top, left;
} octet_window;

/// Copies the pixels under the window at output rows [first_row, last_row) to one row of `matrix` per place; zero beyond the
/// edge.
void octet_gather_patches(
  float *matrix, const float *image, const octet_window *window, long first_row, long last_row);

/// Adds what `octet_gather_patches` would have copied back to `image`.
void octet_scatter_patches(
  float *image, const float *matrix, const octet_window *window, long first_row, long last_row);

/// The largest value of each channel under each place of the window.
void octet_max_pool(float *output, const float *image, const octet_window *window);

/// Sends each gradient to the first cell under the window that holds the largest value. `image_gradient` is overwritten;
/// `scratch` has room for two pixels.
void octet_max_pool_gradient(
  float *image_gradient, const float *output_gradient, const float *image, const octet_window *window, float *scratch);

// MARK: Batch normalization, over `pixels` rows of `channels` values

/// target = source * slope + start
void octet_scale_channels(
  float *target, const float *source, const float *slope, const float *start, long pixels, long channels);

/// sums += (source - mean)^2
void octet_add_squares(float *sums, const float *source, const float *mean, long pixels, long channels);

/// sums += gradient; products += gradient * (source - mean) * inverse
void octet_add_normalized_products(
  float *sums, float *products, const float *gradient, const float *source, const float *mean, const float *inverse,
  long pixels, long channels);

/// target = slope * (gradient - mean_gradient - (source - mean) * inverse * mean_product)
void octet_normalization_gradient(
  float *target, const float *gradient, const float *source, const float *mean, const float *inverse,
  const float *slope, const float *mean_gradient, const float *mean_product, long pixels, long channels);

// MARK: Optimizers

void octet_sgd(float *weights, const float *gradient, float rate, long count);

void octet_sgd_momentum(
  float *weights, const float *gradient, float *velocity, float rate, float momentum, long count);

void octet_rmsprop(
  float *weights, const float *gradient, float *square, float rate, float decay, float epsilon, long count);

void octet_adam(
  float *weights, const float *gradient, float *mean, float *square, float rate, float first_decay,
  float second_decay, float epsilon, long count);

#pragma clang assume_nonnull end

#endif
