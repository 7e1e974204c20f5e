#include "OctetFloatKernels.h"

#include "clones.h"

// A depthwise convolution treats each channel by itself, so its sums are over the cells of the window. They are kept in
// registers for as many channels at a time as these hold, while the window's cells are walked: the functions below are
// built for a fixed number of channels, and for one at a time for those that are left over.

enum { lanes = 16 };

#define EACH_LANE for (long lane = 0; lane < width; lane++)

#define ALWAYS_INLINE static inline __attribute__((always_inline))

static inline long at_least(long value, long bound) { return value > bound ? value : bound; }
static inline long at_most(long value, long bound) { return value < bound ? value : bound; }

// The places [first, last) along one axis at which a cell of the window lies on the image, and how far the image's cell
// then is from place * stride.
typedef struct {
  long first, last, shift;
} places;

static inline places places_of(long cell, long stride, long border, long size, long outputs) {
  const long shift = cell - border;
  const long first = shift < 0 ? (-shift + stride - 1) / stride : 0;
  const long last = size - shift <= 0 ? 0 : (size - shift + stride - 1) / stride;
  return (places){first, at_most(last, outputs), shift};
}

ALWAYS_INLINE void forward(
  float *restrict target, const float *restrict image, const float *restrict weights, const float *restrict bias,
  const octet_window *w, long channel, long width) {
  const long channels = w->channels;
  float start[lanes] = {0};
  if (bias) EACH_LANE start[lane] = bias[channel + lane];
  for (long row = 0; row < w->output_height; row++) {
    const long top = row * w->stride_height - w->top;
    const long y0 = at_least(-top, 0), y1 = at_most(w->height - top, w->window_height);
    for (long column = 0; column < w->output_width; column++) {
      const long left = column * w->stride_width - w->left;
      const long x0 = at_least(-left, 0), x1 = at_most(w->width - left, w->window_width);
      float sums[lanes];
      EACH_LANE sums[lane] = start[lane];
      for (long y = y0; y < y1; y++) {
        const float *pixel = image + ((top + y) * w->width + left + x0) * channels + channel;
        const float *weight = weights + (y * w->window_width + x0) * channels + channel;
        for (long x = x0; x < x1; x++, pixel += channels, weight += channels) {
          EACH_LANE sums[lane] += pixel[lane] * weight[lane];
        }
      }
      float *result = target + (row * w->output_width + column) * channels + channel;
      EACH_LANE result[lane] = sums[lane];
    }
  }
}

// The gradient of each pixel from all places whose window lies on it.
ALWAYS_INLINE void backward(
  float *restrict image_gradient, const float *restrict gradient, const float *restrict weights, const octet_window *w,
  long channel, long width) {
  const long channels = w->channels;
  for (long row = 0; row < w->height; row++) {
    // The first place whose window reaches the row, and the cell that lies on it there; each place further down has it
    // `stride` cells higher.
    const long below = row + w->top;
    const long y_first = at_least((below - w->window_height + w->stride_height) / w->stride_height, 0);
    const long y_last = at_most(below / w->stride_height, w->output_height - 1);
    for (long column = 0; column < w->width; column++) {
      const long right = column + w->left;
      const long x_first = at_least((right - w->window_width + w->stride_width) / w->stride_width, 0);
      const long x_last = at_most(right / w->stride_width, w->output_width - 1);
      float sums[lanes] = {0};
      for (long y = y_first; y <= y_last; y++) {
        const long cell_row = below - y * w->stride_height;
        for (long x = x_first; x <= x_last; x++) {
          const long cell = cell_row * w->window_width + right - x * w->stride_width;
          const float *slope = gradient + (y * w->output_width + x) * channels + channel;
          const float *weight = weights + cell * channels + channel;
          EACH_LANE sums[lane] += slope[lane] * weight[lane];
        }
      }
      float *result = image_gradient + (row * w->width + column) * channels + channel;
      EACH_LANE result[lane] = sums[lane];
    }
  }
}

ALWAYS_INLINE void weight_gradient(
  float *restrict weight_gradients, const float *restrict gradient, const float *restrict image, const octet_window *w,
  long channel, long width) {
  const long channels = w->channels;
  for (long y = 0; y < w->window_height; y++) {
    const places rows = places_of(y, w->stride_height, w->top, w->height, w->output_height);
    for (long x = 0; x < w->window_width; x++) {
      const places columns = places_of(x, w->stride_width, w->left, w->width, w->output_width);
      float sums[lanes] = {0};
      for (long row = rows.first; row < rows.last; row++) {
        const long image_row = row * w->stride_height + rows.shift;
        for (long column = columns.first; column < columns.last; column++) {
          const long image_column = column * w->stride_width + columns.shift;
          const float *pixel = image + (image_row * w->width + image_column) * channels + channel;
          const float *slope = gradient + (row * w->output_width + column) * channels + channel;
          EACH_LANE sums[lane] += pixel[lane] * slope[lane];
        }
      }
      float *result = weight_gradients + (y * w->window_width + x) * channels + channel;
      EACH_LANE result[lane] += sums[lane];
    }
  }
}

OCTET_CLONES void octet_depthwise(
  float *restrict target, const float *restrict image, const float *restrict weights, const float *restrict bias,
  const octet_window *window) {
  const octet_window w = *window;
  long channel = 0;
  for (; channel + lanes <= w.channels; channel += lanes) forward(target, image, weights, bias, &w, channel, lanes);
  for (; channel < w.channels; channel++) forward(target, image, weights, bias, &w, channel, 1);
}

OCTET_CLONES void octet_depthwise_gradient(
  float *restrict image_gradient, const float *restrict gradient, const float *restrict weights,
  const octet_window *window) {
  const octet_window w = *window;
  long channel = 0;
  for (; channel + lanes <= w.channels; channel += lanes) {
    backward(image_gradient, gradient, weights, &w, channel, lanes);
  }
  for (; channel < w.channels; channel++) backward(image_gradient, gradient, weights, &w, channel, 1);
}

OCTET_CLONES void octet_depthwise_weight_gradient(
  float *restrict weight_gradients, const float *restrict gradient, const float *restrict image,
  const octet_window *window) {
  const octet_window w = *window;
  long channel = 0;
  for (; channel + lanes <= w.channels; channel += lanes) {
    weight_gradient(weight_gradients, gradient, image, &w, channel, lanes);
  }
  for (; channel < w.channels; channel++) weight_gradient(weight_gradients, gradient, image, &w, channel, 1);
}
