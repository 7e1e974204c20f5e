// The kernels, written once over a few vector operations. A file for each instruction set defines those and includes this.
//
// TARGET             attributes of every function here
// NAME(x)            x with the instruction set in its name
// LANES, DEPTH       channels in a vector, values in a group
// OFFSET             128 if activations are raised to 0 to 255, 0 if they stay
// VECTORS            vectors in a block of a convolution
// PIXELS(v)          pixels that are computed together where a block has v vectors: 4 or 8
// cell               how an activation is held in scratch memory
// vector, weights    LANES int32, and LANES * DEPTH weights
// group              DEPTH activations, the same for each channel
// load_weights, load_group, dot, load, store, load_some, store_some, all_lanes, larger, scaling, load_scaling,
// rescaled, placed, store_whole, store_bytes, widen, multiply_add, copy_cells
// packed_group, spread_group   a group as one number, and back
// LIST_GROUPS        the body of list_groups below
//
// A group that is zero adds nothing, so dense layers first list those that are not.
#include <string.h>

#include "OctetHostKernelsC.h"

#if defined(__clang__)
#define UNROLL _Pragma("clang loop unroll(full)")
#else
#define UNROLL _Pragma("GCC unroll 16")
#endif

// Vectors in a block of a dense layer.
#define DENSE_VECTORS 8
// Values that are listed at a time.
#define LISTED 4096

INLINE long smaller(long a, long b) { return a < b ? a : b; }

// `count` outputs from channel `channel` on.
INLINE void emit(const octet_layer *layer, vector sum, long channel, long count, int8_t *target) {
  const vector value = placed(layer, rescaled(sum, load_scaling(layer, channel)));
  if (layer->is_wide) {
    int32_t wide[LANES];
    store(wide, value);
    for (long i = 0; i < count; i++) {
      const uint16_t bits = (uint16_t)wide[i];
      target[2 * i] = (int8_t)(bits & 255);
      target[2 * i + 1] = (int8_t)(bits >> 8);
    }
  } else if (layer->table) {
    int32_t wide[LANES];
    store(wide, value);
    for (long i = 0; i < count; i++) target[i] = layer->table[wide[i] + 128];
  } else {
    store_bytes(target, value, count);
  }
}

// All outputs of a block at `pixels` places.
INLINE void emit_block(const long pixels, const long vectors, const octet_layer *layer, vector sums[8][VECTORS],
                       long channel, long places, int8_t *target, long place_bytes) {
  const bool is_whole = channel + vectors * LANES <= layer->outputs;
  if (is_whole && !layer->is_wide && !layer->table) {
    scaling scalings[VECTORS];
    UNROLL for (long v = 0; v < vectors; v++) scalings[v] = load_scaling(layer, channel + v * LANES);
    UNROLL for (long i = 0; i < pixels; i++) {
      vector values[VECTORS];
      UNROLL for (long v = 0; v < vectors; v++) values[v] = rescaled(sums[i][v], scalings[v]);
      if (i < places) store_whole(layer, values, vectors, target + i * place_bytes + channel);
    }
    return;
  }
  const long element = layer->is_wide ? 2 : 1;
  for (long i = 0; i < smaller(pixels, places); i++) {
    for (long v = 0; v < vectors; v++) {
      const long c = channel + v * LANES;
      emit(layer, sums[i][v], c, smaller(LANES, layer->outputs - c), target + i * place_bytes + c * element);
    }
  }
}

// Accumulators of some pixels times some vectors of channels. The counts are constants, so all stay in registers.
INLINE void block(const long pixels, const long vectors, vector sums[8][VECTORS], const cell *const *places,
                  long line_cells, const octet_layer *layer, const int8_t *w, long channel) {
  vector acc[8][VECTORS];
  const cell *p[8];
  UNROLL for (long i = 0; i < pixels; i++) {
    p[i] = places[i];
    UNROLL for (long v = 0; v < vectors; v++) acc[i][v] = load(layer->start + channel + v * LANES);
  }
  const long lines = layer->lines, groups = layer->groups;
  for (long line = 0; line < lines; line++) {
    for (long g = 0; g < groups; g++) {
      weights ws[VECTORS];
      UNROLL for (long v = 0; v < vectors; v++) ws[v] = load_weights(w + v * LANES * DEPTH);
      w += vectors * LANES * DEPTH;
      UNROLL for (long i = 0; i < pixels; i++) {
        const group values = load_group(p[i] + g * DEPTH);
        UNROLL for (long v = 0; v < vectors; v++) acc[i][v] = dot(acc[i][v], values, ws[v]);
      }
    }
    UNROLL for (long i = 0; i < pixels; i++) p[i] += line_cells;
  }
  UNROLL for (long i = 0; i < pixels; i++) {
    UNROLL for (long v = 0; v < vectors; v++) sums[i][v] = acc[i][v];
  }
}

// A piece of a row of a convolution, with its input in scratch memory.
typedef struct {
  const cell *cells;
  // Cells from a line to the next, and from a pixel before pooling to the next.
  long line_cells, step;
  long places;
  // Bytes from a place's outputs to the next.
  long place_bytes;
  int8_t *target;
} NAME(piece);

// `pixels` places from `first` on, without a pool.
INLINE void plain_tile(const long pixels, const long vectors, const octet_layer *layer, const NAME(piece) *piece,
                       long first, const int8_t *w, long channel) {
  vector sums[8][VECTORS];
  const cell *p[8];
  const long last = piece->places - 1;
  // Beyond the last place it is computed once more, and dropped.
  UNROLL for (long i = 0; i < pixels; i++) p[i] = piece->cells + smaller(first + i, last) * piece->step;
  block(pixels, vectors, sums, p, piece->line_cells, layer, w, channel);
  emit_block(pixels, vectors, layer, sums, channel, piece->places - first,
             piece->target + first * piece->place_bytes, piece->place_bytes);
}

// `pixels` places from `first` on, any pool.
INLINE void any_tile(const long pixels, const long vectors, const octet_layer *layer, const NAME(piece) *piece,
                     long first, const int8_t *w, long channel) {
  vector best[8][VECTORS], sums[8][VECTORS];
  const long last = piece->places - 1;
  UNROLL for (long i = 0; i < pixels; i++) {
    UNROLL for (long v = 0; v < vectors; v++) best[i][v] = all_lanes(INT32_MIN);
  }
  for (long down = 0; down < layer->pool_height; down++) {
    for (long across = 0; across < layer->pool_width; across++) {
      const cell *p[8];
      const cell *line = piece->cells + down * layer->stride_down * piece->line_cells;
      UNROLL for (long i = 0; i < pixels; i++) {
        p[i] = line + (smaller(first + i, last) * layer->pool_width + across) * piece->step;
      }
      block(pixels, vectors, sums, p, piece->line_cells, layer, w, channel);
      UNROLL for (long i = 0; i < pixels; i++) {
        UNROLL for (long v = 0; v < vectors; v++) best[i][v] = larger(best[i][v], sums[i][v]);
      }
    }
  }
  emit_block(pixels, vectors, layer, best, channel, piece->places - first,
             piece->target + first * piece->place_bytes, piece->place_bytes);
}

// `pixels / 4` places from `first` on, for a pool of 2 x 2: its four pixels are computed together.
INLINE void square_tile(const long pixels, const long vectors, const octet_layer *layer, const NAME(piece) *piece,
                        long first, const int8_t *w, long channel) {
  vector sums[8][VECTORS], best[8][VECTORS];
  const cell *p[8];
  const long last = piece->places - 1, below = layer->stride_down * piece->line_cells;
  UNROLL for (long i = 0; i < pixels; i += 4) {
    const cell *corner = piece->cells + smaller(first + i / 4, last) * 2 * piece->step;
    p[i] = corner;
    p[i + 1] = corner + piece->step;
    p[i + 2] = corner + below;
    p[i + 3] = corner + below + piece->step;
  }
  block(pixels, vectors, sums, p, piece->line_cells, layer, w, channel);
  UNROLL for (long i = 0; i < pixels; i += 4) {
    UNROLL for (long v = 0; v < vectors; v++) {
      best[i / 4][v] = larger(larger(sums[i][v], sums[i + 1][v]), larger(sums[i + 2][v], sums[i + 3][v]));
    }
  }
  emit_block(pixels / 4, vectors, layer, best, channel, piece->places - first,
             piece->target + first * piece->place_bytes, piece->place_bytes);
}

// All places of a piece, for one block of channels: for each number of vectors, tiles of constant size.
#if VECTORS == 4
#define EACH_COUNT(TILES) TILES(1) TILES(2) TILES(3) TILES(4)
#else
#define EACH_COUNT(TILES) TILES(1) TILES(2)
#endif
#define PLACES(kind)                                                                                         \
  static __attribute__((noinline)) TARGET void NAME(kind##_places)(                                          \
    const octet_layer *layer, const NAME(piece) *piece, const int8_t *w, long channel, long vectors) {       \
    switch (vectors) { EACH_COUNT(kind##_tiles) }                                                            \
  }

// The last few places take a tile of half the size.
#define plain_tiles(V)                                                                                       \
  case V: {                                                                                                  \
    long first = 0;                                                                                          \
    for (; first + PIXELS(V) / 2 < piece->places; first += PIXELS(V)) {                                      \
      plain_tile(PIXELS(V), V, layer, piece, first, w, channel);                                             \
    }                                                                                                        \
    for (; first < piece->places; first += PIXELS(V) / 2) {                                                  \
      plain_tile(PIXELS(V) / 2, V, layer, piece, first, w, channel);                                         \
    }                                                                                                        \
    break;                                                                                                   \
  }
PLACES(plain)

#define any_tiles(V)                                                                                         \
  case V: {                                                                                                  \
    for (long first = 0; first < piece->places; first += 4) any_tile(4, V, layer, piece, first, w, channel); \
    break;                                                                                                   \
  }
PLACES(any)

#define square_tiles(V)                                                                                      \
  case V: {                                                                                                  \
    for (long first = 0; first < piece->places; first += PIXELS(V) / 4) {                                    \
      square_tile(PIXELS(V), V, layer, piece, first, w, channel);                                            \
    }                                                                                                        \
    break;                                                                                                   \
  }
PLACES(square)

static TARGET void NAME(convolve)(const octet_layer *layer, const octet_rows *rows, long places, void *target) {
  // Room for the last group of the last pixel to reach beyond the line.
  enum { slack = 64, room = OCTET_SCRATCH_BYTES / sizeof(cell) };
  cell cells[room + slack] __attribute__((aligned(64)));
  const long lines = (layer->pool_height - 1) * layer->stride_down + layer->lines;
  const long step = layer->stride_across * layer->channels, place_step = layer->pool_width * step;
  // Cells under one place, and what each further one adds.
  const long alone = (layer->pool_width - 1) * step + layer->segment;
  const long most = (room / lines - alone) / place_step + 1;
  const long element = layer->is_wide ? 2 : 1;
  const long pool = layer->pool_height * layer->pool_width;
  const bool is_square = layer->pool_height == 2 && layer->pool_width == 2;
  for (long first = 0; first < places; first += most) {
    const long count = smaller(most, places - first);
    NAME(piece) piece;
    piece.cells = cells;
    piece.line_cells = alone + (count - 1) * place_step;
    piece.step = step;
    piece.places = count;
    piece.place_bytes = layer->outputs * element;
    piece.target = (int8_t *)target + first * piece.place_bytes;
    for (long line = 0, slot = rows->first; line < lines; line++) {
      copy_cells(cells + line * piece.line_cells, rows->slots + slot * rows->row_bytes + first * place_step,
                 piece.line_cells);
      slot = slot + 1 == rows->slot_count ? 0 : slot + 1;
    }
    memset(cells + lines * piece.line_cells, 0, DEPTH * sizeof(cell));
    const int8_t *w = layer->weights;
    for (long channel = 0; channel < layer->outputs; channel += VECTORS * LANES) {
      const long vectors = smaller(VECTORS, (layer->outputs - channel + LANES - 1) / LANES);
      if (pool == 1) {
        NAME(plain_places)(layer, &piece, w, channel, vectors);
      } else if (is_square) {
        NAME(square_places)(layer, &piece, w, channel, vectors);
      } else {
        NAME(any_places)(layer, &piece, w, channel, vectors);
      }
      w += layer->lines * layer->groups * vectors * LANES * DEPTH;
    }
  }
}

static TARGET void NAME(convolve_depthwise)(
  const octet_layer *layer, const octet_rows *rows, long places, void *target) {
  const long channels = layer->outputs, padded = (channels + LANES - 1) / LANES * LANES;
  const long element = layer->is_wide ? 2 : 1;
  int8_t *output = target;
  for (long place = 0; place < places; place++) {
    for (long channel = 0; channel < channels; channel += LANES) {
      const long count = smaller(LANES, channels - channel);
      vector sum = load(layer->start + channel);
      const int8_t *w = layer->weights + channel;
      for (long line = 0, slot = rows->first; line < layer->lines; line++) {
        const int8_t *cells =
          rows->slots + slot * rows->row_bytes + place * layer->stride_across * channels + channel;
        for (long column = 0; column < layer->window_width; column++) {
          sum = multiply_add(sum, widen(cells, count), widen(w, LANES));
          cells += channels;
          w += padded;
        }
        slot = slot + 1 == rows->slot_count ? 0 : slot + 1;
      }
      emit(layer, sum, channel, count, output);
      output += count * element;
    }
  }
}

// The groups of up to LISTED values that are not zero: their values and their places.
typedef struct {
  long count;
  packed_group values[LISTED / DEPTH + 16];
  int32_t places[LISTED / DEPTH + 16];
} NAME(list);

INLINE void list_groups(NAME(list) *list, const uint8_t *values, uint8_t flip, long count) { LIST_GROUPS }

// Adds listed groups to the sums of a block of constant size.
INLINE void add_listed(const long vectors, vector *sums, const NAME(list) *list, const int8_t *w) {
  vector acc[DENSE_VECTORS];
  UNROLL for (long v = 0; v < vectors; v++) acc[v] = sums[v];
  for (long i = 0; i < list->count; i++) {
    const group values = spread_group(list->values[i]);
    const int8_t *at = w + (long)list->places[i] * vectors * LANES * DEPTH;
    UNROLL for (long v = 0; v < vectors; v++) acc[v] = dot(acc[v], values, load_weights(at + v * LANES * DEPTH));
  }
  UNROLL for (long v = 0; v < vectors; v++) sums[v] = acc[v];
}

INLINE void add_block(long vectors, vector *sums, const NAME(list) *list, const int8_t *w) {
  switch (vectors) {
    case 1: add_listed(1, sums, list, w); break;
    case 2: add_listed(2, sums, list, w); break;
    case 3: add_listed(3, sums, list, w); break;
    case 4: add_listed(4, sums, list, w); break;
    case 5: add_listed(5, sums, list, w); break;
    case 6: add_listed(6, sums, list, w); break;
    case 7: add_listed(7, sums, list, w); break;
    case 8: add_listed(8, sums, list, w); break;
  }
}

// `count` values, which start at row `row`, into the accumulators or, where there are none, to the outputs.
static TARGET void NAME(dense)(const octet_layer *layer, const uint8_t *values, uint8_t flip, long row, long count,
                               int32_t *accumulators, int8_t *target) {
  NAME(list) list;
  list_groups(&list, values, flip, smaller(LISTED, count));
  const long element = layer->is_wide ? 2 : 1;
  const int8_t *w = layer->weights;
  for (long channel = 0; channel < layer->outputs; channel += DENSE_VECTORS * LANES) {
    const long vectors = smaller(DENSE_VECTORS, (layer->outputs - channel + LANES - 1) / LANES);
    const long group_bytes = vectors * LANES * DEPTH;
    vector sums[DENSE_VECTORS];
    for (long v = 0; v < vectors; v++) {
      const long c = channel + v * LANES;
      if (row == 0) {
        sums[v] = load(layer->start + c);
      } else {
        sums[v] = load_some(accumulators + c, smaller(LANES, layer->outputs - c));
      }
    }
    const int8_t *at = w + row * layer->groups * group_bytes;
    for (long first = 0; first < count; first += LISTED) {
      if (count > LISTED) list_groups(&list, values + first, flip, smaller(LISTED, count - first));
      add_block(vectors, sums, &list, at + first / DEPTH * group_bytes);
    }
    for (long v = 0; v < vectors; v++) {
      const long c = channel + v * LANES, some = smaller(LANES, layer->outputs - c);
      if (target) {
        emit(layer, sums[v], c, some, target + c * element);
      } else {
        store_some(accumulators + c, sums[v], some);
      }
    }
    w += layer->lines * layer->groups * group_bytes;
  }
}

static TARGET void NAME(fold)(
  const octet_layer *layer, const uint8_t *values, uint8_t flip, long row, long count, int32_t *accumulators) {
  NAME(dense)(layer, values, flip, row, count, accumulators, 0);
}

static TARGET void NAME(multiply)(
  const octet_layer *layer, const uint8_t *values, uint8_t flip, long count, void *target) {
  NAME(dense)(layer, values, flip, 0, count, 0, target);
}

static TARGET void NAME(finish)(const octet_layer *layer, const int32_t *accumulators, void *target) {
  const long element = layer->is_wide ? 2 : 1;
  for (long c = 0; c < layer->outputs; c += LANES) {
    const long some = smaller(LANES, layer->outputs - c);
    emit(layer, load_some(accumulators + c, some), c, some, (int8_t *)target + c * element);
  }
}

static __attribute__((noinline)) TARGET long NAME(peak)(long rounds) {
  int8_t bytes[64] __attribute__((aligned(64)));
  cell cells[DEPTH] = {1};
  memset(bytes, 1, sizeof bytes);
  weights w = load_weights(bytes);
  group values = load_group(cells);
  vector acc[12];
  UNROLL for (long i = 0; i < 12; i++) acc[i] = all_lanes(0);
  for (long round = 0; round < rounds; round++) {
    UNROLL for (long i = 0; i < 12; i++) {
      // Each product must be made, again and again.
      KEEP(values);
      acc[i] = dot(acc[i], values, w);
      KEEP(acc[i]);
    }
  }
  return rounds * 12 * LANES * DEPTH;
}

const octet_kernels NAME(kernels) = {
  .name = KERNEL_NAME,
  .lanes = LANES,
  .depth = DEPTH,
  .convolution_vectors = VECTORS,
  .dense_vectors = DENSE_VECTORS,
  .offset = OFFSET,
  .convolve = NAME(convolve),
  .convolve_depthwise = NAME(convolve_depthwise),
  .fold = NAME(fold),
  .finish = NAME(finish),
  .multiply = NAME(multiply),
  .peak = NAME(peak),
};
