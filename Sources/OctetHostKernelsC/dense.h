// Dense layers, and rows that are folded into accumulators. Part of rows.h.

// Vectors in a block of a dense layer.
#define DENSE_VECTORS 8

typedef vector NAME(sums)[OCTET_IMAGES_TOGETHER][DENSE_VECTORS];

_Static_assert(OCTET_IMAGES_TOGETHER * VECTORS <= MOST_SUMS, "a block has room for all images");
_Static_assert(SHARED_VECTORS <= 4, "add_vectors has no more cases for several images");

// Adds listed groups to the sums of a constant number of vectors, from vector `first` on, and of images. Groups of
// weights are `group_bytes` apart.
INLINE void add_listed(const long images, const long vectors, long first, NAME(sums) sums, const NAME(list) *list,
                       const int8_t *w, const long group_bytes) {
  vector acc[OCTET_IMAGES_TOGETHER][DENSE_VECTORS];
  UNROLL for (long i = 0; i < images; i++) UNROLL for (long v = 0; v < vectors; v++) acc[i][v] = sums[i][first + v];
  for (long place = 0; place < list->count; place++) {
    const int8_t *at = w + (long)list->places[place] * group_bytes;
    group values[OCTET_IMAGES_TOGETHER];
    UNROLL for (long i = 0; i < images; i++) values[i] = spread_group(list->values[i][place]);
    UNROLL for (long v = 0; v < vectors; v++) {
      const weights some = load_weights(at + v * LANES * DEPTH);
      UNROLL for (long i = 0; i < images; i++) acc[i][v] = dot(acc[i][v], values[i], some);
    }
  }
  UNROLL for (long i = 0; i < images; i++) UNROLL for (long v = 0; v < vectors; v++) sums[i][first + v] = acc[i][v];
}

INLINE void add_vectors(const long images, long vectors, long first, NAME(sums) sums, const NAME(list) *list,
                        const int8_t *w, long group_bytes) {
  const long each = LANES * DEPTH;
  // Alone, an image has all vectors of a block, so that the distance is a constant.
  switch (vectors) {
    case 1: add_listed(images, 1, first, sums, list, w, images == 1 ? 1 * each : group_bytes); break;
    case 2: add_listed(images, 2, first, sums, list, w, images == 1 ? 2 * each : group_bytes); break;
    case 3: add_listed(images, 3, first, sums, list, w, images == 1 ? 3 * each : group_bytes); break;
    case 4: add_listed(images, 4, first, sums, list, w, images == 1 ? 4 * each : group_bytes); break;
  }
  if (images > 1) return;
  switch (vectors) {
    case 5: add_listed(1, 5, 0, sums, list, w, 5 * each); break;
    case 6: add_listed(1, 6, 0, sums, list, w, 6 * each); break;
    case 7: add_listed(1, 7, 0, sums, list, w, 7 * each); break;
    case 8: add_listed(1, 8, 0, sums, list, w, 8 * each); break;
  }
}

// The outputs of a block of channels; images are its places.
INLINE void emit_dense(const long images, long vectors, const octet_layer *layer, NAME(sums) sums, long channel,
                       int8_t *target, long step) {
  // Of one image, nothing is gained by blocks as small as these.
  if (VECTORS <= 2 && images == 1) {
    for (long v = 0; v < vectors; v++) {
      const long c = channel + v * LANES;
      emit(layer, sums[0][v], c, smaller(LANES, layer->outputs - c), target + c * (layer->is_wide ? 2 : 1));
    }
    return;
  }
  NAME(block) block;
  for (long first = 0; first < vectors; first += VECTORS) {
    const long some = smaller(VECTORS, vectors - first);
    for (long i = 0; i < images; i++) {
      for (long v = 0; v < some; v++) block.of[i * some + v] = sums[i][first + v];
    }
    NAME(emit_block)(layer, &block, some, channel + first * LANES, images, target, step);
  }
}

// `count` values of each input, which start at row `row`, into the accumulators or, where there are none, to the
// outputs.
INLINE void dense(const long images, const octet_layer *layer, NAME(inputs) in, long row, long count,
                  int32_t *accumulators, int8_t *target, long step) {
  NAME(list) list;
  list.count = 0;
  // Most inputs are listed once for all blocks.
  if (count <= LISTED) list_groups(images, &list, in, count);
  const int8_t *w = layer->weights;
  for (long channel = 0; channel < layer->outputs; channel += DENSE_VECTORS * LANES) {
    const long vectors = smaller(DENSE_VECTORS, (layer->outputs - channel + LANES - 1) / LANES);
    const long group_bytes = vectors * LANES * DEPTH;
    NAME(sums) sums;
    for (long i = 0; i < images; i++) {
      for (long v = 0; v < vectors; v++) {
        const long c = channel + v * LANES;
        if (row == 0) {
          sums[i][v] = load(layer->start + c);
        } else {
          const int32_t *own = (const int32_t *)((const char *)accumulators + i * step);
          sums[i][v] = load_some(own + c, smaller(LANES, layer->outputs - c));
        }
      }
    }
    const int8_t *at = w + row * layer->groups * group_bytes;
    for (long first = 0; first < count; first += LISTED) {
      if (count > LISTED) {
        const NAME(inputs) rest = {in.values + first, in.step, in.flip};
        list_groups(images, &list, rest, smaller(LISTED, count - first));
      }
      const int8_t *from = at + first / DEPTH * group_bytes;
      if (images == 1) {
        add_vectors(1, vectors, 0, sums, &list, from, group_bytes);
        continue;
      }
      for (long v = 0; v < vectors; v += SHARED_VECTORS) {
        add_vectors(images, smaller(SHARED_VECTORS, vectors - v), v, sums, &list, from + v * LANES * DEPTH,
                    group_bytes);
      }
    }
    if (target) {
      emit_dense(images, vectors, layer, sums, channel, target, step);
    } else {
      for (long i = 0; i < images; i++) {
        for (long v = 0; v < vectors; v++) {
          const long c = channel + v * LANES;
          int32_t *own = (int32_t *)((char *)accumulators + i * step);
          store_some(own + c, sums[i][v], smaller(LANES, layer->outputs - c));
        }
      }
    }
    w += layer->lines * layer->groups * group_bytes;
  }
}

static TARGET void NAME(fold)(
  const octet_layer *layer, const uint8_t *values, uint8_t flip, long row, long count, int32_t *accumulators) {
  dense(1, layer, (NAME(inputs)){values, 0, flip}, row, count, accumulators, 0, 0);
}

static TARGET void NAME(multiply)(
  const octet_layer *layer, const uint8_t *values, uint8_t flip, long count, void *target) {
  dense(1, layer, (NAME(inputs)){values, 0, flip}, 0, count, 0, target, 0);
}

static TARGET void NAME(fold_together)(const octet_layer *layer, const uint8_t *values, long values_step, uint8_t flip,
                                       long row, long count, int32_t *accumulators, long step) {
  dense(OCTET_IMAGES_TOGETHER, layer, (NAME(inputs)){values, values_step, flip}, row, count, accumulators, 0, step);
}

static TARGET void NAME(multiply_together)(const octet_layer *layer, const uint8_t *values, long values_step,
                                           uint8_t flip, long count, void *target, long step) {
  dense(OCTET_IMAGES_TOGETHER, layer, (NAME(inputs)){values, values_step, flip}, 0, count, 0, target, step);
}

static TARGET void NAME(finish)(const octet_layer *layer, const int32_t *accumulators, void *target) {
  if (VECTORS <= 2) {
    const long element = layer->is_wide ? 2 : 1;
    for (long c = 0; c < layer->outputs; c += LANES) {
      const long some = smaller(LANES, layer->outputs - c);
      emit(layer, load_some(accumulators + c, some), c, some, (int8_t *)target + c * element);
    }
    return;
  }
  NAME(block) block;
  for (long channel = 0; channel < layer->outputs; channel += VECTORS * LANES) {
    const long left = layer->outputs - channel, vectors = smaller(VECTORS, (left + LANES - 1) / LANES);
    for (long v = 0; v < vectors; v++) {
      block.of[v] = load_some(accumulators + channel + v * LANES, smaller(LANES, left - v * LANES));
    }
    NAME(emit_block)(layer, &block, vectors, channel, 1, target, 0);
  }
}
