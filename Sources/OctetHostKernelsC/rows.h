// The kernels, written once over a few vector operations. A file for each instruction set defines those and includes
// this.
//
// TARGET             attributes of every function here
// NAME(x)            x with the instruction set in its name
// LANES, DEPTH       channels in a vector, values in a group
// OFFSET             128 if activations are raised to 0 to 255, 0 if they stay
// DEPTHWISE_OFFSET   the same where channels are kept apart
// RAISES             defined if octet_raise prepares what is rounded twice
// VECTORS            vectors in a block of a convolution
// PLACES(v)          most places that are computed together where a block has v vectors, as EACH_TILE_v has them
// MOST_PLACES        the largest of them; MOST_SUMS, the largest of them times v
// SQUARE_PLACES(v)   places before a pool of 2 x 2 that are computed together
// PACKED             vectors that become bytes together; PACKED_PLACES(v), their places
// TURNS(sums)        how many of each sum a tile of so many keeps, and takes groups to in turn: where the instruction
//                    takes several cycles, a sum waits for the one before it
// DIRECT_GROUPS      most groups of a window whose places become outputs at once, DIRECT_PLACES(v) of them, if any
// cell               how an activation is held in scratch memory
// vector, weights    LANES int32, and LANES * DEPTH weights
// group              DEPTH activations, the same for each channel
// load_weights, load_group, dot, load, store, load_some, store_some, all_lanes, larger, least, scaling, load_scaling,
// rescaled, placed, limits, load_limits, store_places, store_bytes, store_shorts, gather, copy_cells,
// widen, widen_shorts, plus, minus, times, left, right, LINE_VALUES, line_factors, load_line, add_line
// pieces, load_pieces, look_up_some, LOOKED_UP
// flip_bytes         turns the highest bit of bytes over, if FLIPS is defined
// packed_group, spread_group   a group as one number, and back
// list_groups        fills the list of lists.h
// SHARED_VECTORS    vectors of a dense layer that are computed together for OCTET_FOUR images
//
// A group that is zero adds nothing, so dense layers first list those that are not.
#include <string.h>

#include "OctetHostKernelsC.h"

INLINE long smaller(long a, long b) { return a < b ? a : b; }

// Where nothing is gained by a loop for each way.
INLINE vector rescaled_as(const octet_layer *layer, vector sum, long channel) {
  switch (layer->rounding) {
    case OCTET_ROUND_TWICE: return rescaled(sum, load_scaling(layer, channel, OCTET_ROUND_TWICE), OCTET_ROUND_TWICE);
    case OCTET_ROUND_AWAY: return rescaled(sum, load_scaling(layer, channel, OCTET_ROUND_AWAY), OCTET_ROUND_AWAY);
    case OCTET_ROUND_TWICE_UP:
      return rescaled(sum, load_scaling(layer, channel, OCTET_ROUND_TWICE_UP), OCTET_ROUND_TWICE_UP);
    default: return rescaled(sum, load_scaling(layer, channel, OCTET_ROUND_UP), OCTET_ROUND_UP);
  }
}

// `count` outputs from channel `channel` on, of a layer whose outputs need not be written one by one.
INLINE void emit_vector(const octet_layer *layer, vector sum, long channel, long count, int8_t *target) {
  const vector value = placed(layer, rescaled_as(layer, sum, channel));
  if (layer->is_wide) {
    store_shorts(target, value, count);
  } else {
    store_bytes(target, value, count);
  }
}

// `count` outputs from channel `channel` on.
INLINE void emit(const octet_layer *layer, vector sum, long channel, long count, int8_t *target) {
  if (!layer->is_single) return emit_vector(layer, sum, channel, count, target);
  int32_t sums[LANES];
  store(sums, sum);
  octet_emit_singly(layer, sums, channel, count, target);
}

// The sums of a block at some places, a place's vectors side by side; with room for what is packed together.
typedef struct {
  vector of[MOST_SUMS + PACKED];
} NAME(block);

INLINE void load_scalings(const long vectors, const int rounding, const octet_layer *layer, long channel,
                          scaling *scalings) {
  UNROLL for (long v = 0; v < vectors; v++) scalings[v] = load_scaling(layer, channel + v * LANES, rounding);
}

// The outputs of a block at `places` places, up to PACKED_PLACES: `bytes` at each of them.
INLINE void emit_places(const long vectors, const int rounding, const scaling *scalings, limits l, const vector *sums,
                        long apart, long bytes, long places, int8_t *target, long place_bytes) {
  vector values[PACKED];
  // Three vectors leave one over, which is packed but not written.
  values[PACKED - 1] = all_lanes(0);
  UNROLL for (long p = 0; p < PACKED_PLACES(vectors); p++) {
    UNROLL for (long v = 0; v < vectors; v++) {
      values[p * vectors + v] = rescaled(sums[p * apart + v], scalings[v], rounding);
    }
  }
  store_places(l, values, vectors, bytes, places, target, place_bytes);
}

// All outputs of a block, where they are bytes that vector instructions write: `bytes` at each place.
INLINE void emit_bytes(const long vectors, const int rounding, const octet_layer *layer, const vector *sums, long apart,
                       long channel, long bytes, long places, int8_t *target, long place_bytes) {
  scaling scalings[VECTORS];
  load_scalings(vectors, rounding, layer, channel, scalings);
  const limits l = load_limits(layer);
  for (long i = 0; i < places; i += PACKED_PLACES(vectors)) {
    emit_places(vectors, rounding, scalings, l, sums + i * apart, apart, bytes,
                smaller(PACKED_PLACES(vectors), places - i), target + i * place_bytes, place_bytes);
  }
}

// For each number of vectors in a block, a case of constant size.
#if VECTORS == 4
#define EACH_COUNT(CASE) CASE(1) CASE(2) CASE(3) CASE(4)
#else
#define EACH_COUNT(CASE) CASE(1) CASE(2)
#endif

// Whether outputs are bytes that vector instructions write.
INLINE bool writes_bytes(const octet_layer *layer) { return !layer->is_wide && !layer->is_single; }

// All outputs of a block, to the places from `target` on. The sums of a place are `apart` vectors after those of the
// place before. Places are read as many as are packed together, beyond the last too.
static __attribute__((noinline)) TARGET void NAME(emit_block)(
  const octet_layer *layer, const vector *sums, long apart, long vectors, long channel, long places, int8_t *target,
  long place_bytes) {
  if (writes_bytes(layer)) {
    const long bytes = smaller(vectors * LANES, layer->outputs - channel);
    target += channel;
#define EMIT_AS(v, r) return emit_bytes(v, r, layer, sums, apart, channel, bytes, places, target, place_bytes)
#define EMIT(v)                                                                                              \
  case v:                                                                                                    \
    switch (layer->rounding) {                                                                               \
      case OCTET_ROUND_TWICE: EMIT_AS(v, OCTET_ROUND_TWICE);                                                 \
      case OCTET_ROUND_TWICE_UP: EMIT_AS(v, OCTET_ROUND_TWICE_UP);                                           \
      case OCTET_ROUND_AWAY: EMIT_AS(v, OCTET_ROUND_AWAY);                                                   \
      default: EMIT_AS(v, OCTET_ROUND_UP);                                                                   \
    }
    switch (vectors) { EACH_COUNT(EMIT) }
#undef EMIT
#undef EMIT_AS
  }
  const long element = layer->is_wide ? 2 : 1;
  for (long i = 0; i < places; i++) {
    for (long v = 0; v < vectors; v++) {
      const long c = channel + v * LANES;
      const long some = smaller(LANES, layer->outputs - c);
      emit(layer, sums[i * apart + v], c, some, target + i * place_bytes + c * element);
    }
  }
}

#include "convolution.h"
#ifdef WIDE_VECTORS
#include "depthwise-wide.h"
#endif
#include "depthwise.h"
#include "join.h"
#include "pool.h"
#include "dense.h"

static TARGET void NAME(flip)(void *target, const uint8_t *source, long count) {
#ifdef FLIPS
  flip_bytes(target, source, count);
#else
  octet_flip(target, source, count);
#endif
}

static __attribute__((noinline)) TARGET void NAME(look_up)(
  const int8_t *table, const int8_t *source, long count, int8_t *target) {
  long i = 0;
  if (count >= LOOKED_UP) {
    const pieces p = load_pieces(table);
    for (; i + LOOKED_UP <= count; i += LOOKED_UP) look_up_some(&p, source + i, target + i);
  }
  for (; i < count; i++) target[i] = table[source[i] + 128];
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

static __attribute__((noinline)) TARGET long NAME(read)(const int32_t *values, long count, long rounds) {
  const long vectors = count / (8 * LANES) * 8;
  vector all[8];
  UNROLL for (long i = 0; i < 8; i++) all[i] = all_lanes(0);
  for (long round = 0; round < rounds; round++) {
    for (long v = 0; v < vectors; v += 8) {
      UNROLL for (long i = 0; i < 8; i++) {
        all[i] = plus(all[i], load(values + (v + i) * LANES));
        KEEP(all[i]);
      }
    }
  }
  return rounds * vectors * LANES * (long)sizeof *values;
}

const octet_kernels NAME(kernels) = {
  .name = KERNEL_NAME,
  .lanes = LANES,
  .depth = DEPTH,
  .convolution_vectors = VECTORS,
  .dense_vectors = DENSE_VECTORS,
  .offset = OFFSET,
  .depthwise_offset = DEPTHWISE_OFFSET,
#ifdef RAISES
  .raises = true,
#endif
#ifdef WIDE_VECTORS
  .wide = WIDE,
  .paired = PAIRED,
#endif
  .convolve = NAME(convolve),
  .convolve_depthwise = NAME(convolve_depthwise),
  .add_cells = NAME(add_cells),
  .join = NAME(join),
  .pool = NAME(pool),
  .look_up = NAME(look_up),
  .fold = NAME(fold),
  .finish = NAME(finish),
  .multiply = NAME(multiply),
  .fold_together = NAME(fold_together),
  .multiply_together = NAME(multiply_together),
  .flip = NAME(flip),
  .peak = NAME(peak),
  .read = NAME(read),
};
