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

/// target = share * target + (1 - share) * source
void octet_mix(float *target, const float *source, float share, long count);

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

/// Copies the pixels under the window at output rows [first_row, last_row) to one row of `matrix` per place; zero
/// beyond the edge.
void octet_gather_patches(
  float *matrix, const float *image, const octet_window *window, long first_row, long last_row);

/// Adds what `octet_gather_patches` would have copied back to `image`.
void octet_scatter_patches(
  float *image, const float *matrix, const octet_window *window, long first_row, long last_row);

/// The largest value of each channel under each place of the window.
void octet_max_pool(float *output, const float *image, const octet_window *window);

/// Sends each gradient to the first cell under the window that holds the largest value. `image_gradient` is
/// overwritten; `scratch` has room for two pixels.
void octet_max_pool_gradient(
  float *image_gradient, const float *output_gradient, const float *image, const octet_window *window, float *scratch);

// MARK: Convolutions

/// Filters whose weights lie together.
#define OCTET_PANEL_LANES 16

/// Weights for `octet_convolve`: for each sixteen filters `rows` rows of sixteen weights, zero beyond the last filter.
typedef struct {
  long rows, filters;
} octet_panel_shape;

/// Puts `rows` rows of weights into the panels from row `first` on; weight `f` of row `r` is
/// `weights[r * row_stride + f * filter_stride]`.
void octet_panel(
  float *target, const float *weights, const octet_panel_shape *shape, long first, long rows, long row_stride,
  long filter_stride);

/// Zeros around an image.
typedef struct {
  long top, left, bottom, right;
} octet_border;

/// Copies an image of `height x width x channels` with zeros around it.
void octet_pad(float *target, const float *image, long height, long width, long channels, const octet_border *border);

/// How a window walks over an image.
typedef struct {
  /// Places of the window.
  long rows, columns;
  /// Rows of cells under a place, floats of each row, and floats from one row to the next.
  long window_rows, run, pitch;
  /// Floats from a row of places to the next, and from a place to the next, in the image.
  long source_line, source_step;
  /// The same in what comes out.
  long target_line, target_step;
  long filters;
} octet_walk;

/// For each place and filter `bias` and the sum of cells times weights.
void octet_convolve(
  float *target, const float *source, const float *panels, const float *_Nullable bias, const octet_walk *walk);

/// Adds what the gradient of the output, `rows x columns x filters`, makes of the weights' gradient,
/// `window_rows x run x filters`. Reads, and does not use, up to five floats behind the last cell of `source`.
void octet_convolve_weights(
  float *weight_gradients, const float *source, const float *gradient, const octet_walk *walk);

/// Depthwise convolution with one filter for each channel: `target` is `output_height x output_width x channels`, and
/// `weights` are `window_height x window_width x channels`.
void octet_depthwise(
  float *target, const float *image, const float *weights, const float *_Nullable bias, const octet_window *window);

/// What the gradient of the output makes of the image's. `image_gradient` is overwritten.
void octet_depthwise_gradient(
  float *image_gradient, const float *gradient, const float *weights, const octet_window *window);

/// The same for the weights, which is added to `weight_gradients`.
void octet_depthwise_weight_gradient(
  float *weight_gradients, const float *gradient, const float *image, const octet_window *window);

// MARK: Matrices that are mostly zeros

/// The values of a matrix that are not zero, once row by row and once column by column.
typedef struct {
  long rows, columns;
  /// Where the entries of each row begin, and behind the last where they end; `rows + 1` of them.
  int32_t *row_starts;
  /// The column of each entry, and its value. Room for `most + columns` of them.
  int32_t *row_places;
  float *row_values;
  /// The same by columns; `columns + 1` starts, and room for `most` entries.
  int32_t *column_starts;
  int32_t *column_places;
  float *column_values;
} octet_sparse;

/// Finds what is not zero in a matrix of `rows` rows and the sparse one's columns. -1 if that is more than `most`, else
/// how many there are.
long octet_sparse_compress(octet_sparse *sparse, const float *dense, long rows, long most);

/// target = sparse * matrix, which has a row of `width` for each of the sparse one's columns.
void octet_sparse_rows_product(float *target, const octet_sparse *sparse, const float *matrix, long width);

/// target += transpose of matrix * sparse; the matrix has a row of `width` for each of the sparse one's rows, and the
/// target one of `columns` for each of `width`.
void octet_sparse_columns_product(float *target, const octet_sparse *sparse, const float *matrix, long width);

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

void octet_nesterov(
  float *weights, const float *gradient, float *velocity, float rate, float momentum, long count);

void octet_rmsprop(
  float *weights, const float *gradient, float *square, float rate, float decay, float epsilon, long count);

void octet_adam(
  float *weights, const float *gradient, float *mean, float *square, float rate, float first_decay,
  float second_decay, float epsilon, long count);

/// average = decay * average + (1 - decay) * values
void octet_average(float *average, const float *values, float decay, long count);

/// In double precision.
double octet_sum_of_squares(const float *values, long count);

// Networks that compute with integers, carried in floats.

/// How sums become integers less a zero point: channel by channel, half going up.
typedef struct {
  const int32_t *bias, *multipliers;
  /// 32 less than the shifts, 1 or more: shifts below 33 count as 33.
  const int32_t *shifts;
  /// Half a step before the shift.
  const int32_t *halves;
  /// What shifts below 33 lack, and the largest size of a sum before it is shifted left by that; null if all are at
  /// least 33.
  const int32_t *_Nullable raises, *_Nullable reaches;
  /// The ends of the clamp, less the zero point.
  int32_t low, high;
} octet_requantization;

/// `rows` of `channels` sums each, which are integers below 2^31 with their bias.
void octet_requantize_sums(float *values, long rows, long channels, const octet_requantization *how);

/// The same of sums that come in two parts, `values + 16 * high`, as a float has no room for the whole.
void octet_requantize_split_sums(
  float *values, const float *high, long rows, long channels, const octet_requantization *how);

/// Multiplies each channel's gradient by its factor, and makes it 0 where the output is at an end or beyond.
void octet_limit_gradient(
  float *gradient, const float *output, long rows, long channels, const float *factors, float low, float high);

/// The integers nearest to weights over their channel's step, cut off at the limit on either side.
void octet_round_weights(
  float *target, const float *weights, long rows, long channels, const float *inverses, float limit);

/// Adds the sizes of the rows' values to sums, one for each column.
void octet_add_sizes(float *sums, const float *values, long rows, long columns);

/// Takes integer weights apart: `16 * high + weights`, the latter from -8 to 8.
void octet_split_weights(float *high, float *weights, long count);

/// From the gradient of integer weights, those of the weights and of the logarithms of the steps.
void octet_weight_gradients(
  float *gradient, float *steps, const float *source, const float *weights, const float *integers, long rows,
  long channels, const float *inverses, const float *factors, float limit);

#pragma clang assume_nonnull end

#endif
