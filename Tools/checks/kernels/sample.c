// Packs random layers as OctetHostKernelsC.h describes the order, written down apart from LayerPacker.
#include "sample.h"

static long rounded_up(long value, long multiple) { return (value + multiple - 1) / multiple * multiple; }

static int8_t draw_weight(void) {
  switch (draw(4)) {
    case 0: return 127;
    case 1: return -128;
    default: return (int8_t)draw(256);
  }
}

// A sum whose product, rounded to a multiple of 2^31, is an odd number of halves of 2^shift; or one beside it.
static int32_t draw_tie(int64_t multiplier, int shift) {
  // The largest shifts leave no sum of 32 bits.
  if (shift > 60) return (int32_t)between(-100000, 100000);
  for (;;) {
    const int64_t tie = (2 * between(-150, 150) + 1) * ((int64_t)1 << (shift - 32));
    const double sum = (double)tie * 2147483648.0 / (double)multiplier;
    if (sum > -2147000000.0 && sum < 2147000000.0) return (int32_t)(sum + (double)between(-1, 1));
  }
}

// Where a channel is among 64 that are taken together.
static long wide_place(long c) { return c % 16 / 4 * 16 + c / 16 * 4 + c % 4; }

// Whether vector instructions write the outputs of a layer as they are.
static bool has_plain_bytes(const octet_layer *layer) { return !layer->is_wide && !layer->is_single; }

// Brings values for each channel in the order of `channels`.
static void reorder(int32_t *values, long count, const long *channels) {
  int32_t *own = block_of((size_t)count * 4);
  memcpy(own, values, (size_t)count * 4);
  for (long i = 0; i < count; i++) values[i] = own[channels[i]];
  free(own);
}

// Weights of eight outputs in the order of octet_layer.is_paired; the start is in natural order still.
static int8_t *pack_pairs(const octet_kernels *k, sample *s, int32_t *start) {
  octet_layer *l = &s->layer;
  const long twice = 2 * k->depth;
  l->is_paired = true;
  l->groups = (l->segment + twice - 1) / twice;
  int8_t *packed = block_of((size_t)(l->lines * l->groups * k->lanes * k->depth));
  for (long c = 0; c < l->outputs; c++) {
    for (long line = 0; line < l->lines; line++) {
      for (long i = 0; i < l->segment; i++) {
        const int8_t weight = s->plain[(c * l->lines + line) * l->segment + i];
        const long group = (line * l->groups + i / twice) * k->lanes * k->depth;
        packed[group + 2 * c * k->depth + i % twice] = weight;
        start[c] -= k->offset * weight;
      }
    }
  }
  for (long c = l->outputs - 1; c >= 0; c--) {
    start[2 * c] = start[c];
    start[2 * c + 1] = 0;
  }
  return packed;
}

sample make(const octet_kernels *k, long outputs, long lines, long segment, bool is_depthwise, long vectors,
                   long stride, bool may_be_paired) {
  sample s;
  memset(&s, 0, sizeof s);
  const long padded = rounded_up(outputs, k->wide ? k->wide : k->lanes), count = padded * 4;
  s.layer.outputs = outputs;
  s.layer.lines = lines;
  s.layer.segment = segment;
  s.layer.groups = ((is_depthwise ? lines : segment) + k->depth - 1) / k->depth;
  int32_t *start = block_of((size_t)count), *multipliers = block_of((size_t)count);
  int32_t *shifts = block_of((size_t)count), *halves = block_of((size_t)count);
  int32_t *raises = block_of((size_t)count);
  s.bias = block_of((size_t)outputs * 4);
  s.multipliers = block_of((size_t)outputs * 4);
  s.shifts = block_of((size_t)outputs * 4);
  // Now and then all weights are 0, and the sums lie where roundings part.
  const bool is_tied = draw(8) == 0;
  s.layer.rounding = (int32_t)draw(4);
  const bool is_coarse = draw(8) == 0;
  s.layer.is_single = is_coarse;
  for (long c = 0; c < outputs; c++) {
    multipliers[c] = (int32_t)((1u << 30) + draw(1u << 30));
    shifts[c] = draw(8) ? (int32_t)between(6, 10) : (int32_t)between(1, 30);
    if (is_coarse && draw(2)) shifts[c] = (int32_t)between(-5, 0);
    halves[c] = shifts[c] > 0 ? 1 << (shifts[c] - 1) : 0;
    const bool has_tie = is_tied && shifts[c] > 0;
    s.multipliers[c] = multipliers[c];
    s.shifts[c] = shifts[c];
    s.bias[c] = start[c] = has_tie ? draw_tie(multipliers[c], shifts[c] + 32) : (int32_t)draw(200000) - 100000;
  }
  const long each = is_depthwise ? lines * (segment / outputs) : lines * segment;
  s.plain = block_of((size_t)(outputs * each));
  for (long i = 0; i < outputs * each; i++) s.plain[i] = is_tied ? 0 : draw_weight();
  s.layer.is_wide = draw(5) == 0;
  s.layer.start = start;
  s.layer.multipliers = multipliers;
  s.layer.shifts = shifts;
  s.layer.halves = halves;
  s.layer.raises = raises;
  if (k->raises && octet_rounds_twice(s.layer.rounding) && !is_coarse) {
    s.layer.is_single = !octet_raise(&s.layer, start, each << 14, padded);
  }
  // Only vector instructions know the other way.
  if (s.layer.is_single && s.layer.rounding == OCTET_ROUND_TWICE_UP) s.layer.rounding = OCTET_ROUND_TWICE;
  int32_t *const parameters[] = {start, multipliers, shifts, halves, raises};
  int8_t *packed;
  if (is_depthwise) {
    const long columns = segment / outputs, taps = columns * s.layer.groups;
    packed = block_of((size_t)(padded * taps * k->depth));
    if (k->wide && has_plain_bytes(&s.layer)) {
      s.layer.is_flat = (outputs == 8 || outputs == 16 || outputs == 32) && stride <= 2;
      s.layer.wide = outputs / k->wide * k->wide;
      if (s.layer.is_flat || outputs % k->wide > k->lanes) s.layer.wide += k->wide;
    }
    // The channel in each place of the parameters.
    long *channels = malloc((size_t)padded * sizeof *channels);
    for (long i = 0; i < padded; i++) channels[i] = i;
    for (long i = 0; i < (s.layer.is_flat ? s.layer.wide : outputs); i++) {
      const bool in_wide = i < s.layer.wide;
      const long c = i % outputs, width = in_wide ? k->wide : k->lanes, first = i / width * width;
      const long lane = in_wide ? wide_place(i % width) : i % width;
      channels[first + lane] = c;
      for (long line = 0; line < lines; line++) {
        for (long column = 0; column < columns; column++) {
          const int8_t weight = s.plain[(line * columns + column) * outputs + c];
          const long tap = column * s.layer.groups + line / k->depth;
          packed[((first * taps + tap * width) + lane) * k->depth + line % k->depth] = weight;
          if (i < outputs) start[c] -= k->depthwise_offset * weight;
        }
      }
    }
    for (int i = 0; i < 5; i++) reorder(parameters[i], padded, channels);
    free(channels);
  } else if (may_be_paired && outputs == k->paired && segment > k->depth && has_plain_bytes(&s.layer)) {
    packed = pack_pairs(k, &s, start);
    long channels[16];
    for (long i = 0; i < 16; i++) channels[i] = i / 4 * 2 + i % 2;
    for (int i = 1; i < 5; i++) reorder(parameters[i], 16, channels);
  } else {
    packed = block_of((size_t)(padded * lines * s.layer.groups * k->depth));
    int8_t *at = packed;
    const long lanes = rounded_up(outputs, k->lanes);
    for (long block = 0; block < lanes; block += vectors * k->lanes) {
      const long end = block + vectors * k->lanes < lanes ? block + vectors * k->lanes : lanes;
      for (long line = 0; line < lines; line++) {
        for (long group = 0; group < s.layer.groups; group++) {
          for (long c = block; c < end; c++) {
            for (long i = group * k->depth; i < (group + 1) * k->depth; i++, at++) {
              if (c >= outputs || i >= segment) continue;
              *at = s.plain[(c * lines + line) * segment + i];
              start[c] -= k->offset * *at;
            }
          }
        }
      }
    }
  }
  s.layer.weights = packed;
  const int32_t low = s.layer.is_wide ? -32768 : -128, high = s.layer.is_wide ? 32767 : 127;
  s.layer.minimum = draw(2) ? low : (int32_t)between(low, 0);
  s.layer.maximum = draw(2) ? high : (int32_t)between(0, high);
  s.layer.zero_point = s.layer.is_wide ? 0 : (int32_t)between(-128, 127);
  return s;
}

void release(sample *s) {
  free(s->plain);
  free(s->bias);
  free(s->multipliers);
  free(s->shifts);
  free((void *)s->layer.weights);
  free((void *)s->layer.start);
  free((void *)s->layer.multipliers);
  free((void *)s->layer.shifts);
  free((void *)s->layer.halves);
  free((void *)s->layer.raises);
}
