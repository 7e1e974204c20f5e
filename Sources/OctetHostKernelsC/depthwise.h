// Convolutions that keep channels apart. Part of rows.h.
//
// The lines of the window are taken in groups of DEPTH, the last one filled up with weights of 0. For a block of LANES
// channels each column of the input is interleaved, so that a lane has the cells of its channel on these lines side by
// side; then a `dot` multiplies a column of the window with as many lines, and neighbors share the columns.

// Where the outputs of a block of channels find what they multiply, and go: output i has tap t in
// columns[i * step + t * apart].
typedef struct {
  const group *columns;
  long step, apart;
  int8_t *target;
  long target_step;
} NAME(outputs);

// The sums of `count` neighbors, from output `first` on.
INLINE void depthwise_tile(const long count, const long taps, const NAME(outputs) *outputs, long first, vector start,
                           const int8_t *w, vector *sums) {
  const group *columns = outputs->columns + first * outputs->step;
  vector acc[4];
  UNROLL for (long i = 0; i < count; i++) acc[i] = start;
  for (long tap = 0; tap < taps; tap++) {
    const weights ws = load_weights(w + tap * LANES * DEPTH);
    UNROLL for (long i = 0; i < count; i++) {
      acc[i] = dot(acc[i], columns[i * outputs->step + tap * outputs->apart], ws);
    }
  }
  UNROLL for (long i = 0; i < count; i++) sums[i] = acc[i];
}

// All outputs for one block of channels.
INLINE void depthwise_outputs(const long taps, const octet_layer *layer, NAME(outputs) outputs, const int8_t *w,
                              long channel, long count) {
  const vector start = load(layer->start + channel);
  for (long first = 0; first < count; first += MOST_SUMS) {
    NAME(block) sums;
    const long some = smaller(MOST_SUMS, count - first);
    long i = 0;
    for (; i + 4 <= some; i += 4) depthwise_tile(4, taps, &outputs, first + i, start, w, sums.of + i);
    for (; i < some; i++) depthwise_tile(1, taps, &outputs, first + i, start, w, sums.of + i);
    NAME(emit_block)(layer, sums.of, 1, 1, channel, some, outputs.target + first * outputs.target_step,
                     outputs.target_step);
  }
}

// Windows of few taps keep their weights in registers.
INLINE void depthwise_any(long taps, const octet_layer *layer, NAME(outputs) outputs, const int8_t *w, long channel,
                          long count) {
  switch (taps) {
    case 3: return depthwise_outputs(3, layer, outputs, w, channel, count);
    case 6: return depthwise_outputs(6, layer, outputs, w, channel, count);
    default: depthwise_outputs(taps, layer, outputs, w, channel, count);
  }
}

// One output, where nothing is shared with a neighbor.
INLINE void depthwise_one(const octet_layer *layer, const int8_t *const *lines, long cell, const int8_t *w,
                          long channel, long count, int8_t *target) {
  vector sum = load(layer->start + channel);
  for (long column = 0; column < layer->window_width; column++) {
    for (long g = 0; g < layer->groups; g++) {
      sum = dot(sum, gather(lines + g * DEPTH, cell, count), load_weights(w));
      w += LANES * DEPTH;
    }
    cell += layer->outputs;
  }
  emit(layer, sum, channel, count, target);
}

// Groups that there is room for.
#define DEPTHWISE_ROOM ((long)(OCTET_SCRATCH_BYTES / sizeof(group)))

// A row, whose window has these lines; from channel `first_channel` on, whose weights are at `w`.
static __attribute__((noinline)) TARGET void NAME(depthwise_row)(
  const octet_layer *layer, const int8_t *const *lines, long places, const int8_t *first_w, long first_channel,
  int8_t *target) {
  group columns[DEPTHWISE_ROOM] __attribute__((aligned(64)));
  const long channels = layer->outputs, groups = layer->groups, taps = groups * layer->window_width;
  const long stride = layer->stride_across, element = layer->is_wide ? 2 : 1, place_bytes = channels * element;
  // As many places as there is room for their columns, which is so for one.
  const long most = (DEPTHWISE_ROOM / groups - layer->window_width) / stride + 1;
  for (long first = 0; first < places; first += most) {
    const long count = smaller(most, places - first);
    const long column_count = (count - 1) * stride + layer->window_width;
    const int8_t *w = first_w;
    const NAME(outputs) outputs = {columns, stride * groups, 1, target + first * place_bytes, place_bytes};
    for (long channel = first_channel; channel < channels; channel += LANES, w += taps * LANES * DEPTH) {
      const long some = smaller(LANES, channels - channel), start = first * stride * channels + channel;
      if (count == 1) {
        depthwise_one(layer, lines, start, w, channel, some, outputs.target + channel * element);
        continue;
      }
      for (long g = 0; g < groups; g++) {
        for (long column = 0; column < column_count; column++) {
          columns[column * groups + g] = gather(lines + g * DEPTH, start + column * channels, some);
        }
      }
      depthwise_any(taps, layer, outputs, w, channel, count);
    }
  }
}

// `count` rows of one place with a window of one column, whose lines begin `layer->stride_down` apart: the rows are the
// neighbors, and share the groups of lines.
static __attribute__((noinline)) TARGET void NAME(depthwise_down)(
  const octet_layer *layer, const int8_t *const *lines, const int8_t *first_w, long first_channel, long count,
  int8_t *target, long target_step) {
  group columns[DEPTHWISE_ROOM] __attribute__((aligned(64)));
  const long channels = layer->outputs, groups = layer->groups, down = layer->stride_down;
  // Lines between the groups: none begins between where rows are a multiple of DEPTH lines apart.
  const long each = down % DEPTH == 0 ? DEPTH : 1;
  const long step = down / each, apart = DEPTH / each, last = (groups - 1) * apart;
  const long most = (DEPTHWISE_ROOM - last - 1) / step + 1;
  for (long first = 0; first < count; first += most) {
    const long some = smaller(most, count - first), shared = (some - 1) * step + last + 1;
    const int8_t *const *top = lines + first * down;
    // So few rows may share less than lies between their own groups.
    const bool is_shared = shared < some * groups;
    const int8_t *w = first_w;
    const NAME(outputs) outputs = {columns, is_shared ? step : groups, is_shared ? apart : 1,
                                   target + first * target_step, target_step};
    for (long channel = first_channel; channel < channels; channel += LANES, w += groups * LANES * DEPTH) {
      const long cells = smaller(LANES, channels - channel);
      if (is_shared) {
        for (long g = 0; g < shared; g++) columns[g] = gather(top + g * each, channel, cells);
      } else {
        for (long row = 0; row < some; row++) {
          for (long g = 0; g < groups; g++) {
            columns[row * groups + g] = gather(top + row * down + g * DEPTH, channel, cells);
          }
        }
      }
      depthwise_any(groups, layer, outputs, w, channel, some);
    }
  }
}

// Rows whose lines follow one another in `lines`.
INLINE void depthwise_rows(const octet_layer *layer, const int8_t *const *lines, long places, long count,
                           int8_t *target, long target_step) {
  const int8_t *w = layer->weights;
  const long down = layer->stride_down;
  long channel = 0;
#ifdef WIDE_VECTORS
  if (layer->is_flat) {
    for (long row = 0; row < count; row++) {
      depthwise_flat(layer, lines + row * down, places, target + row * target_step);
    }
    return;
  }
  const long taps = layer->groups * layer->window_width;
  for (; channel < layer->wide; channel += WIDE, w += taps * WIDE * DEPTH) {
    if (places == 1) {
      depthwise_column(layer, lines, w, channel, count, target + channel, target_step);
      continue;
    }
    for (long row = 0; row < count; row++) {
      depthwise_wide(layer, lines + row * down, channel, w, channel, places, target + row * target_step + channel);
    }
  }
#endif
  if (channel >= layer->outputs) return;
  if (places == 1 && count > 1 && layer->window_width == 1) {
    NAME(depthwise_down)(layer, lines, w, channel, count, target, target_step);
    return;
  }
  for (long row = 0; row < count; row++) {
    NAME(depthwise_row)(layer, lines + row * down, places, w, channel, target + row * target_step);
  }
}

static TARGET void NAME(convolve_depthwise)(
  const octet_layer *layer, const octet_rows *rows, long places, long count, void *target, long target_step) {
  enum { room = OCTET_SCRATCH_BYTES / 64 * DEPTH };
  // The lines of the windows; what is missing in the last group of a window has weights of 0. LayerPacker has seen to
  // the room for one row.
  const int8_t *lines[room];
  const long window = layer->groups * DEPTH, down = layer->stride_down;
  const long most = window + (count - 1) * down <= room ? count : (room - window) / down + 1;
  for (long row = 0; row < count; row += most) {
    const long some = smaller(most, count - row), real = (some - 1) * down + layer->lines;
    long slot = (rows->first + row * down) % rows->slot_count;
    for (long line = 0; line < (some - 1) * down + window; line++) {
      lines[line] = rows->slots + slot * rows->row_bytes;
      if (line + 1 < real) slot = slot + 1 == rows->slot_count ? 0 : slot + 1;
    }
    depthwise_rows(layer, lines, places, some, (int8_t *)target + row * target_step, target_step);
  }
}

// Cells of a row, each added to the sums of its channels.
static TARGET void NAME(add_cells)(const int8_t *cells, long count, long channels, int32_t *sums) {
  for (long channel = 0; channel < channels; channel += LANES) {
    const long some = smaller(LANES, channels - channel);
    vector sum = load_some(sums + channel, some);
    for (long i = 0; i < count; i++) sum = plus(sum, widen(cells + i * channels + channel, some));
    store_some(sums + channel, sum, some);
  }
}
