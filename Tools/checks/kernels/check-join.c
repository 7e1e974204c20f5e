// Layers that make one value of two, against their definition in 64 bits.
#include <math.h>

#include "check.h"

octet_layer in_each_lane(const octet_kernels *k, int32_t multiplier, int shift, bool is_twice, int64_t reach) {
  octet_layer layer;
  memset(&layer, 0, sizeof layer);
  int32_t *multipliers = block_of((size_t)k->lanes * 4), *shifts = block_of((size_t)k->lanes * 4);
  int32_t *halves = block_of((size_t)k->lanes * 4);
  for (long i = 0; i < k->lanes; i++) {
    multipliers[i] = multiplier;
    shifts[i] = shift - 32;
    halves[i] = 1 << (shift - 33);
  }
  layer.multipliers = multipliers;
  layer.shifts = shifts;
  layer.halves = halves;
  layer.rounding = is_twice ? OCTET_ROUND_TWICE : OCTET_ROUND_UP;
  if (is_twice && k->raises) {
    int32_t *raises = block_of((size_t)k->lanes * 4), *none = block_of((size_t)k->lanes * 4);
    layer.raises = raises;
    if (!octet_raise(&layer, none, reach, k->lanes)) abort();
    free(none);
  }
  return layer;
}

void release_lanes(octet_layer *layer) {
  free((void *)layer->multipliers);
  free((void *)layer->shifts);
  free((void *)layer->halves);
  free((void *)layer->raises);
}

long lines_found;

void check_join(const octet_kernels *k, unsigned long seed) {
  const bool is_twice = draw(2);
  // A factor of an input is at most a half.
  int shifts[2];
  int32_t multipliers[2];
  for (int i = 0; i < 2; i++) {
    shifts[i] = is_twice ? (draw(2) ? (int)between(31, 34) : (int)between(31, 62)) : 0;
    multipliers[i] = !is_twice         ? (int32_t)between(0, 1 << 21)
                     : shifts[i] == 31 ? (int32_t)between(0, 1 << 30)
                                       : (int32_t)draw(1u << 31);
    if (draw(8) == 0) multipliers[i] = is_twice ? 1 << 30 : 1 << 21;
  }
  int shift = is_twice ? (int)between(33, 62) : (int)between(1, 30);
  int32_t multiplier = (int32_t)draw(1u << 31);
  // Sums about as large as their inputs, as networks have them.
  if (is_twice && draw(3) == 0) {
    for (int i = 0; i < 2; i++) {
      shifts[i] = (int)between(31, 34);
      multipliers[i] = (int32_t)((1u << (shifts[i] == 31 ? 29 : 30)) + draw(1u << 29));
    }
    shift = (int)between(49, 53);
    multiplier = (int32_t)((1u << 30) + draw(1u << 30));
  }
  // Where roundings part is seldom met by chance: factors that make halves of the inputs, and eighths of their sum.
  if (is_twice && draw(2)) {
    for (int i = 0; i < 2; i++) {
      shifts[i] = (int)between(31, 40);
      multipliers[i] = (int32_t)((2 * between(0, 2) + 1) << (shifts[i] - 21));
    }
    shift = 33;
    multiplier = 1 << 30;
  }
  octet_join join;
  memset(&join, 0, sizeof join);
  const int32_t once[] = {OCTET_SUM, OCTET_DIFFERENCE, OCTET_LARGER, OCTET_SMALLER, OCTET_PRODUCT};
  const int32_t twice[] = {OCTET_SUM, OCTET_DIFFERENCE, OCTET_PRODUCT, OCTET_SQUARE};
  join.kind = is_twice ? twice[draw(4)] : once[draw(5)];
  const int raised = join.kind == OCTET_SQUARE ? 7 : 20;
  if (join.kind == OCTET_SQUARE && shift > 61) shift = 61;
  if (join.kind == OCTET_PRODUCT && !is_twice) shift = (int)between(33, 62);
  octet_join_input *inputs[2] = {&join.first, &join.second};
  for (int i = 0; i < 2; i++) {
    inputs[i]->zero_point = (int32_t)between(-128, 127);
    inputs[i]->way = !is_twice          ? OCTET_JOIN_PRODUCT
                     : shifts[i] >= 33 ? OCTET_JOIN_TWICE
                     : shifts[i] == 32 ? OCTET_JOIN_32
                                       : OCTET_JOIN_31;
    inputs[i]->layer = in_each_lane(
      k, multipliers[i], shifts[i] > 33 ? shifts[i] : 33, inputs[i]->way == OCTET_JOIN_TWICE, 1 << 28);
  }
  const bool is_scaled = is_twice || join.kind == OCTET_PRODUCT;
  join.output = in_each_lane(
    k, multiplier, is_scaled ? shift : 33, is_twice, join.kind == OCTET_SQUARE ? 1 << 30 : 1 << 28);
  join.output.zero_point = (int32_t)between(-128, 127);
  join.output.minimum = (int32_t)between(-128, 0);
  join.output.maximum = (int32_t)between(0, 127);
  join.shift = shift;
  join.half = is_scaled ? 0 : 1 << (shift - 1);
  // Seldom, as all pairs of values are tried.
  if (draw(12) == 0) {
    const double sum = is_twice ? ldexp(multiplier, 20 - shift) : ldexp(1, -shift);
    const double sign = join.kind == OCTET_DIFFERENCE ? -1 : 1;
    octet_find_line(
      k, &join, ldexp(multipliers[0], -shifts[0]) * sum, sign * ldexp(multipliers[1], -shifts[1]) * sum);
    lines_found += join.is_line;
  }
  const long count = between(1, draw(3) ? 40 : draw(4) ? 400 : 4000);
  // The second values may start again.
  const long counts[2] = {count, draw(3) ? count : between(1, count)};
  int8_t *values[2] = {block_of((size_t)count), block_of((size_t)counts[1])}, *target = block_of((size_t)count);
  for (int i = 0; i < 2; i++) fill(values[i], counts[i]);
  k->join(&join, values[0], values[1], counts[1], count, target);
  for (long at = 0; at < count; at++) {
    int64_t plain[2], scaled[2];
    for (int i = 0; i < 2; i++) {
      plain[i] = values[i][at % counts[i]] - inputs[i]->zero_point;
      scaled[i] = is_twice ? rescaled_twice(plain[i] * (1 << raised) * multipliers[i], shifts[i])
                           : plain[i] * multipliers[i];
    }
    int64_t both = scaled[0] + scaled[1];
    switch (join.kind) {
      case OCTET_DIFFERENCE: both = scaled[0] - scaled[1]; break;
      case OCTET_LARGER: both = scaled[0] > scaled[1] ? scaled[0] : scaled[1]; break;
      case OCTET_SMALLER: both = scaled[0] < scaled[1] ? scaled[0] : scaled[1]; break;
      case OCTET_PRODUCT: both = plain[0] * plain[1]; break;
      case OCTET_SQUARE: both = (scaled[0] - scaled[1]) * (scaled[0] - scaled[1]); break;
    }
    int64_t value = is_twice    ? rescaled_twice(both * multiplier, shift)
                    : is_scaled ? rescaled_once(both * multiplier, shift)
                                : rescaled_once(both, shift);
    value += join.output.zero_point;
    if (value < join.output.minimum) value = join.output.minimum;
    if (value > join.output.maximum) value = join.output.maximum;
    if (target[at] != value) fail(k, "a layer that joins two", seed);
  }
  for (int i = 0; i < 2; i++) {
    free(values[i]);
    release_lanes(&inputs[i]->layer);
  }
  release_lanes(&join.output);
  free(target);
}
