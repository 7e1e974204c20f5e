// Convolutions, in tiles whose sums stay in registers. Part of rows.h.

// A piece of a row of a convolution, with its input in scratch memory.
typedef struct {
  const cell *cells;
  // Cells from a line to the next, and from a place before pooling to the next.
  long line_cells, step;
  long places;
  // Bytes from a place's outputs to the next.
  long place_bytes;
  int8_t *target;
} NAME(piece);

// The cells of a group under place `place` of a tile. Places are reached from one in every few, as an address can take
// a register and 1 or 2 times another; `corners` are those places.
INLINE group load_corner(const cell *const *corners, const long each, long place, long step, long triple) {
  const cell *at = corners[place / each];
  switch (place % each) {
    case 0: return load_group(at);
    case 1: return load_group(at + step);
    case 2: return load_group(at + 2 * step);
    default: return load_group(at + triple);
  }
}

// Adds a group of each place to its sums, and goes on to the next group.
INLINE void add_group(const long places, const long vectors, const long each, vector acc[MOST_PLACES][VECTORS],
                      const cell **corners, long step, long triple, const int8_t *w) {
  weights ws[VECTORS];
  UNROLL for (long v = 0; v < vectors; v++) ws[v] = load_weights(w + v * LANES * DEPTH);
  UNROLL for (long i = 0; i < places; i++) {
    const group values = load_corner(corners, each, i, step, triple);
    UNROLL for (long v = 0; v < vectors; v++) acc[i][v] = dot(acc[i][v], values, ws[v]);
  }
  UNROLL for (long i = 0; i < places; i += each) corners[i / each] += DEPTH;
}

// The sums of `places` times `vectors` of channels: the counts are constants, so all stay in registers. Places are a
// step apart, half of them from `first` on and half from `second` on where there is one; then the largest of each
// square of four is kept.
INLINE void block(const long places, const long vectors, const bool is_square, vector *sums, const cell *first,
                  const cell *second, const octet_layer *layer, const NAME(piece) *piece, const int8_t *w,
                  long channel) {
  const long across = is_square ? places / 2 : places, each = across < 4 ? across : 4;
  const long turns = TURNS(places * vectors), step = piece->step;
  vector acc[3][MOST_PLACES][VECTORS];
  const cell *corners[MOST_PLACES];
  UNROLL for (long i = 0; i < places; i += each) {
    corners[i / each] = i < across ? first + i * step : second + (i - across) * step;
  }
  UNROLL for (long i = 0; i < places; i++) {
    UNROLL for (long v = 0; v < vectors; v++) {
      acc[0][i][v] = load(layer->start + channel + v * LANES);
      UNROLL for (long t = 1; t < turns; t++) acc[t][i][v] = all_lanes(0);
    }
  }
  const long lines = layer->lines, groups = layer->groups, triple = 3 * step;
  const long rest = piece->line_cells - groups * DEPTH;
  for (long line = 0; line < lines; line++) {
    long left = groups;
    for (; left >= turns; left -= turns) {
      UNROLL for (long t = 0; t < turns; t++) {
        add_group(places, vectors, each, acc[t], corners, step, triple, w);
        w += vectors * LANES * DEPTH;
      }
    }
    UNROLL for (long t = 0; t < turns - 1; t++) {
      if (t < left) {
        add_group(places, vectors, each, acc[t], corners, step, triple, w);
        w += vectors * LANES * DEPTH;
      }
    }
    UNROLL for (long i = 0; i < places; i += each) corners[i / each] += rest;
  }
  UNROLL for (long i = 0; i < places; i++) {
    UNROLL for (long v = 0; v < vectors; v++) {
      UNROLL for (long t = 1; t < turns; t++) acc[0][i][v] = plus(acc[0][i][v], acc[t][i][v]);
    }
  }
  if (is_square) {
    UNROLL for (long i = 0; i < across; i += 2) {
      UNROLL for (long v = 0; v < vectors; v++) {
        const vector above = larger(acc[0][i][v], acc[0][i + 1][v]);
        const vector below = larger(acc[0][across + i][v], acc[0][across + i + 1][v]);
        sums[i / 2 * vectors + v] = larger(above, below);
      }
    }
  } else {
    UNROLL for (long i = 0; i < places; i++) {
      UNROLL for (long v = 0; v < vectors; v++) sums[i * vectors + v] = acc[0][i][v];
    }
  }
}

// Tiles of constant sizes, for each number of vectors. EACH_TILE_1 and so on list them, the largest first.
#define TILE(v, n) \
  case n: return block(n, v, false, sums->of, first, NULL, layer, piece, w, channel);
#define TILES(v)                           \
  case v:                                  \
    switch (places) { EACH_TILE_##v(TILE) } \
    break;
static __attribute__((noinline)) TARGET void NAME(tile)(
  const octet_layer *layer, const NAME(piece) *piece, NAME(block) *sums, const cell *first, long places,
  const int8_t *w, long channel, long vectors) {
  switch (vectors) { EACH_COUNT(TILES) }
}

// Places of a tile for `left` of them: as few tiles as can be, of about the same size, and no tile larger than `left`.
static TARGET long NAME(tile_places)(long vectors, long left) {
  const long most = PLACES(vectors), wanted = left > 2 * most ? most : left > most ? (left + 1) / 2 : left;
  long enough = most, fitting = 1;
#define SIZE(v, n)                     \
  if (n >= wanted) enough = n;         \
  if (n <= left && n > fitting) fitting = n;
#define SIZES(v) \
  case v: EACH_TILE_##v(SIZE) break;
  switch (vectors) { EACH_COUNT(SIZES) }
  return enough <= left ? enough : fitting;
}

#ifdef DIRECT_GROUPS
// All places of a piece for one block of channels, without a pool, for windows of few groups: little would be gained by
// large tiles, so a few places at a time become outputs at once. The last may be taken again.
INLINE void direct_as(const long vectors, const int rounding, const octet_layer *layer, const NAME(piece) *piece,
                      const int8_t *w, long channel) {
  scaling scalings[VECTORS];
  vector start[VECTORS];
  UNROLL for (long v = 0; v < vectors; v++) {
    scalings[v] = load_scaling(layer, channel + v * LANES, rounding);
    start[v] = load(layer->start + channel + v * LANES);
  }
  const limits l = load_limits(layer);
  const long bytes = smaller(vectors * LANES, layer->outputs - channel);
  const long size = DIRECT_PLACES(vectors), together = PACKED_PLACES(vectors), step = piece->step;
  const long lines = layer->lines, groups = layer->groups, triple = 3 * step;
  const long rest = piece->line_cells - groups * DEPTH;
  for (long done = 0; done < piece->places; done += size) {
    const long first = smaller(done, piece->places - size);
    vector acc[MOST_PLACES][VECTORS];
    const cell *corners[MOST_PLACES];
    UNROLL for (long i = 0; i < size; i += 4) corners[i / 4] = piece->cells + (first + i) * step;
    UNROLL for (long i = 0; i < size; i++) {
      UNROLL for (long v = 0; v < vectors; v++) acc[i][v] = start[v];
    }
    const int8_t *at = w;
    for (long line = 0; line < lines; line++) {
      for (long g = 0; g < groups; g++) {
        add_group(size, vectors, 4, acc, corners, step, triple, at);
        at += vectors * LANES * DEPTH;
      }
      UNROLL for (long i = 0; i < size; i += 4) corners[i / 4] += rest;
    }
    int8_t *target = piece->target + first * piece->place_bytes + channel;
    UNROLL for (long i = 0; i < size; i += together) {
      vector values[PACKED];
      UNROLL for (long p = 0; p < together; p++) {
        UNROLL for (long v = 0; v < vectors; v++) {
          values[p * vectors + v] = rescaled(acc[i + p][v], scalings[v], rounding);
        }
      }
      store_places(l, values, vectors, bytes, together, target + i * piece->place_bytes, piece->place_bytes);
    }
  }
}

#define DIRECT(v, r) direct_as(v, r, layer, piece, w, channel)
static __attribute__((noinline)) TARGET void NAME(direct_places)(
  const octet_layer *layer, const NAME(piece) *piece, const int8_t *w, long channel, long vectors) {
  if (vectors == 1) {
    switch (layer->rounding) {
      case OCTET_ROUND_TWICE: DIRECT(1, OCTET_ROUND_TWICE); break;
      case OCTET_ROUND_TWICE_UP: DIRECT(1, OCTET_ROUND_TWICE_UP); break;
      case OCTET_ROUND_AWAY: DIRECT(1, OCTET_ROUND_AWAY); break;
      default: DIRECT(1, OCTET_ROUND_UP);
    }
  } else {
    switch (layer->rounding) {
      case OCTET_ROUND_TWICE: DIRECT(2, OCTET_ROUND_TWICE); break;
      case OCTET_ROUND_TWICE_UP: DIRECT(2, OCTET_ROUND_TWICE_UP); break;
      case OCTET_ROUND_AWAY: DIRECT(2, OCTET_ROUND_AWAY); break;
      default: DIRECT(2, OCTET_ROUND_UP);
    }
  }
}
#undef DIRECT

// Whether that is the way.
INLINE bool is_direct(const octet_layer *layer, const NAME(piece) *piece, long vectors) {
  return vectors <= 2 && layer->lines * layer->groups <= DIRECT_GROUPS && piece->places >= DIRECT_PLACES(vectors) &&
         writes_bytes(layer);
}
#endif

// All places of a piece for one block of channels, without a pool. The last tile may take places again.
static TARGET void NAME(plain_places)(
  const octet_layer *layer, const NAME(piece) *piece, const int8_t *w, long channel, long vectors) {
#ifdef DIRECT_GROUPS
  if (is_direct(layer, piece, vectors)) return NAME(direct_places)(layer, piece, w, channel, vectors);
#endif
  NAME(block) sums;
  const long size = NAME(tile_places)(vectors, piece->places);
  for (long done = 0; done < piece->places; done += size) {
    const long first = smaller(done, piece->places - size);
    NAME(tile)(layer, piece, &sums, piece->cells + first * piece->step, size, w, channel, vectors);
    NAME(emit_block)(
      layer, sums.of, vectors, vectors, channel, size, piece->target + first * piece->place_bytes, piece->place_bytes);
  }
}

// The same with any pool.
static TARGET void NAME(any_places)(
  const octet_layer *layer, const NAME(piece) *piece, const int8_t *w, long channel, long vectors) {
  NAME(block) sums, best;
  NAME(piece) pooled = *piece;
  pooled.step = piece->step * layer->pool_width;
  const long size = NAME(tile_places)(vectors, piece->places);
  for (long done = 0; done < piece->places; done += size) {
    const long first = smaller(done, piece->places - size);
    const cell *corner = piece->cells + first * pooled.step;
    for (long down = 0; down < layer->pool_height; down++) {
      for (long across = 0; across < layer->pool_width; across++) {
        const cell *cells = corner + down * layer->stride_down * piece->line_cells + across * piece->step;
        NAME(tile)(layer, &pooled, &sums, cells, size, w, channel, vectors);
        const bool is_first = down == 0 && across == 0;
        for (long i = 0; i < size * vectors; i++) {
          best.of[i] = is_first ? sums.of[i] : larger(best.of[i], sums.of[i]);
        }
      }
    }
    NAME(emit_block)(
      layer, best.of, vectors, vectors, channel, size, piece->target + first * piece->place_bytes, piece->place_bytes);
  }
}

// The same with a pool of 2 x 2, whose four places are computed together.
#define SQUARE_TILES(v)                                                                                      \
  case v:                                                                                                    \
    if (size > 1) {                                                                                          \
      block(SQUARE_PLACES(v), v, true, at, cells, cells + below, layer, piece, w, channel);                  \
    } else {                                                                                                 \
      block(4, v, true, at, cells, cells + below, layer, piece, w, channel);                                 \
    }                                                                                                        \
    break;
static TARGET void NAME(square_places)(
  const octet_layer *layer, const NAME(piece) *piece, const int8_t *w, long channel, long vectors) {
  NAME(block) sums;
  const long below = layer->stride_down * piece->line_cells;
  const long most = SQUARE_PLACES(vectors) / 4, size = piece->places < most ? 1 : most;
  // So many places become outputs together, but for the last, which may be taken again.
  const long together = MOST_SUMS / vectors / size * size;
  for (long done = 0; done < piece->places; done += together) {
    const long some = smaller(together, (piece->places - done) / size * size);
    for (long place = 0; place < some; place += size) {
      const cell *cells = piece->cells + (done + place) * 2 * piece->step;
      vector *at = sums.of + place * vectors;
      switch (vectors) { EACH_COUNT(SQUARE_TILES) }
    }
    NAME(emit_block)(
      layer, sums.of, vectors, vectors, channel, some, piece->target + done * piece->place_bytes, piece->place_bytes);
    if (done + some == piece->places || some == together) continue;
    const long last = piece->places - size;
    const cell *cells = piece->cells + last * 2 * piece->step;
    vector *at = sums.of;
    switch (vectors) { EACH_COUNT(SQUARE_TILES) }
    NAME(emit_block)(
      layer, sums.of, vectors, vectors, channel, size, piece->target + last * piece->place_bytes, piece->place_bytes);
  }
}

#ifdef WIDE_VECTORS
#include "convolution-paired.h"
#endif

// All channels of a piece.
INLINE void convolve_piece(const octet_layer *layer, const NAME(piece) *piece) {
#ifdef WIDE_VECTORS
  if (layer->is_paired) return paired_places(layer, piece);
#endif
  const long pool = layer->pool_height * layer->pool_width;
  const bool is_square = layer->pool_height == 2 && layer->pool_width == 2;
  const int8_t *w = layer->weights;
  for (long channel = 0; channel < layer->outputs; channel += VECTORS * LANES) {
    const long vectors = smaller(VECTORS, (layer->outputs - channel + LANES - 1) / LANES);
    if (pool == 1) {
      NAME(plain_places)(layer, piece, w, channel, vectors);
    } else if (is_square) {
      NAME(square_places)(layer, piece, w, channel, vectors);
    } else {
      NAME(any_places)(layer, piece, w, channel, vectors);
    }
    w += layer->lines * layer->groups * vectors * LANES * DEPTH;
  }
}

// Lines of a window that moves down, from line `first` of the rows on, and in each `count` cells from cell `from` on.
INLINE void copy_lines(cell *cells, const octet_rows *rows, long first, long lines, long from, long count) {
  long slot = (rows->first + first) % rows->slot_count;
  for (long line = 0; line < lines; line++) {
    copy_cells(cells + line * count, rows->slots + slot * rows->row_bytes + from, count);
    slot = slot + 1 == rows->slot_count ? 0 : slot + 1;
  }
  // Room for the last group of the last place to reach beyond the line.
  memset(cells + lines * count, 0, 2 * DEPTH * sizeof(cell));
}

// Rows whose lines fit scratch memory together: lines are copied once, though rows share them.
INLINE void convolve_rows(const octet_layer *layer, cell *cells, long line_cells, long places, long count, long down,
                          int8_t *target, long target_step) {
  const long place_bytes = layer->outputs * (layer->is_wide ? 2 : 1), step = layer->stride_across * layer->channels;
  const bool is_plain = layer->pool_height * layer->pool_width == 1 && !layer->is_paired;
  NAME(piece) piece = {cells, line_cells, step, places, place_bytes, target};
  if (places == 1 && is_plain) {
    // Rows of one place are the places of a tile.
    piece.step = down * line_cells;
    piece.places = count;
    piece.place_bytes = target_step;
    convolve_piece(layer, &piece);
    return;
  }
  if (is_plain && down * line_cells == places * step && target_step == places * place_bytes) {
    // The windows of a row follow those of the one before.
    piece.places = places * count;
    convolve_piece(layer, &piece);
    return;
  }
  for (long row = 0; row < count; row++) {
    convolve_piece(layer, &piece);
    piece.cells += down * line_cells;
    piece.target += target_step;
  }
}

static TARGET void NAME(convolve)(
  const octet_layer *layer, const octet_rows *rows, long places, long count, void *target, long target_step) {
  enum { slack = 64, room = OCTET_SCRATCH_BYTES / sizeof(cell) };
  cell cells[room + slack] __attribute__((aligned(64)));
  const long lines = (layer->pool_height - 1) * layer->stride_down + layer->lines;
  const long step = layer->stride_across * layer->channels, place_step = layer->pool_width * step;
  const long down = layer->pool_height * layer->stride_down;
  // Cells under one place, and what each further one adds.
  const long alone = (layer->pool_width - 1) * step + layer->segment;
  const long line_cells = alone + (places - 1) * place_step;
  int8_t *at = target;
  if (lines * line_cells <= room) {
    const bool fit = (lines + (count - 1) * down) * line_cells <= room;
    const long most = fit ? count : (room / line_cells - lines) / down + 1;
    for (long row = 0; row < count; row += most) {
      const long some = smaller(most, count - row);
      copy_lines(cells, rows, row * down, lines + (some - 1) * down, 0, line_cells);
      convolve_rows(layer, cells, line_cells, places, some, down, at + row * target_step, target_step);
    }
    return;
  }
  // A row in parts.
  const long most = (room / lines - alone) / place_step + 1;
  for (long row = 0; row < count; row++) {
    for (long first = 0; first < places; first += most) {
      const long some = smaller(most, places - first), part_cells = alone + (some - 1) * place_step;
      const long place_bytes = layer->outputs * (layer->is_wide ? 2 : 1);
      copy_lines(cells, rows, row * down, lines, first * place_step, part_cells);
      const NAME(piece) piece = {cells, part_cells, step, some, place_bytes,
                                 at + row * target_step + first * place_bytes};
      convolve_piece(layer, &piece);
    }
  }
}
