// Convolutions with eight outputs, with vectors of 512 bits. Part of avx512.c.
//
// Eight channels fill half of a vector, so a group has eight values here, of which even lanes multiply the first four
// and odd lanes the others: lanes 2 c and 2 c + 1 have two parts of the sum of channel c. Two places are then folded
// into one vector, whose part p of 128 bits has channels 2 p and 2 p + 1 of the one, and the same of the other;
// LayerPacker lays the parameters out so.
#define PAIRED 8

// The sums of two places, from their parts.
INLINE vector fold(vector one, vector other) {
  const __m512 a = _mm512_castsi512_ps(one), b = _mm512_castsi512_ps(other);
  return _mm512_add_epi32(_mm512_castps_si512(_mm512_shuffle_ps(a, b, 0x88)),
                          _mm512_castps_si512(_mm512_shuffle_ps(a, b, 0xDD)));
}

// The sums of `places` places, two in a vector; or the largest of each square of four, of which half are on the line
// from `second` on.
INLINE void paired_block(const long places, const bool is_square, vector *sums, const cell *first,
                         const cell *second, const octet_layer *layer, const NAME(piece) *piece) {
  const long across = is_square ? places / 2 : places, each = across < 4 ? across : 4, step = piece->step;
  vector acc[MOST_PLACES];
  const cell *corners[MOST_PLACES];
  UNROLL for (long i = 0; i < places; i += each) {
    corners[i / each] = i < across ? first + i * step : second + (i - across) * step;
  }
  UNROLL for (long i = 0; i < places; i++) acc[i] = load(layer->start);
  const long triple = 3 * step, rest = piece->line_cells - layer->groups * PAIRED;
  const int8_t *w = layer->weights;
  for (long line = 0; line < layer->lines; line++) {
    for (long g = 0; g < layer->groups; g++) {
      const weights ws = load_weights(w);
      w += LANES * DEPTH;
      UNROLL for (long i = 0; i < places; i++) {
        const cell *at = corners[i / each] + (i % each == 3 ? triple : i % each * step);
        int64_t eight;
        __builtin_memcpy(&eight, at, PAIRED);
        acc[i] = dot(acc[i], _mm512_set1_epi64(eight), ws);
      }
      UNROLL for (long i = 0; i < places; i += each) corners[i / each] += PAIRED;
    }
    UNROLL for (long i = 0; i < places; i += each) corners[i / each] += rest;
  }
  if (is_square) {
    // Where there is only one square, it is taken twice.
    const long next = across < 4 ? 0 : 2;
    UNROLL for (long i = 0; i < across; i += 4) {
      const vector *low = acc + across + i;
      const vector above = larger(fold(acc[i], acc[i + next]), fold(acc[i + 1], acc[i + next + 1]));
      sums[i / 4] = larger(above, larger(fold(low[0], low[next]), fold(low[1], low[next + 1])));
    }
  } else {
    UNROLL for (long i = 0; i < places; i += 2) sums[i / 2] = fold(acc[i], acc[i + 1 < places ? i + 1 : i]);
  }
}

// Outputs of up to 16 places.
INLINE void emit_paired_as(const int rounding, const octet_layer *layer, const vector *sums, long places,
                           int8_t *target) {
  const scaling s = load_scaling(layer, 0, rounding);
  const limits l = load_limits(layer);
  // Of each part in turn the two channels of a place.
  const vector order = _mm512_set_epi16(31, 23, 15, 7, 30, 22, 14, 6, 29, 21, 13, 5, 28, 20, 12, 4, 27, 19, 11, 3, 26,
                                        18, 10, 2, 25, 17, 9, 1, 24, 16, 8, 0);
  for (long i = 0; i < places; i += 8) {
    vector values[4];
    UNROLL for (long v = 0; v < 4; v++) values[v] = rescaled(sums[i / 2 + v], s, rounding);
    const vector bytes = _mm512_permutexvar_epi16(order, packed(l, values));
    _mm512_mask_storeu_epi64(target + i * PAIRED, (__mmask8)first_bits(smaller(8, places - i)), bytes);
  }
}

static __attribute__((noinline)) TARGET void emit_paired(
  const octet_layer *layer, const vector *sums, long places, int8_t *target) {
  switch (layer->rounding) {
    case OCTET_ROUND_TWICE: return emit_paired_as(OCTET_ROUND_TWICE, layer, sums, places, target);
    case OCTET_ROUND_TWICE_UP: return emit_paired_as(OCTET_ROUND_TWICE_UP, layer, sums, places, target);
    case OCTET_ROUND_AWAY: return emit_paired_as(OCTET_ROUND_AWAY, layer, sums, places, target);
    default: emit_paired_as(OCTET_ROUND_UP, layer, sums, places, target);
  }
}

// Eight places at a time, without a pool, of which there are at least so many; the last may be taken again.
INLINE void paired_directly_as(const int rounding, const octet_layer *layer, const NAME(piece) *piece) {
  NAME(block) sums;
  for (long done = 0; done < piece->places; done += 8) {
    const long first = smaller(done, piece->places - 8);
    paired_block(8, false, sums.of, piece->cells + first * piece->step, NULL, layer, piece);
    emit_paired_as(rounding, layer, sums.of, 8, piece->target + first * PAIRED);
  }
}

INLINE void paired_directly(const octet_layer *layer, const NAME(piece) *piece) {
  switch (layer->rounding) {
    case OCTET_ROUND_TWICE: return paired_directly_as(OCTET_ROUND_TWICE, layer, piece);
    case OCTET_ROUND_TWICE_UP: return paired_directly_as(OCTET_ROUND_TWICE_UP, layer, piece);
    case OCTET_ROUND_AWAY: return paired_directly_as(OCTET_ROUND_AWAY, layer, piece);
    default: paired_directly_as(OCTET_ROUND_UP, layer, piece);
  }
}

// All places of a piece, without a pool or with one of 2 x 2. Tiles begin at even places, so the last are small.
static __attribute__((noinline)) TARGET void paired_places(const octet_layer *layer, const NAME(piece) *piece) {
  // So many places become outputs together, whose vectors are taken in fours.
  enum { together = 64 };
  vector sums[together / 2 + 3];
  const long below = layer->stride_down * piece->line_cells;
  const bool is_square = layer->pool_height == 2;
  if (!is_square && piece->places >= 8) return paired_directly(layer, piece);
  const long width = is_square ? 2 * piece->step : piece->step;
  for (long done = 0; done < piece->places; done += together) {
    const long places = smaller(together, piece->places - done);
    for (long place = 0, size; place < places; place += size) {
      const long left = places - place;
      const cell *first = piece->cells + (done + place) * width;
      vector *at = sums + place / 2;
      size = left >= 4 ? 4 : left >= 2 ? 2 : 1;
      switch (is_square ? 4 * size + 1 : size) {
        case 4: paired_block(4, false, at, first, NULL, layer, piece); break;
        case 2: paired_block(2, false, at, first, NULL, layer, piece); break;
        case 1: paired_block(1, false, at, first, NULL, layer, piece); break;
        case 17: paired_block(16, true, at, first, first + below, layer, piece); break;
        case 9: paired_block(8, true, at, first, first + below, layer, piece); break;
        default: paired_block(4, true, at, first, first + below, layer, piece);
      }
    }
    emit_paired(layer, sums, places, piece->target + done * PAIRED);
  }
}
