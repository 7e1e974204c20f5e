// Dense layers, and rows that are folded into accumulators. Part of rows.h.

// Vectors in a block of a dense layer.
#define DENSE_VECTORS 8
// Values that are listed at a time.
#define LISTED 4096

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
