// Layers that make one value of two. Part of rows.h.

// An input brought to the scale of the sum, from its value less its zero point. Where products are rounded twice the
// value is raised by 2^20, and a shift of 31 or 32 leaves a single rounding or two at once.
INLINE vector joined_input(vector value, const octet_join_input *input, scaling s) {
  switch (input->way) {
    case OCTET_JOIN_PRODUCT: return times(value, s.multiplier);
    case OCTET_JOIN_TWICE: return rescaled(left(value, 20), s, OCTET_ROUND_TWICE);
    case OCTET_JOIN_31: return rescaled(left(value, 22), s, OCTET_ROUND_UP);
    default: {
      const vector first = rescaled(left(value, 22), s, OCTET_ROUND_UP);
      // Half away from zero.
      return right(plus(plus(first, all_lanes(1)), right(first, 31)), 1);
    }
  }
}

INLINE vector joined(const octet_join *join, const int8_t *a, const int8_t *b, long count, const scaling *s) {
  const vector first = joined_input(
    plus(widen(a, count), all_lanes(-join->first.zero_point)), &join->first, s[0]);
  const vector second = joined_input(
    plus(widen(b, count), all_lanes(-join->second.zero_point)), &join->second, s[1]);
  const vector both = join->is_maximum ? larger(first, second) : plus(first, second);
  if (join->first.way == OCTET_JOIN_PRODUCT) return right(plus(both, all_lanes(join->half)), join->shift);
  return rescaled(both, s[2], OCTET_ROUND_TWICE);
}

static TARGET void NAME(join)(const octet_join *join, const int8_t *a, const int8_t *b, long count, int8_t *target) {
  const scaling s[3] = {load_scaling(&join->first.layer, 0), load_scaling(&join->second.layer, 0),
                        load_scaling(&join->output, 0)};
  long place = 0;
  for (; place + VECTORS * LANES <= count; place += VECTORS * LANES) {
    vector values[VECTORS];
    UNROLL for (long v = 0; v < VECTORS; v++) {
      values[v] = joined(join, a + place + v * LANES, b + place + v * LANES, LANES, s);
    }
    store_whole(&join->output, values, VECTORS, target + place);
  }
  for (; place < count; place += LANES) {
    const long some = smaller(LANES, count - place);
    store_bytes(target + place, placed(&join->output, joined(join, a + place, b + place, some, s)), some);
  }
}
