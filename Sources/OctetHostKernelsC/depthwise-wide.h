// 64 channels of a convolution that keeps channels apart, with vectors of 512 bits. Part of avx512.c.
//
// Lines are brought together by unpacking, which keeps the four parts of 128 bits apart: vector v has, in part p, the
// channels 16 p + 4 v to 16 p + 4 v + 3. LayerPacker lays weights and parameters out so, and packing the outputs brings
// all back in order.
#define WIDE 64

typedef struct {
  vector of[4];
} wide;

INLINE wide gather_wide(const int8_t *const *lines, long cell) {
  const vector flip = _mm512_set1_epi8((char)0x80);
  vector line[4];
  UNROLL for (long i = 0; i < 4; i++) line[i] = _mm512_xor_si512(_mm512_loadu_si512(lines[i] + cell), flip);
  const vector low = _mm512_unpacklo_epi8(line[0], line[1]), high = _mm512_unpackhi_epi8(line[0], line[1]);
  const vector next_low = _mm512_unpacklo_epi8(line[2], line[3]), next_high = _mm512_unpackhi_epi8(line[2], line[3]);
  return (wide){{_mm512_unpacklo_epi16(low, next_low), _mm512_unpackhi_epi16(low, next_low),
                 _mm512_unpacklo_epi16(high, next_high), _mm512_unpackhi_epi16(high, next_high)}};
}

INLINE wide start_wide(const octet_layer *layer, long channel) {
  wide sums;
  UNROLL for (long v = 0; v < 4; v++) sums.of[v] = load(layer->start + channel + v * LANES);
  return sums;
}

INLINE void add_wide(wide *sums, const wide *cells, const int8_t *w) {
  UNROLL for (long v = 0; v < 4; v++) sums->of[v] = dot(sums->of[v], cells->of[v], load_weights(w + v * LANES * DEPTH));
}

INLINE void emit_wide_as(const int rounding, const octet_layer *layer, const wide *sums, long channel, int8_t *target) {
  const vector zero_point = _mm512_set1_epi16((short)layer->zero_point);
  const vector minimum = _mm512_set1_epi8((char)layer->minimum), maximum = _mm512_set1_epi8((char)layer->maximum);
  vector values[4];
  UNROLL for (long v = 0; v < 4; v++) {
    values[v] = rescaled(sums->of[v], load_scaling(layer, channel + v * LANES), rounding);
  }
  const vector low = _mm512_adds_epi16(_mm512_packs_epi32(values[0], values[1]), zero_point);
  const vector high = _mm512_adds_epi16(_mm512_packs_epi32(values[2], values[3]), zero_point);
  _mm512_storeu_si512(target, _mm512_min_epi8(_mm512_max_epi8(_mm512_packs_epi16(low, high), minimum), maximum));
}

INLINE void emit_wide(const octet_layer *layer, const wide *sums, long channel, int8_t *target) {
  switch (layer->rounding) {
    case OCTET_ROUND_TWICE: return emit_wide_as(OCTET_ROUND_TWICE, layer, sums, channel, target);
    case OCTET_ROUND_AWAY: return emit_wide_as(OCTET_ROUND_AWAY, layer, sums, channel, target);
    default: emit_wide_as(OCTET_ROUND_UP, layer, sums, channel, target);
  }
}

// `count` places for the channels from `channel` on, whose first column is at `cell` of each line.
static __attribute__((noinline)) TARGET void depthwise_wide(
  const octet_layer *layer, const int8_t *const *lines, long cell, const int8_t *w, long channel, long count,
  int8_t *target) {
  enum { room = OCTET_SCRATCH_BYTES / sizeof(wide) };
  wide columns[room] __attribute__((aligned(64)));
  const long groups = layer->groups, taps = groups * layer->window_width, stride = layer->stride_across;
  const long channels = layer->outputs;
  for (long place = 0; place < count;) {
    const long some = smaller(count - place, (room / groups - layer->window_width) / stride + 1);
    const long column_count = (some - 1) * stride + layer->window_width;
    const long from = cell + place * stride * channels;
    for (long column = 0; column < column_count; column++) {
      for (long g = 0; g < groups; g++) {
        columns[column * groups + g] = gather_wide(lines + g * DEPTH, from + column * channels);
      }
    }
    for (long i = 0; i < some; i++, place++) {
      const wide *at = columns + i * stride * groups;
      wide sums = start_wide(layer, channel);
      for (long tap = 0; tap < taps; tap++) add_wide(&sums, at + tap, w + tap * WIDE * DEPTH);
      emit_wide(layer, &sums, channel, target + place * channels);
    }
  }
}
