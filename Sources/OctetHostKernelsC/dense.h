// Dense layers, and rows that are folded into accumulators. Part of rows.h.

// Vectors in a block of a dense layer.
#define DENSE_VECTORS 8

// Groups whose weights every four images take before the next ones are taken. Vectors of up to 8 channels find them in
// the first cache again. Those of 16 get them from the second as fast as they multiply them for four images, so that
// loading and storing sums more often costs more than it saves.
#define GROUPS_TOGETHER (LANES == 16 ? 200 : 128)

typedef vector NAME(sums)[OCTET_FOUR][DENSE_VECTORS];

_Static_assert(SHARED_VECTORS <= 4, "add_shared has no more cases");
_Static_assert(TURNS(1) <= 3, "accumulators have no more turns");

// Where each dot waits for the one before it, few sums are added up in several turns.
typedef vector NAME(turns)[3][OCTET_FOUR][DENSE_VECTORS];

// The first turn goes on from the sums of vectors from vector `first` on; or, where there are `starts`, from these.
INLINE void load_turns(const long images, const long vectors, NAME(turns) acc, long first, NAME(sums) sums,
                       const int32_t *starts) {
  UNROLL for (long i = 0; i < images; i++) {
    UNROLL for (long v = 0; v < vectors; v++) {
      acc[0][i][v] = starts ? load(starts + (first + v) * LANES) : sums[i][first + v];
      UNROLL for (long t = 1; t < TURNS(images * vectors); t++) acc[t][i][v] = all_lanes(0);
    }
  }
}

INLINE void store_turns(const long images, const long vectors, NAME(turns) acc, long first, NAME(sums) sums) {
  UNROLL for (long i = 0; i < images; i++) {
    UNROLL for (long v = 0; v < vectors; v++) {
      vector sum = acc[0][i][v];
      UNROLL for (long t = 1; t < TURNS(images * vectors); t++) sum = plus(sum, acc[t][i][v]);
      sums[i][first + v] = sum;
    }
  }
}

// The weights of a group times its values in some images.
INLINE void add_values(const long images, const long vectors, vector acc[OCTET_FOUR][DENSE_VECTORS], const int8_t *w,
                       const group *values) {
  UNROLL for (long v = 0; v < vectors; v++) {
    const weights some = load_weights(w + v * LANES * DEPTH);
    UNROLL for (long i = 0; i < images; i++) acc[i][v] = dot(acc[i][v], values[i], some);
  }
}

// Groups before they are needed at which the weights of the first four images are asked for. They come from the second
// cache, in lines that the processor does not foresee, as half of a block is skipped.
#define GROUPS_AHEAD 4

// Which groups are added: those of a list, or all, of the first four images or of others.
enum { NAME(listed), NAME(all), NAME(all_of_first) };

INLINE void add_group_at(const int which, const long images, const long vectors,
                         vector acc[OCTET_FOUR][DENSE_VECTORS], const NAME(list) *list, long place, const int8_t *w,
                         const long group_bytes) {
  const bool is_listed = which == NAME(listed);
  const int8_t *at = w + (is_listed ? (long)list->places[place] : place) * group_bytes;
  group values[OCTET_FOUR];
  UNROLL for (long i = 0; i < images; i++) {
    values[i] = is_listed ? spread_group(list->values[i][place])
                          : load_group((const cell *)list->all[i] + place * DEPTH);
  }
  if (which == NAME(all_of_first)) {
    UNROLL for (long v = 0; v < vectors; v++) __builtin_prefetch(at + GROUPS_AHEAD * group_bytes + v * LANES * DEPTH);
  }
  add_values(images, vectors, acc, at, values);
}

// Adds groups, from number `from` to before `to`, to the sums of a constant number of vectors, from vector `first` on,
// and of images. Groups of weights are `group_bytes` apart.
INLINE void add_groups(const int which, const long images, const long vectors, long first, NAME(sums) sums,
                       const int32_t *starts, const NAME(list) *list, long from, long to, const int8_t *w,
                       const long group_bytes) {
  const long turns = TURNS(images * vectors);
  NAME(turns) acc;
  load_turns(images, vectors, acc, first, sums, starts);
  long place = from;
  for (; place + turns <= to; place += turns) {
    UNROLL for (long t = 0; t < turns; t++) {
      add_group_at(which, images, vectors, acc[t], list, place + t, w, group_bytes);
    }
  }
  for (; place < to; place++) add_group_at(which, images, vectors, acc[0], list, place, w, group_bytes);
  store_turns(images, vectors, acc, first, sums);
}

// Of one image, all vectors of a block, so that the distance is a constant.
INLINE void add_block(long vectors, NAME(sums) sums, const int32_t *starts, const NAME(list) *list, const int8_t *w) {
#define ADD(v)                                                                                               \
  case v: add_groups(NAME(listed), 1, v, 0, sums, starts, list, 0, list->count, w, v * LANES * DEPTH); break;
  switch (vectors) { ADD(1) ADD(2) ADD(3) ADD(4) ADD(5) ADD(6) ADD(7) ADD(8) }
#undef ADD
}

// Of four images, up to SHARED_VECTORS vectors of a block. The first four of several bring the weights of a whole block
// into the first cache.
INLINE void add_shared(bool is_first, long vectors, long first, NAME(sums) sums, const int32_t *starts,
                       const NAME(list) *list, long from, long to, const int8_t *w, long group_bytes) {
#ifdef TAKES_ALL
  const long whole_bytes = DENSE_VECTORS * LANES * DEPTH;
  if (list->all[0]) {
    if (group_bytes == whole_bytes && is_first) {
      add_groups(NAME(all_of_first), OCTET_FOUR, SHARED_VECTORS, first, sums, starts, list, from, to, w, whole_bytes);
    } else if (group_bytes == whole_bytes) {
      add_groups(NAME(all), OCTET_FOUR, SHARED_VECTORS, first, sums, starts, list, from, to, w, whole_bytes);
    } else {
#define ADD(v) case v: add_groups(NAME(all), OCTET_FOUR, v, first, sums, starts, list, from, to, w, group_bytes); break;
      switch (vectors) { ADD(1) ADD(2) ADD(3) ADD(4) }
#undef ADD
    }
    return;
  }
#endif
#define ADD(v)                                                                                               \
  case v: add_groups(NAME(listed), OCTET_FOUR, v, first, sums, starts, list, from, to, w, group_bytes); break;
  switch (vectors) { ADD(1) ADD(2) ADD(3) ADD(4) }
#undef ADD
}

// The outputs of a block of channels; images are its places.
INLINE void emit_dense(long images, long vectors, const octet_layer *layer, NAME(sums) *sums, long channel,
                       int8_t *target, long step) {
  for (long first = 0; first < vectors; first += VECTORS) {
    NAME(emit_block)(layer, &sums[0][0][first], DENSE_VECTORS, smaller(VECTORS, vectors - first),
                     channel + first * LANES, images, target, step);
  }
}

// The same of one image.
INLINE void emit_one(long vectors, const octet_layer *layer, NAME(sums) *sums, long channel, int8_t *target) {
  // Nothing is gained by blocks as small as these.
  if (VECTORS > 2) return emit_dense(1, vectors, layer, sums, channel, target, 0);
  for (long v = 0; v < vectors; v++) {
    const long c = channel + v * LANES;
    emit(layer, sums[0][0][v], c, smaller(LANES, layer->outputs - c), target + c * (layer->is_wide ? 2 : 1));
  }
}

// Those of an image of several, where there are some.
INLINE int32_t *accumulators_of(int32_t *first, long image, long step) {
  return first ? (int32_t *)((char *)first + image * step) : 0;
}

// The sums of a block from channel `channel` on, as earlier rows left them.
INLINE void load_sums(const long images, long vectors, const octet_layer *layer, long channel, int32_t *accumulators,
                      long step, NAME(sums) sums) {
  for (long i = 0; i < images; i++) {
    const int32_t *own = accumulators_of(accumulators, i, step);
    for (long v = 0; v < vectors; v++) {
      const long c = channel + v * LANES;
      vector sum = load_some(own + c, smaller(LANES, layer->outputs - c));
      // Else compilers call memcpy, for a few vectors.
      KEEP(sum);
      sums[i][v] = sum;
    }
  }
}

INLINE void store_sums(const long images, long vectors, const octet_layer *layer, long channel, NAME(sums) sums,
                       int32_t *accumulators, long step) {
  for (long i = 0; i < images; i++) {
    int32_t *own = accumulators_of(accumulators, i, step);
    for (long v = 0; v < vectors; v++) {
      const long c = channel + v * LANES;
      store_some(own + c, sums[i][v], smaller(LANES, layer->outputs - c));
    }
  }
}

// `count` values, which start at row `row`, into the accumulators or, where there are none, to the outputs.
INLINE void dense(const octet_layer *layer, NAME(inputs) in, long row, long count, int32_t *accumulators,
                  int8_t *target) {
  NAME(list) list;
  list.count = 0;
  // Most inputs are listed once for all blocks.
  if (count <= LISTED) list_groups(1, &list, in, count);
  const int8_t *w = layer->weights;
  for (long channel = 0; channel < layer->outputs; channel += DENSE_VECTORS * LANES) {
    const long vectors = smaller(DENSE_VECTORS, (layer->outputs - channel + LANES - 1) / LANES);
    const long group_bytes = vectors * LANES * DEPTH;
    NAME(sums) sums;
    const int32_t *starts = row == 0 ? layer->start + channel : 0;
    if (!starts) load_sums(1, vectors, layer, channel, accumulators, 0, sums);
    const int8_t *at = w + row * layer->groups * group_bytes;
    for (long first = 0; first < count; first += LISTED) {
      if (count > LISTED) {
        const NAME(inputs) rest = {in.values + first, in.step, in.flip};
        list_groups(1, &list, rest, smaller(LISTED, count - first));
      }
      add_block(vectors, sums, first == 0 ? starts : 0, &list, at + first / DEPTH * group_bytes);
    }
    if (target) {
      emit_one(vectors, layer, &sums, channel, target);
    } else {
      store_sums(1, vectors, layer, channel, sums, accumulators, 0);
    }
    w += layer->lines * layer->groups * group_bytes;
  }
}

#ifdef TAKES_ALL
_Static_assert(SHARED_VECTORS == VECTORS, "outputs are packed as those of a block");

// All groups of four images to the outputs of SHARED_VECTORS vectors. Sums stay in registers, where they would be
// stored and loaded once for each output.
INLINE void emit_groups(const int which, const int rounding, const octet_layer *layer, long channel,
                        const NAME(list) *list, const int8_t *w, long group_bytes, int8_t *target, long step) {
  vector acc[OCTET_FOUR][DENSE_VECTORS];
  UNROLL for (long i = 0; i < OCTET_FOUR; i++) {
    UNROLL for (long v = 0; v < SHARED_VECTORS; v++) acc[i][v] = load(layer->start + channel + v * LANES);
  }
  for (long place = 0; place < list->count; place++) {
    add_group_at(which, OCTET_FOUR, SHARED_VECTORS, acc, list, place, w, group_bytes);
  }
  scaling scalings[SHARED_VECTORS];
  load_scalings(SHARED_VECTORS, rounding, layer, channel, scalings);
  const limits l = load_limits(layer);
  UNROLL for (long i = 0; i < OCTET_FOUR; i++) {
    emit_places(SHARED_VECTORS, rounding, scalings, l, acc[i], 0, SHARED_VECTORS * LANES, 1, target + i * step, 0);
  }
}

static __attribute__((noinline)) TARGET void NAME(emit_all)(
  bool is_first, const octet_layer *layer, long channel, const NAME(list) *list, const int8_t *w, long group_bytes,
  int8_t *target, long step) {
#define EMIT_AS(r)                                                                                             \
  if (is_first) return emit_groups(NAME(all_of_first), r, layer, channel, list, w, group_bytes, target, step); \
  return emit_groups(NAME(all), r, layer, channel, list, w, group_bytes, target, step)
  switch (layer->rounding) {
    case OCTET_ROUND_TWICE: EMIT_AS(OCTET_ROUND_TWICE);
    case OCTET_ROUND_TWICE_UP: EMIT_AS(OCTET_ROUND_TWICE_UP);
    case OCTET_ROUND_AWAY: EMIT_AS(OCTET_ROUND_AWAY);
    default: EMIT_AS(OCTET_ROUND_UP);
  }
#undef EMIT_AS
}

// Whether all of the images' groups are taken in one part.
INLINE bool takes_all(long fours, const NAME(list) *lists) {
  for (long four = 0; four < fours; four++) {
    if (!lists[four].all[0] || lists[four].count > GROUPS_TOGETHER) return false;
  }
  return true;
}
#endif

// A piece of all inputs, those of `fours` times four images, into the sums of a block: a list and sums for each four
// images. Weights that the first of them bring into the first cache are there for the others.
INLINE void add_together(long fours, long vectors, NAME(sums) *sums, const int32_t *starts, const NAME(list) *lists,
                         const int8_t *w, long group_bytes) {
  long most = 1;
  for (long four = 0; four < fours; four++) most = lists[four].count > most ? lists[four].count : most;
  // In parts of about the same size, since sums are loaded and stored for each. The first is there even where nothing
  // is listed, as sums start with it.
  const long parts = (most + GROUPS_TOGETHER - 1) / GROUPS_TOGETHER, together = (most + parts - 1) / parts;
  for (long from = 0; from < most; from += together) {
    for (long v = 0; v < vectors; v += SHARED_VECTORS) {
      for (long four = 0; four < fours; four++) {
        add_shared(four == 0, smaller(SHARED_VECTORS, vectors - v), v, sums[four], from == 0 ? starts : 0,
                   &lists[four], from, smaller(from + together, lists[four].count), w + v * LANES * DEPTH, group_bytes);
      }
    }
  }
}

INLINE void list_together(long fours, NAME(list) *lists, NAME(inputs) in, long count) {
  for (long four = 0; four < fours; four++) {
    const NAME(inputs) own = {in.values + four * OCTET_FOUR * in.step, in.step, in.flip};
#ifdef TAKES_ALL
    if (take_all(&lists[four], own, count)) continue;
    lists[four].all[0] = 0;
#endif
    list_groups(OCTET_FOUR, &lists[four], own, count);
  }
}

// The same of `fours` times four inputs. Accumulators and outputs are `step` bytes apart.
INLINE void dense_together(const octet_layer *layer, NAME(inputs) in, long fours, long row, long count,
                           int32_t *accumulators, int8_t *target, long step) {
  NAME(list) lists[OCTET_MOST_TOGETHER / OCTET_FOUR];
  const bool is_listed = count <= LISTED;
  if (is_listed) list_together(fours, lists, in, count);
#ifdef TAKES_ALL
  const bool is_direct = is_listed && target && row == 0 && writes_bytes(layer) && takes_all(fours, lists);
#endif
  const int8_t *w = layer->weights;
  for (long channel = 0; channel < layer->outputs; channel += DENSE_VECTORS * LANES) {
    const long vectors = smaller(DENSE_VECTORS, (layer->outputs - channel + LANES - 1) / LANES);
    const long group_bytes = vectors * LANES * DEPTH;
    const int8_t *at = w + row * layer->groups * group_bytes;
    w += layer->lines * layer->groups * group_bytes;
#ifdef TAKES_ALL
    if (is_direct && vectors % SHARED_VECTORS == 0 && layer->outputs - channel >= vectors * LANES) {
      for (long c = channel; c < channel + vectors * LANES; c += SHARED_VECTORS * LANES) {
        for (long four = 0; four < fours; four++) {
          NAME(emit_all)(four == 0, layer, c, &lists[four], at + (c - channel) * DEPTH, group_bytes,
                         target + c + four * OCTET_FOUR * step, step);
        }
      }
      continue;
    }
#endif
    NAME(sums) sums[OCTET_MOST_TOGETHER / OCTET_FOUR];
    const int32_t *starts = row == 0 ? layer->start + channel : 0;
    for (long four = 0; !starts && four < fours; four++) {
      load_sums(OCTET_FOUR, vectors, layer, channel, accumulators_of(accumulators, four * OCTET_FOUR, step), step,
                sums[four]);
    }
    for (long first = 0; first < count; first += LISTED) {
      if (!is_listed) {
        const NAME(inputs) rest = {in.values + first, in.step, in.flip};
        list_together(fours, lists, rest, smaller(LISTED, count - first));
      }
      add_together(fours, vectors, sums, first == 0 ? starts : 0, lists, at + first / DEPTH * group_bytes, group_bytes);
    }
    if (target) emit_dense(fours * OCTET_FOUR, vectors, layer, sums, channel, target, step);
    for (long four = 0; !target && four < fours; four++) {
      store_sums(OCTET_FOUR, vectors, layer, channel, sums[four],
                 accumulators_of(accumulators, four * OCTET_FOUR, step), step);
    }
  }
}

static TARGET void NAME(fold)(
  const octet_layer *layer, const uint8_t *values, uint8_t flip, long row, long count, int32_t *accumulators) {
  dense(layer, (NAME(inputs)){values, 0, flip}, row, count, accumulators, 0);
}

static TARGET void NAME(multiply)(
  const octet_layer *layer, const uint8_t *values, uint8_t flip, long count, void *target) {
  dense(layer, (NAME(inputs)){values, 0, flip}, 0, count, 0, target);
}

static TARGET void NAME(fold_together)(const octet_layer *layer, const uint8_t *values, long values_step, uint8_t flip,
                                       long images, long row, long count, int32_t *accumulators, long step) {
  dense_together(layer, (NAME(inputs)){values, values_step, flip}, images / OCTET_FOUR, row, count, accumulators, 0,
                 step);
}

static TARGET void NAME(multiply_together)(const octet_layer *layer, const uint8_t *values, long values_step,
                                           uint8_t flip, long images, long count, void *target, long step) {
  dense_together(layer, (NAME(inputs)){values, values_step, flip}, images / OCTET_FOUR, 0, count, 0, target, step);
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
    NAME(emit_block)(layer, block.of, vectors, vectors, channel, 1, target, 0);
  }
}
