// Layers that make one value of two. Part of rows.h.

// An input brought to the scale of the sum, from its value less its zero point. Where products are rounded twice the
// value is raised, by 2^20 or for a square by 2^7, and a shift of 31 or 32 leaves a single rounding or two at once.
INLINE vector joined_input(vector value, const octet_join_input *input, scaling s, const int raised) {
  switch (input->way) {
    case OCTET_JOIN_PRODUCT: return times(value, s.multiplier);
    case OCTET_JOIN_TWICE: return rescaled(left(value, raised), s, OCTET_ROUND_TWICE);
    case OCTET_JOIN_31: return rescaled(left(value, raised + 2), s, OCTET_ROUND_UP);
    default: {
      const vector first = rescaled(left(value, raised + 2), s, OCTET_ROUND_UP);
      // Half away from zero.
      return right(plus(plus(first, all_lanes(1)), right(first, 31)), 1);
    }
  }
}

INLINE scaling input_scaling(const octet_join_input *input) {
  return input->way == OCTET_JOIN_TWICE ? load_scaling(&input->layer, 0, OCTET_ROUND_TWICE)
                                        : load_scaling(&input->layer, 0, OCTET_ROUND_UP);
}

// What is made of two values, before it is placed. The kind is the same for all of a call.
INLINE vector joined(const octet_join *join, const int8_t *a, const int8_t *b, long count, const scaling *s) {
  const vector first = plus(widen(a, count), all_lanes(-join->first.zero_point));
  const vector second = plus(widen(b, count), all_lanes(-join->second.zero_point));
  if (join->kind == OCTET_PRODUCT) {
    const vector product = times(first, second);
    return join->output.rounding == OCTET_ROUND_TWICE ? rescaled(product, s[2], OCTET_ROUND_TWICE)
                                                      : rescaled(product, s[2], OCTET_ROUND_UP);
  }
  if (join->kind == OCTET_SQUARE) {
    const vector difference =
      minus(joined_input(first, &join->first, s[0], 7), joined_input(second, &join->second, s[1], 7));
    return rescaled(times(difference, difference), s[2], OCTET_ROUND_TWICE);
  }
  const vector x = joined_input(first, &join->first, s[0], 20), y = joined_input(second, &join->second, s[1], 20);
  vector both;
  switch (join->kind) {
    case OCTET_DIFFERENCE: both = minus(x, y); break;
    case OCTET_LARGER: both = larger(x, y); break;
    case OCTET_SMALLER: both = least(x, y); break;
    default: both = plus(x, y);
  }
  if (join->first.way == OCTET_JOIN_PRODUCT) return right(plus(both, all_lanes(join->half)), join->shift);
  return rescaled(both, s[2], OCTET_ROUND_TWICE);
}

// Sums that are a line.
static __attribute__((noinline)) TARGET void NAME(join_line)(
  const octet_join *join, const int8_t *a, const int8_t *b, long count, int8_t *target) {
  const limits l = load_limits(&join->output);
  const line_factors f = load_line(&join->line);
  long place = 0;
  for (; place + LINE_VALUES <= count; place += LINE_VALUES) {
    add_line(f, l, a + place, b + place, target + place);
  }
  if (place < count) {
    int8_t first[LINE_VALUES] = {0}, second[LINE_VALUES] = {0}, sums[LINE_VALUES];
    memcpy(first, a + place, (size_t)(count - place));
    memcpy(second, b + place, (size_t)(count - place));
    add_line(f, l, first, second, sums);
    memcpy(target + place, sums, (size_t)(count - place));
  }
}

static TARGET void NAME(join_run)(
  const octet_join *join, const int8_t *a, const int8_t *b, long count, int8_t *target) {
  if (join->is_line) return NAME(join_line)(join, a, b, count, target);
  const bool is_twice = join->output.rounding == OCTET_ROUND_TWICE;
  const scaling s[3] = {input_scaling(&join->first), input_scaling(&join->second),
                        load_scaling(&join->output, 0, is_twice ? OCTET_ROUND_TWICE : OCTET_ROUND_UP)};
  const limits l = load_limits(&join->output);
  long place = 0;
  for (; place + VECTORS * LANES <= count; place += VECTORS * LANES) {
    vector values[VECTORS];
    UNROLL for (long v = 0; v < VECTORS; v++) {
      values[v] = joined(join, a + place + v * LANES, b + place + v * LANES, LANES, s);
    }
    store_places(l, values, VECTORS, VECTORS * LANES, 1, target + place, 0);
  }
  for (; place < count; place += LANES) {
    const long some = smaller(LANES, count - place);
    store_bytes(target + place, placed(&join->output, joined(join, a + place, b + place, some, s)), some);
  }
}

static TARGET void NAME(join)(
  const octet_join *join, const int8_t *a, const int8_t *b, long period, long count, int8_t *target) {
  // Second values that start again soon are put one after the other several times, so that runs are long.
  int8_t several[1024];
  const long copies = smaller((long)sizeof several, count) / period;
  if (copies > 1) {
    for (long copy = 0; copy < copies; copy++) memcpy(several + copy * period, b, (size_t)period);
    b = several;
    period *= copies;
  }
  for (long start = 0; start < count; start += period) {
    NAME(join_run)(join, a + start, b, smaller(period, count - start), target + start);
  }
}
