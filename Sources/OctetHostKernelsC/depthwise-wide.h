// A convolution that keeps channels apart, 64 outputs at a time, with vectors of 512 bits. Part of avx512.c.
//
// Lines are brought together by unpacking, which keeps the four parts of 128 bits apart: vector v has, in part p, the
// outputs 16 p + 4 v to 16 p + 4 v + 3. LayerPacker lays weights and parameters out so, and packing the outputs brings
// all back in order.
#define WIDE 64

typedef struct {
  vector of[4];
} wide;

// 64 cells of each of four lines, or of three where the fourth has weights of 0, brought together.
INLINE wide interleaved(const long count, vector *line) {
  const vector flip = _mm512_set1_epi8((char)0x80);
  UNROLL for (long i = 0; i < count; i++) line[i] = _mm512_xor_si512(line[i], flip);
  const vector low = _mm512_unpacklo_epi8(line[0], line[1]), high = _mm512_unpackhi_epi8(line[0], line[1]);
  const vector next_low = _mm512_unpacklo_epi8(line[2], line[count - 1]);
  const vector next_high = _mm512_unpackhi_epi8(line[2], line[count - 1]);
  return (wide){{_mm512_unpacklo_epi16(low, next_low), _mm512_unpackhi_epi16(low, next_low),
                 _mm512_unpacklo_epi16(high, next_high), _mm512_unpackhi_epi16(high, next_high)}};
}

// The same of the cells of some channels.
INLINE wide gather_wide(const long count, const int8_t *const *lines, long cell, __mmask64 some) {
  vector line[4];
  UNROLL for (long i = 0; i < count; i++) line[i] = _mm512_maskz_loadu_epi8(some, lines[i] + cell);
  return interleaved(count, line);
}

// The same of cells of which those beyond `left` are missing; or where places are two apart, those that `every_second`
// names in eights.
INLINE wide gather_flat(const long count, const int8_t *const *lines, long cell, long left, const bool is_apart,
                        vector every_second) {
  vector line[4];
  if (left >= (is_apart ? 128 : 64)) {
    UNROLL for (long i = 0; i < count; i++) {
      line[i] = _mm512_loadu_si512(lines[i] + cell);
      if (is_apart) {
        line[i] = _mm512_permutex2var_epi64(line[i], every_second, _mm512_loadu_si512(lines[i] + cell + 64));
      }
    }
  } else {
    const __mmask64 some = first_bits(left < 0 ? 0 : smaller(left, 64)), more = first_bits(left > 64 ? left - 64 : 0);
    UNROLL for (long i = 0; i < count; i++) {
      line[i] = _mm512_maskz_loadu_epi8(some, lines[i] + cell);
      if (is_apart) {
        const vector next = _mm512_maskz_loadu_epi8(more, lines[i] + cell + 64);
        line[i] = _mm512_permutex2var_epi64(line[i], every_second, next);
      }
    }
  }
  return interleaved(count, line);
}

INLINE wide load_wide(const int32_t *values) {
  wide all;
  UNROLL for (long v = 0; v < 4; v++) all.of[v] = load(values + v * LANES);
  return all;
}

INLINE wide load_wide_weights(const int8_t *w) {
  wide all;
  UNROLL for (long v = 0; v < 4; v++) all.of[v] = load_weights(w + v * LANES * DEPTH);
  return all;
}

INLINE wide dot_wide(wide sums, const wide *cells, const wide *w) {
  UNROLL for (long v = 0; v < 4; v++) sums.of[v] = dot(sums.of[v], cells->of[v], w->of[v]);
  return sums;
}

// Outputs, up to 64 at a time, `apart` bytes from one to the next: `each` of them, and `last` of the last.
INLINE void emit_wide_as(const int rounding, const octet_layer *layer, const wide *sums, long channel, long count,
                         int8_t *target, long apart, long each, long last) {
  scaling scalings[4];
  UNROLL for (long v = 0; v < 4; v++) scalings[v] = load_scaling(layer, channel + v * LANES, rounding);
  const limits l = load_limits(layer);
  for (long i = 0; i < count; i++) {
    const long some = i + 1 < count ? each : last;
    vector values[4];
    UNROLL for (long v = 0; v < 4; v++) values[v] = rescaled(sums[i].of[v], scalings[v], rounding);
    const vector bytes = packed(l, values);
    if (some == WIDE) {
      _mm512_storeu_si512(target + i * apart, bytes);
    } else {
      _mm512_mask_storeu_epi8(target + i * apart, first_bits(some), bytes);
    }
  }
}

static __attribute__((noinline)) TARGET void emit_wide(
  const octet_layer *layer, const wide *sums, long channel, long count, int8_t *target, long apart, long each,
  long last) {
  switch (layer->rounding) {
    case OCTET_ROUND_TWICE:
      return emit_wide_as(OCTET_ROUND_TWICE, layer, sums, channel, count, target, apart, each, last);
    case OCTET_ROUND_TWICE_UP:
      return emit_wide_as(OCTET_ROUND_TWICE_UP, layer, sums, channel, count, target, apart, each, last);
    case OCTET_ROUND_AWAY:
      return emit_wide_as(OCTET_ROUND_AWAY, layer, sums, channel, count, target, apart, each, last);
    default: emit_wide_as(OCTET_ROUND_UP, layer, sums, channel, count, target, apart, each, last);
  }
}

// Places whose sums are made before they become outputs.
#define WIDE_PLACES 16

// Windows of three columns and lines: a column is gathered once, and goes into the sums of the places that
// share it.
INLINE void add_three(const octet_layer *layer, const int8_t *const *lines, long cell, __mmask64 channels_here,
                      const int8_t *w, long channel, const long stride, long count, wide *sums) {
  const wide first = load_wide_weights(w), second = load_wide_weights(w + WIDE * DEPTH);
  const wide third = load_wide_weights(w + 2 * WIDE * DEPTH), start = load_wide(layer->start + channel);
  const long channels = layer->outputs;
  wide column = gather_wide(3, lines, cell, channels_here), one = dot_wide(start, &column, &first), two = start;
  if (stride == 1) {
    column = gather_wide(3, lines, cell + channels, channels_here);
    two = dot_wide(one, &column, &second);
    one = dot_wide(start, &column, &first);
    cell += 2 * channels;
    for (long i = 0; i < count; i++, cell += channels) {
      column = gather_wide(3, lines, cell, channels_here);
      sums[i] = dot_wide(two, &column, &third);
      two = dot_wide(one, &column, &second);
      one = dot_wide(start, &column, &first);
    }
  } else {
    cell += channels;
    for (long i = 0; i < count; i++, cell += 2 * channels) {
      column = gather_wide(3, lines, cell, channels_here);
      two = dot_wide(one, &column, &second);
      column = gather_wide(3, lines, cell + channels, channels_here);
      sums[i] = dot_wide(two, &column, &third);
      one = dot_wide(start, &column, &first);
    }
  }
}

// Any window.
INLINE wide add_any(const octet_layer *layer, const int8_t *const *lines, long cell, __mmask64 some, const int8_t *w,
                    long channel) {
  wide sum = load_wide(layer->start + channel);
  for (long column = 0; column < layer->window_width; column++) {
    for (long g = 0; g < layer->groups; g++, w += WIDE * DEPTH) {
      const wide cells = gather_wide(4, lines + g * DEPTH, cell + column * layer->outputs, some);
      const wide ws = load_wide_weights(w);
      sum = dot_wide(sum, &cells, &ws);
    }
  }
  return sum;
}

// `count` places for up to 64 channels from `channel` on, whose first column is at `cell` of each line.
static __attribute__((noinline)) TARGET void depthwise_wide(
  const octet_layer *layer, const int8_t *const *lines, long cell, const int8_t *w, long channel, long count,
  int8_t *target) {
  wide sums[WIDE_PLACES];
  const bool is_three = layer->window_width == 3 && layer->lines == 3;
  const long stride = layer->stride_across, width = smaller(WIDE, layer->outputs - channel);
  const __mmask64 some = first_bits(width);
  for (long place = 0; place < count; place += WIDE_PLACES) {
    const long together = smaller(WIDE_PLACES, count - place), from = cell + place * stride * layer->outputs;
    if (is_three && stride == 1) {
      add_three(layer, lines, from, some, w, channel, 1, together, sums);
    } else if (is_three && stride == 2) {
      add_three(layer, lines, from, some, w, channel, 2, together, sums);
    } else {
      for (long i = 0; i < together; i++) {
        sums[i] = add_any(layer, lines, from + i * stride * layer->outputs, some, w, channel);
      }
    }
    emit_wide(layer, sums, channel, together, target + place * layer->outputs, layer->outputs, width, width);
  }
}

// The same of rows of one place, whose lines begin `layer->stride_down` apart.
static __attribute__((noinline)) TARGET void depthwise_column(
  const octet_layer *layer, const int8_t *const *lines, const int8_t *w, long channel, long rows, int8_t *target,
  long target_step) {
  wide sums[WIDE_PLACES];
  const long width = smaller(WIDE, layer->outputs - channel);
  const __mmask64 some = first_bits(width);
  for (long row = 0; row < rows; row += WIDE_PLACES) {
    const long together = smaller(WIDE_PLACES, rows - row);
    for (long i = 0; i < together; i++) {
      sums[i] = add_any(layer, lines + (row + i) * layer->stride_down, channel, some, w, channel);
    }
    emit_wide(layer, sums, channel, together, target + row * target_step, target_step, width, width);
  }
}

// What lies `channels` outputs farther, of 64 outputs and the 64 after them. Eight farther are two vectors on, in the
// next part for the last two; 16 farther the next part; 32 farther the part after it.
INLINE wide farther_wide(const wide *own, const wide *next, const long channels) {
  wide all;
  UNROLL for (long v = 0; v < 4; v++) {
    const vector a = own->of[(v + (channels == 8 ? 2 : 0)) % 4], b = next->of[(v + (channels == 8 ? 2 : 0)) % 4];
    if (channels == 64) {
      all.of[v] = b;
    } else if (channels == 32) {
      all.of[v] = _mm512_alignr_epi64(b, a, 4);
    } else {
      all.of[v] = channels == 8 && v < 2 ? a : _mm512_alignr_epi64(b, a, 2);
    }
  }
  return all;
}

// Outputs and cells of a row of a layer whose channels, 8, 16 or 32, divide 64, with places one or two apart: the
// outputs of several places lie side by side, and so do their cells on a line or in every second place of it.
typedef struct {
  const int8_t *const *lines;
  // Cells of a line.
  long cells;
  // Where places are two apart, eights of the first places: of a place's channels, and then of the place after the
  // next.
  vector every_second;
} flat_row;

// Under 64 outputs from `first` on, the cells of column `column` of the window.
INLINE wide gather_outputs(const bool is_apart, const long count, const flat_row *row, long first, long column,
                           long channels, long group) {
  const long cell = first * (is_apart ? 2 : 1) + column * channels;
  return gather_flat(count, row->lines + group * DEPTH, cell, row->cells - cell, is_apart, row->every_second);
}

// Windows of 3 x 3: columns that neighbors share are gathered once.
INLINE void add_flat_three(const bool is_apart, const long channels, const octet_layer *layer, const flat_row *row,
                           long first, long count, wide *sums) {
  const wide one = load_wide_weights(layer->weights), two = load_wide_weights(layer->weights + WIDE * DEPTH);
  const wide three = load_wide_weights(layer->weights + 2 * WIDE * DEPTH), start = load_wide(layer->start);
  wide own = gather_outputs(is_apart, 3, row, first, 0, channels, 0);
  for (long i = 0; i < count; i++, first += WIDE) {
    const wide next = gather_outputs(is_apart, 3, row, first + WIDE, 0, channels, 0);
    const wide middle = is_apart ? gather_outputs(true, 3, row, first, 1, channels, 0)
                                 : farther_wide(&own, &next, channels);
    const wide last = farther_wide(&own, &next, is_apart ? channels : 2 * channels);
    sums[i] = dot_wide(dot_wide(dot_wide(start, &own, &one), &middle, &two), &last, &three);
    own = next;
  }
}

// Any window.
INLINE void add_flat_any(const bool is_apart, const octet_layer *layer, const flat_row *row, long first, long count,
                         wide *sums) {
  for (long i = 0; i < count; i++, first += WIDE) {
    const int8_t *w = layer->weights;
    wide sum = load_wide(layer->start);
    for (long column = 0; column < layer->window_width; column++) {
      for (long group = 0; group < layer->groups; group++, w += WIDE * DEPTH) {
        const wide own = gather_outputs(is_apart, 4, row, first, column, layer->outputs, group);
        const wide ws = load_wide_weights(w);
        sum = dot_wide(sum, &own, &ws);
      }
    }
    sums[i] = sum;
  }
}

INLINE void add_flat(const bool is_apart, const octet_layer *layer, const flat_row *row, long first, long count,
                     wide *sums) {
  if (layer->window_width != 3 || layer->lines != 3) {
    add_flat_any(is_apart, layer, row, first, count, sums);
  } else if (layer->outputs == 8) {
    add_flat_three(is_apart, 8, layer, row, first, count, sums);
  } else if (layer->outputs == 16) {
    add_flat_three(is_apart, 16, layer, row, first, count, sums);
  } else {
    add_flat_three(is_apart, 32, layer, row, first, count, sums);
  }
}

static __attribute__((noinline)) TARGET void depthwise_flat(
  const octet_layer *layer, const int8_t *const *lines, long places, int8_t *target) {
  wide sums[WIDE_PLACES];
  const long channels = layer->outputs, outputs = places * channels;
  const bool is_apart = layer->stride_across == 2;
  int64_t eights[8];
  for (long i = 0; i < 8; i++) eights[i] = i / (channels / 8) * (channels / 4) + i % (channels / 8);
  const flat_row row = {lines, ((places - 1) * layer->stride_across + layer->window_width) * channels,
                        _mm512_loadu_si512(eights)};
  for (long first = 0; first < outputs; first += WIDE_PLACES * WIDE) {
    const long left = outputs - first, some = smaller(WIDE_PLACES, (left + WIDE - 1) / WIDE);
    if (is_apart) {
      add_flat(true, layer, &row, first, some, sums);
    } else {
      add_flat(false, layer, &row, first, some, sums);
    }
    emit_wide(
      layer, sums, 0, some, target + first, WIDE, WIDE, left < some * WIDE ? left - (some - 1) * WIDE : WIDE);
  }
}
