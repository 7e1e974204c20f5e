// Convolutions, in tiles whose sums stay in registers. Part of rows.h.

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

// The last few places take a tile of half the size, a last one alone a tile of its own.
#define plain_tiles(V)                                                                                       \
  case V: {                                                                                                  \
    long first = 0;                                                                                          \
    for (; first + PIXELS(V) / 2 < piece->places; first += PIXELS(V)) {                                      \
      plain_tile(PIXELS(V), V, layer, piece, first, w, channel);                                             \
    }                                                                                                        \
    for (; first + 1 < piece->places; first += PIXELS(V) / 2) {                                              \
      plain_tile(PIXELS(V) / 2, V, layer, piece, first, w, channel);                                         \
    }                                                                                                        \
    if (first < piece->places) plain_tile(1, V, layer, piece, first, w, channel);                            \
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
