#include "OctetFloatKernels.h"

#include <string.h>

#include "clones.h"

// Convolutions without a matrix of patches. Six places times sixteen filters are summed up in registers, while the
// cells under a place are walked in the order in which they lie in memory: each cell's value is multiplied by sixteen
// weights at once. The weights of sixteen filters lie together for that, see octet_panel.

enum { lanes = OCTET_PANEL_LANES, tile = 6 };

// The compiler cuts these into what the processor has: one register of AVX-512, two of AVX, four of NEON or SSE.
typedef float block __attribute__((vector_size(lanes * sizeof(float))));

#define ALWAYS_INLINE static inline __attribute__((always_inline))

// By pointers, as a vector that is handed over as a value would be one of another kind in each build.

ALWAYS_INLINE void load(block *value, const float *source) { memcpy(value, source, sizeof *value); }

ALWAYS_INLINE void store(float *target, const block *value) { memcpy(target, value, sizeof *value); }

// The same for the filters that are left over behind the last sixteen.
ALWAYS_INLINE void load_some(block *value, const float *source, long count) {
  float values[lanes] = {0};
  memcpy(values, source, count * sizeof *values);
  load(value, values);
}

ALWAYS_INLINE void store_some(float *target, const block *value, long count) {
  float values[lanes];
  store(values, value);
  memcpy(target, values, count * sizeof *values);
}

void octet_panel(
  float *restrict target, const float *restrict weights, const octet_panel_shape *shape, long first, long rows,
  long row_stride, long filter_stride) {
  for (long filter = 0; filter < shape->filters; filter += lanes) {
    float *panel = target + (filter / lanes * shape->rows + first) * lanes;
    for (long row = 0; row < rows; row++) {
      for (long lane = 0; lane < lanes; lane++) {
        const long own = filter + lane;
        panel[row * lanes + lane] = own < shape->filters ? weights[row * row_stride + own * filter_stride] : 0;
      }
    }
  }
}

void octet_pad(
  float *restrict target, const float *restrict image, long height, long width, long channels, const octet_border *b) {
  const long line = (b->left + width + b->right) * channels;
  memset(target, 0, b->top * line * sizeof *target);
  target += b->top * line;
  for (long row = 0; row < height; row++, target += line) {
    memset(target, 0, b->left * channels * sizeof *target);
    memcpy(target + b->left * channels, image + row * width * channels, width * channels * sizeof *target);
    memset(target + (b->left + width) * channels, 0, b->right * channels * sizeof *target);
  }
  memset(target, 0, b->bottom * line * sizeof *target);
}

OCTET_CLONES void octet_convolve(
  float *restrict target, const float *restrict source, const float *restrict panels, const float *restrict bias,
  const octet_walk *walk) {
  const octet_walk w = *walk;
  const long places = w.rows * w.columns, depth = w.window_rows * w.run;
  for (long filter = 0; filter < w.filters; filter += lanes, panels += depth * lanes) {
    const long count = w.filters - filter < lanes ? w.filters - filter : lanes;
    block start = {0};
    if (bias) load_some(&start, bias + filter, count);
    for (long first = 0; first < places; first += tile) {
      // Where there are fewer than six places left the last one is worked out several times.
      const float *from[tile];
      float *to[tile];
      for (long i = 0; i < tile; i++) {
        const long place = first + i < places ? first + i : places - 1;
        const long row = place / w.columns, column = place % w.columns;
        from[i] = source + row * w.source_line + column * w.source_step;
        to[i] = target + row * w.target_line + column * w.target_step + filter;
      }
      block sums[tile] = {start, start, start, start, start, start};
      const float *weights = panels;
      for (long y = 0; y < w.window_rows; y++) {
        const long line = y * w.pitch;
        for (long x = line; x < line + w.run; x++, weights += lanes) {
          block weight;
          load(&weight, weights);
          sums[0] += from[0][x] * weight;
          sums[1] += from[1][x] * weight;
          sums[2] += from[2][x] * weight;
          sums[3] += from[3][x] * weight;
          sums[4] += from[4][x] * weight;
          sums[5] += from[5][x] * weight;
        }
      }
      for (long i = 0; i < tile; i++) {
        if (count == lanes) {
          store(to[i], &sums[i]);
        } else {
          store_some(to[i], &sums[i], count);
        }
      }
    }
  }
}

// Six rows of weights by sixteen filters, over the places of some rows.
ALWAYS_INLINE void weights_tile(
  float *restrict target, const float *restrict source, const float *restrict gradient, const octet_walk *w, long rows,
  long valid, long count) {
  block sums[tile];
  for (long i = 0; i < tile; i++) {
    const float *own = target + i * w->filters;
    sums[i] = (block){0};
    if (i < valid && count == lanes) load(&sums[i], own);
    if (i < valid && count < lanes) load_some(&sums[i], own, count);
  }
  for (long row = 0; row < rows; row++) {
    const float *from = source + row * w->source_line;
    for (long column = 0; column < w->columns; column++, from += w->source_step, gradient += w->filters) {
      block slope;
      if (count == lanes) {
        load(&slope, gradient);
      } else {
        load_some(&slope, gradient, count);
      }
      sums[0] += from[0] * slope;
      sums[1] += from[1] * slope;
      sums[2] += from[2] * slope;
      sums[3] += from[3] * slope;
      sums[4] += from[4] * slope;
      sums[5] += from[5] * slope;
    }
  }
  for (long i = 0; i < valid; i++) {
    float *own = target + i * w->filters;
    if (count == lanes) {
      store(own, &sums[i]);
    } else {
      store_some(own, &sums[i], count);
    }
  }
}

OCTET_CLONES void octet_convolve_weights(
  float *restrict weight_gradients, const float *restrict source, const float *restrict gradient,
  const octet_walk *walk) {
  const octet_walk w = *walk;
  // So many rows of places that what is read of them stays in the first-level cache.
  enum { cache = 24 * 1024 / sizeof(float) };
  const long bytes_per_row = w.columns * (w.filters + w.source_step) + 1;
  const long most = cache / bytes_per_row < 1 ? 1 : cache / bytes_per_row;
  for (long row = 0; row < w.rows; row += most) {
    const long rows = w.rows - row < most ? w.rows - row : most;
    for (long y = 0; y < w.window_rows; y++) {
      for (long x = 0; x < w.run; x += tile) {
        const float *from = source + row * w.source_line + y * w.pitch + x;
        float *to = weight_gradients + (y * w.run + x) * w.filters;
        const long valid = w.run - x < tile ? w.run - x : tile;
        for (long filter = 0; filter < w.filters; filter += lanes) {
          const float *slopes = gradient + row * w.columns * w.filters + filter;
          const long count = w.filters - filter < lanes ? w.filters - filter : lanes;
          if (count == lanes) {
            weights_tile(to + filter, from, slopes, &w, rows, valid, lanes);
          } else {
            weights_tile(to + filter, from, slopes, &w, rows, valid, count);
          }
        }
      }
    }
  }
}
