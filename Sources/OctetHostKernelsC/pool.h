// Layers that make the largest value or the mean of each window. Part of rows.h.
//
// The lines of a window are brought together first, for all columns of some places: rows lie in one piece, so that is
// the same for all values whatever the channels are. Then each place takes its columns together. With a stride of one
// that is a run of values too; else each place has its channels alone.

// Values of a line that are brought together at a time, unless a single window has more: they stay in the first cache.
#define POOLED_TOGETHER 4096

// The rows under a window, from a column on.
typedef struct {
  const octet_rows *rows;
  long lines, offset;
} NAME(lines);

INLINE const int8_t *pooled_line(NAME(lines) in, long line) {
  const octet_rows *rows = in.rows;
  return rows->slots + (rows->first + line) % rows->slot_count * rows->row_bytes + in.offset;
}

// A sum of up to 255 values fits 16 bits.
INLINE void add_lines(NAME(lines) in, long count, int16_t *restrict sums) {
  const int8_t *restrict first = pooled_line(in, 0);
  for (long i = 0; i < count; i++) sums[i] = first[i];
  for (long line = 1; line < in.lines; line++) {
    const int8_t *restrict next = pooled_line(in, line);
    for (long i = 0; i < count; i++) sums[i] = (int16_t)(sums[i] + next[i]);
  }
}

// Values that are together one row of windows: those of `columns` columns, `channels` apart, that start at each.
INLINE vector column_sum(const int16_t *sums, long columns, long channels) {
  vector all = widen_shorts(sums);
  for (long column = 1; column < columns; column++) all = plus(all, widen_shorts(sums + column * channels));
  return all;
}

INLINE void emit_means(const int rounding, const octet_mean *mean, const int16_t *sums, long columns, long channels,
                       long count, int8_t *target) {
  const scaling s = load_scaling(&mean->layer, 0, rounding);
  const limits l = load_limits(&mean->layer);
  const vector start = all_lanes(-mean->start);
  long i = 0;
  for (; i + VECTORS * LANES <= count; i += VECTORS * LANES) {
    vector values[VECTORS];
    UNROLL for (long v = 0; v < VECTORS; v++) {
      const vector sum = column_sum(sums + i + v * LANES, columns, channels);
      values[v] = rescaled(plus(left(sum, mean->raised), start), s, rounding);
    }
    store_places(l, values, VECTORS, VECTORS * LANES, 1, target + i, 0);
  }
  for (; i < count; i += LANES) {
    const vector sum = column_sum(sums + i, columns, channels);
    const vector value = rescaled(plus(left(sum, mean->raised), start), s, rounding);
    store_bytes(target + i, placed(&mean->layer, value), smaller(LANES, count - i));
  }
}

INLINE void emit_largest(const int8_t *restrict largest, long columns, long channels, long count,
                         int8_t *restrict target) {
  for (long i = 0; i < count; i++) target[i] = largest[i];
  for (long column = 1; column < columns; column++) {
    const int8_t *restrict next = largest + column * channels;
    for (long i = 0; i < count; i++) target[i] = target[i] > next[i] ? target[i] : next[i];
  }
}

// `places` places of a run, from the one on at whose first column the lines start.
static __attribute__((noinline)) TARGET void NAME(pool_means)(
  const octet_pool *pool, const octet_pool_run *run, NAME(lines) in, long places, int8_t *target) {
  // Whole vectors are read behind the last.
  int16_t sums[OCTET_POOLED_VALUES + LANES];
  const long step = pool->stride_across * pool->channels;
  add_lines(in, (places - 1) * step + run->columns * pool->channels, sums);
  const bool is_row = pool->stride_across == 1;
  const long pieces = is_row ? 1 : places, count = is_row ? places * pool->channels : pool->channels;
  for (long piece = 0; piece < pieces; piece++, target += count) {
    const int16_t *own = sums + piece * step;
    switch (run->mean->layer.rounding) {
      case OCTET_ROUND_TWICE:
        emit_means(OCTET_ROUND_TWICE, run->mean, own, run->columns, pool->channels, count, target);
        break;
      case OCTET_ROUND_AWAY:
        emit_means(OCTET_ROUND_AWAY, run->mean, own, run->columns, pool->channels, count, target);
        break;
      default: emit_means(OCTET_ROUND_UP, run->mean, own, run->columns, pool->channels, count, target);
    }
  }
}

static __attribute__((noinline)) TARGET void NAME(pool_largest)(
  const octet_pool *pool, const octet_pool_run *run, NAME(lines) in, long places, int8_t *target) {
  int8_t together[OCTET_POOLED_VALUES];
  const int8_t *largest = pooled_line(in, 0);
  const long step = pool->stride_across * pool->channels;
  const long count = (places - 1) * step + run->columns * pool->channels;
  if (in.lines > 1) {
    int8_t *restrict most = together;
    const int8_t *restrict first = largest;
    for (long i = 0; i < count; i++) most[i] = first[i];
    for (long line = 1; line < in.lines; line++) {
      const int8_t *restrict next = pooled_line(in, line);
      for (long i = 0; i < count; i++) most[i] = most[i] > next[i] ? most[i] : next[i];
    }
    largest = together;
  }
  if (pool->stride_across == 1) {
    return emit_largest(largest, run->columns, pool->channels, places * pool->channels, target);
  }
  for (long place = 0; place < places; place++) {
    emit_largest(largest + place * step, run->columns, pool->channels, pool->channels,
                 target + place * pool->channels);
  }
}

static TARGET void NAME(pool)(const octet_pool *pool, const octet_rows *rows, int8_t *target) {
  const long step = pool->stride_across * pool->channels;
  for (long r = 0; r < pool->run_count; r++) {
    const octet_pool_run *run = &pool->runs[r];
    const long room = POOLED_TOGETHER - run->columns * pool->channels;
    const long most = room > 0 ? room / step + 1 : 1;
    for (long done = 0; done < run->places; done += most) {
      const long places = smaller(most, run->places - done);
      const NAME(lines) in = {rows, pool->lines, run->first_column * pool->channels + done * step};
      if (run->mean) {
        NAME(pool_means)(pool, run, in, places, target);
      } else {
        NAME(pool_largest)(pool, run, in, places, target);
      }
      target += places * pool->channels;
    }
  }
}
