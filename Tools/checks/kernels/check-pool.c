// Pools and tables, against what they mean.
#include "check.h"

static int64_t kept(const octet_layer *layer, int64_t value) {
  value += layer->zero_point;
  return value < layer->minimum ? layer->minimum : value > layer->maximum ? layer->maximum : value;
}

// A run of windows on the input, with the mean of so many cells where it is one.
static octet_pool_run make_run(const octet_kernels *k, long width, long stride, int rounding, int shift,
                               int32_t multiplier) {
  octet_pool_run run = {0, 0, 0, NULL};
  run.columns = between(1, width < 9 ? width : 9);
  run.first_column = between(0, width - run.columns);
  run.places = between(1, (width - run.columns - run.first_column) / stride + 1);
  if (rounding < 0) return run;
  octet_mean *mean = block_of(sizeof *mean);
  mean->raised = (int32_t)between(0, 8);
  mean->start = (int32_t)between(-10000, 10000);
  mean->layer = in_each_lane(k, multiplier, shift, rounding == OCTET_ROUND_TWICE, 1 << 28);
  mean->layer.rounding = rounding;
  mean->layer.zero_point = (int32_t)between(-128, 127);
  mean->layer.minimum = (int32_t)between(-128, 0);
  mean->layer.maximum = (int32_t)between(0, 127);
  run.mean = mean;
  return run;
}

// One cell after another.
static int64_t expected_value(const octet_pool *pool, const octet_pool_run *run, const octet_rows *rows, int shift,
                              int32_t multiplier, long place, long channel) {
  int64_t sum = 0, largest = -128;
  for (long line = 0; line < pool->lines; line++) {
    const int8_t *cells = rows->slots + (rows->first + line) % rows->slot_count * rows->row_bytes;
    for (long column = 0; column < run->columns; column++) {
      const long at = run->first_column + place * pool->stride_across + column;
      const int8_t cell = cells[at * pool->channels + channel];
      sum += cell;
      largest = cell > largest ? cell : largest;
    }
  }
  if (!run->mean) return largest;
  const int64_t moved = sum * (1 << run->mean->raised) - run->mean->start;
  return kept(&run->mean->layer, rescaled(run->mean->layer.rounding, moved * multiplier, shift));
}

void check_pool(const octet_kernels *k, unsigned long seed) {
  // Now and then a window has more values than are brought together otherwise, up to the most.
  const bool is_long = draw(16) == 0;
  const long channels = is_long ? between(600, OCTET_POOLED_VALUES / 9) : between(1, draw(3) ? 20 : 300);
  const long stride = between(1, 4), run_count = between(1, 4);
  const long width = between(1, is_long || draw(4) ? 12 : 90), lines = between(1, is_long || draw(8) ? 6 : 255);
  const int rounding = (int)between(-1, 2), shift = (int)between(33, 62);
  octet_pool_run runs[4];
  int32_t multipliers[4];
  long outputs = 0;
  for (long r = 0; r < run_count; r++) {
    multipliers[r] = (int32_t)((1u << 30) + draw(1u << 30));
    runs[r] = make_run(k, width, stride, rounding, shift, multipliers[r]);
    outputs += runs[r].places * channels;
  }
  const octet_pool pool = {runs, run_count, lines, channels, stride};
  const long slots = lines + draw(3);
  int8_t *ring = block_of((size_t)(slots * width * channels)), *target = block_of((size_t)outputs);
  fill(ring, slots * width * channels);
  const octet_rows rows = {ring, width * channels, slots, draw((uint32_t)slots)};
  k->pool(&pool, &rows, target);
  long at = 0;
  for (long r = 0; r < run_count; r++) {
    for (long i = 0; i < runs[r].places * channels; i++, at++) {
      const int64_t value =
        expected_value(&pool, &runs[r], &rows, shift, multipliers[r], i / channels, i % channels);
      if (target[at] != value) fail(k, runs[r].mean ? "a mean of windows" : "a largest value of windows", seed);
    }
    if (runs[r].mean) {
      octet_mean *mean = (octet_mean *)runs[r].mean;
      release_lanes(&mean->layer);
      free(mean);
    }
  }
  free(ring);
  free(target);
}

void check_look_up(const octet_kernels *k, unsigned long seed) {
  const long count = between(1, draw(3) ? 100 : 700);
  int8_t *table = block_of(256), *source = block_of((size_t)count), *target = block_of((size_t)count);
  for (int i = 0; i < 256; i++) table[i] = (int8_t)draw(256);
  for (long i = 0; i < count; i++) source[i] = draw(4) ? (int8_t)draw(256) : (int8_t)(i + (long)seed);
  k->look_up(table, source, count, target);
  for (long i = 0; i < count; i++) {
    if (target[i] != table[source[i] + 128]) fail(k, "a value of a table", seed);
  }
  // Onto the values themselves.
  k->look_up(table, source, count, source);
  if (memcmp(source, target, (size_t)count) != 0) fail(k, "a value of a table, in its place", seed);
  free(table);
  free(source);
  free(target);
}
