#include "OctetFloatKernels.h"

#include "clones.h"

// Runs are short, three floats for the first layer of most networks: a call to memcpy would cost more than they do.
#define COPY(target, source, count) \
  for (long copied = 0; copied < (count); copied++) (target)[copied] = (source)[copied]

static inline long at_least(long value, long bound) { return value > bound ? value : bound; }
static inline long at_most(long value, long bound) { return value < bound ? value : bound; }

OCTET_CLONES void octet_gather_patches(
  float *restrict matrix, const float *restrict image, const octet_window *window, long first_row, long last_row) {
  const octet_window w = *window;
  const long run = w.window_width * w.channels;
  float *target = matrix;
  for (long row = first_row; row < last_row; row++) {
    const long top = row * w.stride_height - w.top;
    for (long column = 0; column < w.output_width; column++) {
      const long left = column * w.stride_width - w.left;
      const long from = at_least(left, 0), to = at_most(left + w.window_width, w.width);
      const long before = (from - left) * w.channels, inside = (to - from) * w.channels;
      for (long y = top; y < top + w.window_height; y++, target += run) {
        if (y < 0 || y >= w.height || inside <= 0) {
          for (long i = 0; i < run; i++) target[i] = 0;
        } else {
          const float *source = image + (y * w.width + from) * w.channels;
          for (long i = 0; i < before; i++) target[i] = 0;
          COPY(target + before, source, inside);
          for (long i = before + inside; i < run; i++) target[i] = 0;
        }
      }
    }
  }
}

OCTET_CLONES void octet_scatter_patches(
  float *restrict image, const float *restrict matrix, const octet_window *window, long first_row, long last_row) {
  const octet_window w = *window;
  const long run = w.window_width * w.channels;
  const float *source = matrix;
  for (long row = first_row; row < last_row; row++) {
    const long top = row * w.stride_height - w.top;
    for (long column = 0; column < w.output_width; column++) {
      const long left = column * w.stride_width - w.left;
      const long from = at_least(left, 0), to = at_most(left + w.window_width, w.width);
      const long before = (from - left) * w.channels, inside = (to - from) * w.channels;
      for (long y = top; y < top + w.window_height; y++, source += run) {
        if (y < 0 || y >= w.height) continue;
        float *target = image + (y * w.width + from) * w.channels;
        for (long i = 0; i < inside; i++) target[i] += source[before + i];
      }
    }
  }
}

// The cells of the window at (row, column) that lie on the image.
typedef struct {
  long first_row, last_row, first_column, last_column;
} cells;

static inline cells cells_at(const octet_window *w, long row, long column) {
  const long top = row * w->stride_height - w->top, left = column * w->stride_width - w->left;
  return (cells){at_least(top, 0), at_most(top + w->window_height, w->height), at_least(left, 0),
                 at_most(left + w->window_width, w->width)};
}

static inline __attribute__((always_inline)) void largest_of(
  float *restrict target, const float *restrict image, const octet_window *w, cells c) {
  const float *first = image + (c.first_row * w->width + c.first_column) * w->channels;
  COPY(target, first, w->channels);
  for (long y = c.first_row; y < c.last_row; y++) {
    for (long x = c.first_column; x < c.last_column; x++) {
      const float *pixel = image + (y * w->width + x) * w->channels;
      for (long i = 0; i < w->channels; i++) target[i] = pixel[i] > target[i] ? pixel[i] : target[i];
    }
  }
}

OCTET_CLONES void octet_max_pool(
  float *restrict output, const float *restrict image, const octet_window *window) {
  const octet_window w = *window;
  for (long row = 0; row < w.output_height; row++) {
    for (long column = 0; column < w.output_width; column++, output += w.channels) {
      largest_of(output, image, &w, cells_at(&w, row, column));
    }
  }
}

// Windows of 2x2 that tile the image: each cell lies in one window, so it is written once and needs no clearing.
static int tiles_by_two(const octet_window *w) {
  return w->window_height == 2 && w->window_width == 2 && w->stride_height == 2 && w->stride_width == 2 &&
      w->top == 0 &&
         w->left == 0 && w->height == 2 * w->output_height && w->width == 2 * w->output_width;
}

// One such window: a b / c d. The first cell that holds the largest value takes the gradient.
static inline __attribute__((always_inline)) void spread_by_two(
  float *restrict upper, float *restrict lower, const float *restrict gradient, const float *restrict above,
  const float *restrict below, long channels) {
  for (long i = 0; i < channels; i++) {
    const float a = above[i], b = above[i + channels], c = below[i], d = below[i + channels];
    const float ab = a > b ? a : b, cd = c > d ? c : d, largest = ab > cd ? ab : cd;
    float rest = gradient[i];
    upper[i] = a == largest ? rest : 0;
    rest = a == largest ? 0 : rest;
    upper[i + channels] = b == largest ? rest : 0;
    rest = b == largest ? 0 : rest;
    lower[i] = c == largest ? rest : 0;
    lower[i + channels] = c == largest ? 0 : rest;
  }
}

OCTET_CLONES static void gradient_of_tiles(
  float *restrict image_gradient, const float *restrict output_gradient, const float *restrict image,
  const octet_window *w) {
  const long line = w->width * w->channels;
  for (long row = 0; row < w->output_height; row++) {
    for (long column = 0; column < w->output_width; column++, output_gradient += w->channels) {
      const long upper = 2 * row * line + 2 * column * w->channels;
      spread_by_two(
        image_gradient + upper, image_gradient + upper + line, output_gradient, image + upper, image + upper + line,
        w->channels);
    }
  }
}

OCTET_CLONES static void gradient_of_windows(
  float *restrict image_gradient, const float *restrict output_gradient, const float *restrict image,
  const octet_window *window, float *restrict scratch) {
  const octet_window w = *window;
  float *restrict largest = scratch;
  float *restrict pending = scratch + w.channels;
  for (long i = 0; i < w.height * w.width * w.channels; i++) image_gradient[i] = 0;
  for (long row = 0; row < w.output_height; row++) {
    for (long column = 0; column < w.output_width; column++, output_gradient += w.channels) {
      const cells c = cells_at(&w, row, column);
      largest_of(largest, image, &w, c);
      COPY(pending, output_gradient, w.channels);
      for (long y = c.first_row; y < c.last_row; y++) {
        for (long x = c.first_column; x < c.last_column; x++) {
          const float *restrict pixel = image + (y * w.width + x) * w.channels;
          float *restrict target = image_gradient + (y * w.width + x) * w.channels;
          for (long i = 0; i < w.channels; i++) {
            const int is_largest = pixel[i] == largest[i];
            target[i] += is_largest ? pending[i] : 0;
            pending[i] = is_largest ? 0 : pending[i];
          }
        }
      }
    }
  }
}

void octet_max_pool_gradient(
  float *restrict image_gradient, const float *restrict output_gradient, const float *restrict image,
  const octet_window *window, float *restrict scratch) {
  if (tiles_by_two(window)) {
    gradient_of_tiles(image_gradient, output_gradient, image, window);
  } else {
    gradient_of_windows(image_gradient, output_gradient, image, window, scratch);
  }
}
