// The kernels, written once over a few vector operations. A file for each instruction set defines those and includes
// this.
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
// rescaled, placed, store_whole, store_bytes, gather, copy_cells,
// widen, plus, times, left, right
// packed_group, spread_group   a group as one number, and back
// list_groups        fills the list of lists.h
// SHARED_VECTORS    vectors of a dense layer that are computed together for OCTET_IMAGES_TOGETHER images
//
// A group that is zero adds nothing, so dense layers first list those that are not.
#include <string.h>

#include "OctetHostKernelsC.h"

INLINE long smaller(long a, long b) { return a < b ? a : b; }

// Where nothing is gained by a loop for each way.
INLINE vector rescaled_as(int32_t rounding, vector sum, scaling s) {
  switch (rounding) {
    case OCTET_ROUND_TWICE: return rescaled(sum, s, OCTET_ROUND_TWICE);
    case OCTET_ROUND_AWAY: return rescaled(sum, s, OCTET_ROUND_AWAY);
    default: return rescaled(sum, s, OCTET_ROUND_UP);
  }
}

// `count` outputs from channel `channel` on, of a layer whose outputs need not be written one by one.
INLINE void emit_vector(const octet_layer *layer, vector sum, long channel, long count, int8_t *target) {
  const scaling s = load_scaling(layer, channel);
  const vector value = placed(layer, rescaled_as(layer->rounding, sum, s));
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

// `count` outputs from channel `channel` on.
INLINE void emit(const octet_layer *layer, vector sum, long channel, long count, int8_t *target) {
  if (!layer->is_single) return emit_vector(layer, sum, channel, count, target);
  int32_t sums[LANES];
  store(sums, sum);
  octet_emit_singly(layer, sums, channel, count, target);
}

// All outputs of a block at `pixels` places, where they are bytes without a table and fill its vectors.
INLINE void emit_whole(const long pixels, const long vectors, const int rounding, const octet_layer *layer,
                       vector sums[8][VECTORS], long channel, long places, int8_t *target, long place_bytes) {
  scaling scalings[VECTORS];
  UNROLL for (long v = 0; v < vectors; v++) scalings[v] = load_scaling(layer, channel + v * LANES);
  UNROLL for (long i = 0; i < pixels; i++) {
    vector values[VECTORS];
    UNROLL for (long v = 0; v < vectors; v++) values[v] = rescaled(sums[i][v], scalings[v], rounding);
    if (i < places) store_whole(layer, values, vectors, target + i * place_bytes + channel);
  }
}

// All outputs of a block at `pixels` places.
INLINE void emit_block(const long pixels, const long vectors, const octet_layer *layer, vector sums[8][VECTORS],
                       long channel, long places, int8_t *target, long place_bytes) {
  const bool is_whole = channel + vectors * LANES <= layer->outputs;
  if (is_whole && !layer->is_wide && !layer->table && !layer->is_single) {
    switch (layer->rounding) {
      case OCTET_ROUND_TWICE:
        emit_whole(pixels, vectors, OCTET_ROUND_TWICE, layer, sums, channel, places, target, place_bytes);
        break;
      case OCTET_ROUND_AWAY:
        emit_whole(pixels, vectors, OCTET_ROUND_AWAY, layer, sums, channel, places, target, place_bytes);
        break;
      default: emit_whole(pixels, vectors, OCTET_ROUND_UP, layer, sums, channel, places, target, place_bytes);
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

#include "convolution.h"
#ifdef WIDE_DEPTHWISE
#include "depthwise-wide.h"
#endif
#include "depthwise.h"
#include "join.h"
#include "dense.h"

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
#ifdef WIDE
  .wide = WIDE,
#endif
  .convolve = NAME(convolve),
  .convolve_depthwise = NAME(convolve_depthwise),
  .join = NAME(join),
  .fold = NAME(fold),
  .finish = NAME(finish),
  .multiply = NAME(multiply),
  .fold_together = NAME(fold_together),
  .multiply_together = NAME(multiply_together),
  .peak = NAME(peak),
};
