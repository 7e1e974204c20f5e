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

INLINE wide gather_wide(const long count, const int8_t *const *lines, long cell) {
  vector line[4];
  UNROLL for (long i = 0; i < count; i++) line[i] = _mm512_loadu_si512(lines[i] + cell);
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
    const __mmask64 some = first_bits(smaller(left, 64)), more = first_bits(left > 64 ? left - 64 : 0);
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

// Outputs, 64 at a time, `apart` bytes from one to the next; of the last so many.
INLINE void emit_wide_as(const int rounding, const octet_layer *layer, const wide *sums, long channel, long count,
                         int8_t *target, long apart, long last) {
  scaling scalings[4];
  UNROLL for (long v = 0; v < 4; v++) scalings[v] = load_scaling(layer, channel + v * LANES, rounding);
  const limits l = load_limits(layer);
  for (long i = 0; i < count; i++) {
    vector values[4];
    UNROLL for (long v = 0; v < 4; v++) values[v] = rescaled(sums[i].of[v], scalings[v], rounding);
    const vector bytes = packed(l, values);
    if (i + 1 < count || last == 64) {
      _mm512_storeu_si512(target + i * apart, bytes);
    } else {
      _mm512_mask_storeu_epi8(target + i * apart, first_bits(last), bytes);
    }
  }
}

static __attribute__((noinline)) TARGET void emit_wide(
  const octet_layer *layer, const wide *sums, long channel, long count, int8_t *target, long apart, long last) {
  switch (layer->rounding) {
    case OCTET_ROUND_TWICE:
      return emit_wide_as(OCTET_ROUND_TWICE, layer, sums, channel, count, target, apart, last);
    case OCTET_ROUND_AWAY:
      return emit_wide_as(OCTET_ROUND_AWAY, layer, sums, channel, count, target, apart, last);
    default: emit_wide_as(OCTET_ROUND_UP, layer, sums, channel, count, target, apart, last);
  }
}

// Places whose sums are made before they become outputs.
#define WIDE_PLACES 16

// Windows of three columns and lines: a column is gathered once, and goes into the sums of the places that
// share it.
INLINE void add_three(const octet_layer *layer, const int8_t *const *lines, long cell, const int8_t *w, long channel,
                      const long stride, long count, wide *sums) {
  const wide first = load_wide_weights(w), second = load_wide_weights(w + WIDE * DEPTH);
  const wide third = load_wide_weights(w + 2 * WIDE * DEPTH), start = load_wide(layer->start + channel);
  const long channels = layer->outputs;
  wide column = gather_wide(3, lines, cell), one = dot_wide(start, &column, &first), two = start;
  if (stride == 1) {
    column = gather_wide(3, lines, cell + channels);
    two = dot_wide(one, &column, &second);
    one = dot_wide(start, &column, &first);
    cell += 2 * channels;
    for (long i = 0; i < count; i++, cell += channels) {
      column = gather_wide(3, lines, cell);
      sums[i] = dot_wide(two, &column, &third);
      two = dot_wide(one, &column, &second);
      one = dot_wide(start, &column, &first);
    }
  } else {
    cell += channels;
    for (long i = 0; i < count; i++, cell += 2 * channels) {
      column = gather_wide(3, lines, cell);
      two = dot_wide(one, &column, &second);
      column = gather_wide(3, lines, cell + channels);
      sums[i] = dot_wide(two, &column, &third);
      one = dot_wide(start, &column, &first);
    }
  }
}

// Any window.
INLINE void add_any(const octet_layer *layer, const int8_t *const *lines, long cell, const int8_t *w, long channel,
                    long count, wide *sums) {
  const long channels = layer->outputs, groups = layer->groups, columns = layer->window_width;
  for (long i = 0; i < count; i++, cell += layer->stride_across * channels) {
    const int8_t *at = w;
    wide sum = load_wide(layer->start + channel);
    for (long column = 0; column < columns; column++) {
      for (long g = 0; g < groups; g++, at += WIDE * DEPTH) {
        const wide cells = gather_wide(4, lines + g * DEPTH, cell + column * channels), some = load_wide_weights(at);
        sum = dot_wide(sum, &cells, &some);
      }
    }
    sums[i] = sum;
  }
}

// `count` places for 64 channels from `channel` on, whose first column is at `cell` of each line.
static __attribute__((noinline)) TARGET void depthwise_wide(
  const octet_layer *layer, const int8_t *const *lines, long cell, const int8_t *w, long channel, long count,
  int8_t *target) {
  wide sums[WIDE_PLACES];
  const bool is_three = layer->window_width == 3 && layer->lines == 3;
  const long stride = layer->stride_across;
  for (long place = 0; place < count; place += WIDE_PLACES) {
    const long some = smaller(WIDE_PLACES, count - place), from = cell + place * stride * layer->outputs;
    if (is_three && stride == 1) {
      add_three(layer, lines, from, w, channel, 1, some, sums);
    } else if (is_three && stride == 2) {
      add_three(layer, lines, from, w, channel, 2, some, sums);
    } else {
      add_any(layer, lines, from, w, channel, some, sums);
    }
    emit_wide(layer, sums, channel, some, target + place * layer->outputs, layer->outputs, 64);
  }
}

// A row of a layer whose channels, 8, 16 or 32, divide 64, with places one or two apart: the outputs of several places
// lie side by side, and so do their cells on a line or in every second place of it.
INLINE void depthwise_flat_as(const bool is_apart, const bool is_three, const octet_layer *layer,
                              const int8_t *const *lines, long places, int8_t *target) {
  wide sums[WIDE_PLACES];
  const long channels = layer->outputs;
  const long groups = is_three ? 1 : layer->groups, columns = is_three ? 3 : layer->window_width;
  const long outputs = places * channels, stride = is_apart ? 2 : 1;
  const long cells = ((places - 1) * stride + columns) * channels;
  // Eights of the first places: of a place's channels, and then of the place after the next.
  int64_t eights[8];
  for (long i = 0; i < 8; i++) eights[i] = i / (channels / 8) * (channels / 4) + i % (channels / 8);
  const vector every_second = _mm512_loadu_si512(eights);
  for (long first = 0; first < outputs; first += WIDE_PLACES * 64) {
    const long left = outputs - first, some = smaller(WIDE_PLACES, (left + 63) / 64);
    for (long i = 0; i < some; i++) {
      const long from = (first + i * 64) * stride;
      const int8_t *w = layer->weights;
      wide sum = load_wide(layer->start);
      for (long column = 0; column < columns; column++) {
        const long cell = from + column * channels;
        for (long g = 0; g < groups; g++, w += WIDE * DEPTH) {
          const wide own = gather_flat(
            is_three ? 3 : 4, lines + g * DEPTH, cell, cells - cell, is_apart, every_second);
          const wide ws = load_wide_weights(w);
          sum = dot_wide(sum, &own, &ws);
        }
      }
      sums[i] = sum;
    }
    emit_wide(layer, sums, 0, some, target + first, 64, left < some * 64 ? left - (some - 1) * 64 : 64);
  }
}

static __attribute__((noinline)) TARGET void depthwise_flat(
  const octet_layer *layer, const int8_t *const *lines, long places, int8_t *target) {
  const bool is_three = layer->window_width == 3 && layer->lines == 3;
  if (layer->stride_across == 1) {
    if (is_three) return depthwise_flat_as(false, true, layer, lines, places, target);
    return depthwise_flat_as(false, false, layer, lines, places, target);
  }
  if (is_three) return depthwise_flat_as(true, true, layer, lines, places, target);
  depthwise_flat_as(true, false, layer, lines, places, target);
}
