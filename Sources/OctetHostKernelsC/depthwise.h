// Convolutions that keep channels apart. Part of rows.h.
//
// The lines of the window are taken in groups of DEPTH, the last one filled up with weights of 0. For a block of LANES
// channels each column of the input is interleaved, so that a lane has the cells of its channel on these lines side by
// side; then a `dot` multiplies a column of the window with as many lines, and neighbors share the columns.

// `pixels` places, whose columns start at `columns` and lie `step` groups apart.
INLINE void depthwise_tile(const long pixels, const long taps, const octet_layer *layer, const group *columns,
                           long step, const int8_t *w, long channel, int8_t *target, long place_bytes) {
  NAME(block) sums;
  UNROLL for (long i = 0; i < pixels; i++) sums.of[i] = load(layer->start + channel);
  for (long tap = 0; tap < taps; tap++) {
    const weights ws = load_weights(w + tap * LANES * DEPTH);
    UNROLL for (long i = 0; i < pixels; i++) sums.of[i] = dot(sums.of[i], columns[i * step + tap], ws);
  }
  NAME(emit_block)(layer, &sums, 1, channel, pixels, target, place_bytes);
}

// All places of a piece for one block of channels.
INLINE void depthwise_places(const long taps, const octet_layer *layer, const group *columns, const int8_t *w,
                             long channel, long places, int8_t *target) {
  const long step = layer->stride_across * layer->groups;
  const long place_bytes = layer->outputs * (layer->is_wide ? 2 : 1);
  long first = 0;
  for (; first + 4 <= places; first += 4) {
    depthwise_tile(4, taps, layer, columns + first * step, step, w, channel, target + first * place_bytes, place_bytes);
  }
  for (; first < places; first++) {
    depthwise_tile(1, taps, layer, columns + first * step, step, w, channel, target + first * place_bytes, place_bytes);
  }
}

// One place, where nothing is shared with a neighbor.
INLINE void depthwise_place(const octet_layer *layer, const int8_t *const *lines, long cell, const int8_t *w,
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

// A row, whose window has these lines; from channel `first_channel` on, whose weights are at `w`.
static __attribute__((noinline)) TARGET void NAME(depthwise_row)(
  const octet_layer *layer, const int8_t *const *lines, long places, const int8_t *first_w, long first_channel,
  int8_t *target) {
  enum { room = OCTET_SCRATCH_BYTES / sizeof(group) };
  group columns[room] __attribute__((aligned(64)));
  const long channels = layer->outputs, groups = layer->groups, taps = groups * layer->window_width;
  const long stride = layer->stride_across, element = layer->is_wide ? 2 : 1;
  // As many places as there is room for their columns, which is so for one.
  const long most = (room / groups - layer->window_width) / stride + 1;
  for (long first = 0; first < places; first += most) {
    const long count = smaller(most, places - first);
    const long column_count = (count - 1) * stride + layer->window_width;
    const int8_t *w = first_w;
    int8_t *output = target + first * channels * element;
    for (long channel = first_channel; channel < channels; channel += LANES, w += taps * LANES * DEPTH) {
      const long some = smaller(LANES, channels - channel), start = first * stride * channels + channel;
      if (count == 1) {
        depthwise_place(layer, lines, start, w, channel, some, output + channel * element);
        continue;
      }
      for (long g = 0; g < groups; g++) {
        for (long column = 0; column < column_count; column++) {
          columns[column * groups + g] = gather(lines + g * DEPTH, start + column * channels, some);
        }
      }
      // Windows of 3 x 3 keep their weights in registers.
      if (taps == 3) {
        depthwise_places(3, layer, columns, w, channel, count, output);
      } else if (taps == 6) {
        depthwise_places(6, layer, columns, w, channel, count, output);
      } else {
        depthwise_places(taps, layer, columns, w, channel, count, output);
      }
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
