// Runs every kernel that the processor has on random layers, and compares with sums that are written down plainly.
//
// Inputs, weights and outputs lie in blocks of exactly their size, so a sanitizer sees each byte that is read or
// written beside them.
#include "sample.h"

uint64_t state = 1;

static int expected_output(const sample *s, int32_t sum, long c) {
  const octet_layer *l = &s->layer;
  int64_t value = rescaled(l->rounding, (int64_t)sum * s->multipliers[c], s->shifts[c] + 32);
  value += l->zero_point;
  value = value < l->minimum ? l->minimum : value > l->maximum ? l->maximum : value;
  return (int)value;
}

static int output_at(const sample *s, const int8_t *target, long index) {
  if (!s->layer.is_wide) return target[index];
  return (int16_t)((uint8_t)target[2 * index] | (uint8_t)target[2 * index + 1] << 8);
}

// The sum of output `c` over the window whose first line is `first` of the rows and first cell `cell` of each line.
static int32_t window_sum(const sample *s, const octet_rows *rows, long first, long cell, long c, bool is_depthwise) {
  const octet_layer *l = &s->layer;
  int32_t sum = s->bias[c];
  for (long line = 0; line < l->lines; line++) {
    const int8_t *cells = rows->slots + (rows->first + first + line) % rows->slot_count * rows->row_bytes + cell;
    if (is_depthwise) {
      for (long column = 0; column < l->window_width; column++) {
        sum += cells[column * l->channels + c] * s->plain[(line * l->window_width + column) * l->outputs + c];
      }
    } else {
      for (long i = 0; i < l->segment; i++) sum += cells[i] * s->plain[(c * l->lines + line) * l->segment + i];
    }
  }
  return sum;
}

// Cells that are added to a sum for each channel, and pixels that become activations.
static void check_cells(const octet_kernels *k, unsigned long seed) {
  const long channels = between(1, draw(2) ? 20 : 150), count = between(1, 30);
  int8_t *cells = block_of((size_t)(count * channels)), *flipped = block_of((size_t)(count * channels));
  int32_t *sums = block_of((size_t)channels * 4), *expected = block_of((size_t)channels * 4);
  fill(cells, count * channels);
  for (long c = 0; c < channels; c++) expected[c] = sums[c] = (int32_t)between(-100000, 100000);
  for (long i = 0; i < count * channels; i++) expected[i % channels] += cells[i];
  k->add_cells(cells, count, channels, sums);
  k->flip(flipped, (const uint8_t *)cells, count * channels);
  for (long c = 0; c < channels; c++) {
    if (sums[c] != expected[c]) fail(k, "a sum of cells", seed);
  }
  for (long i = 0; i < count * channels; i++) {
    if (flipped[i] != (int8_t)(cells[i] ^ 0x80)) fail(k, "a flipped byte", seed);
  }
  free(cells);
  free(flipped);
  free(sums);
  free(expected);
}

static void check_window(const octet_kernels *k, unsigned long seed, bool is_depthwise) {
  const long channels = draw(4) == 0 ? 8 << draw(5) : between(1, draw(3) ? 9 : 150), window_width = between(1, 5);
  const long lines = between(1, draw(4) ? 4 : 12);
  const long outputs = is_depthwise ? channels : draw(4) == 0 ? 8 : between(1, draw(3) ? 40 : 150);
  const long stride = between(1, 3), pool_height = is_depthwise || draw(2) ? 1 : between(1, 3);
  const long pool_width = draw(2) ? pool_height : is_depthwise || draw(2) ? 1 : between(1, 3);
  const bool may_be_paired = pool_height == pool_width && pool_height <= 2;
  sample s = make(
    k, outputs, lines, window_width * channels, is_depthwise, k->convolution_vectors, stride, may_be_paired);
  octet_layer *l = &s.layer;
  l->window_width = window_width;
  l->channels = channels;
  l->stride_down = between(1, 3);
  l->stride_across = stride;
  l->pool_height = pool_height;
  l->pool_width = pool_width;
  // Now and then so wide that scratch memory holds a part.
  const long places = draw(3) == 0 ? between(1, 3) : between(1, draw(20) ? 20 : 400);
  const long count = between(1, draw(8) || places > 1 ? 5 : 60);
  const long needed = (l->pool_height - 1) * l->stride_down + lines, down = l->pool_height * l->stride_down;
  const long width = ((places * l->pool_width - 1) * l->stride_across + window_width) * channels;
  if ((is_depthwise ? octet_depthwise_scratch_needed(l) : octet_scratch_needed(l)) <= OCTET_SCRATCH_BYTES) {
    // The ring ends where its last row does.
    const octet_rows shape = {NULL, width, needed + (count - 1) * down + draw(3), 0};
    int8_t *ring = block_of((size_t)(shape.slot_count * width));
    fill(ring, shape.slot_count * width);
    const octet_rows rows = {ring, width, shape.slot_count, draw((uint32_t)shape.slot_count)};
    // Rows of outputs follow one another, or have a border between them that stays as it is.
    const long row_bytes = places * outputs * (l->is_wide ? 2 : 1), border = draw(2) ? between(1, 70) : 0;
    const long step = row_bytes + border;
    int8_t *target = block_of((size_t)(count * step - border));
    (is_depthwise ? k->convolve_depthwise : k->convolve)(l, &rows, places, count, target, step);
    for (long row = 0; row < count; row++) {
      for (long i = row_bytes; row + 1 < count && i < step; i++) {
        if (target[row * step + i] != 0) fail(k, "the border beside a convolution", seed);
      }
      for (long place = 0; place < places; place++) {
        for (long c = 0; c < outputs; c++) {
          int32_t best = INT32_MIN;
          for (long at = 0; at < l->pool_height * l->pool_width; at++) {
            const long pooled = place * l->pool_width + at % l->pool_width;
            const long line = row * down + at / l->pool_width * l->stride_down;
            const int32_t sum = window_sum(&s, &rows, line, pooled * l->stride_across * channels, c, is_depthwise);
            best = sum > best ? sum : best;
          }
          if (output_at(&s, target + row * step, place * outputs + c) != expected_output(&s, best, c)) {
            fail(k, is_depthwise ? "a depthwise convolution" : "a convolution", seed);
          }
        }
      }
    }
    free(target);
    free(ring);
  }
  release(&s);
}

static void check_dense(const octet_kernels *k, unsigned long seed) {
  const long outputs = between(1, draw(3) ? 40 : 300), rows = draw(2) ? 1 : between(1, 5);
  const long segment = draw(30) ? between(1, 100) : between(4000, 9000);
  sample s = make(k, outputs, rows, segment, false, k->dense_vectors, 1, false);
  int8_t *values = block_of((size_t)(rows * segment));
  fill(values, rows * segment);
  int8_t *target = block_of((size_t)(outputs * (s.layer.is_wide ? 2 : 1)));
  int32_t *accumulators = block_of((size_t)outputs * 4);
  const bool takes_image = draw(2);
  uint8_t *bytes = block_of((size_t)(rows * segment));
  for (long i = 0; i < rows * segment; i++) bytes[i] = (uint8_t)values[i] ^ (takes_image ? 0x80 : 0);
  const uint8_t flip = takes_image ? 0 : 0x80;
  if (rows == 1 && draw(2)) {
    k->multiply(&s.layer, bytes, flip, segment, target);
  } else {
    if (segment % k->depth == 0 && draw(2)) {
      k->fold(&s.layer, bytes, flip, 0, rows * segment, accumulators);
    } else {
      for (long row = 0; row < rows; row++) {
        uint8_t *alone = block_of((size_t)segment);
        memcpy(alone, bytes + row * segment, (size_t)segment);
        k->fold(&s.layer, alone, flip, row, segment, accumulators);
        free(alone);
      }
    }
    k->finish(&s.layer, accumulators, target);
  }
  for (long c = 0; c < outputs; c++) {
    int32_t sum = s.bias[c];
    for (long i = 0; i < rows * segment; i++) sum += values[i] * s.plain[c * rows * segment + i];
    if (output_at(&s, target, c) != expected_output(&s, sum, c)) fail(k, "a dense layer", seed);
  }
  free(bytes);
  free(accumulators);
  free(target);
  free(values);
  release(&s);
}

// Four inputs or more, with a gap between them, against each of them alone.
static void check_together(const octet_kernels *k, unsigned long seed) {
  const long outputs = between(1, draw(3) ? 40 : 300), rows = draw(2) ? 1 : between(1, 3);
  const long segment = draw(30) ? between(1, 100) : between(4000, 9000);
  sample s = make(k, outputs, rows, segment, false, k->dense_vectors, 1, false);
  const long element = s.layer.is_wide ? 2 : 1, images = OCTET_FOUR * between(1, 4), last = images - 1;
  const long values_step = rows * segment + draw(9), step = 4 * outputs + 4 * draw(9);
  int8_t *values = block_of((size_t)(last * values_step + rows * segment));
  for (long i = 0; i < images; i++) fill(values + i * values_step, rows * segment);
  const uint8_t *bytes = (const uint8_t *)values;
  const uint8_t flip = draw(2) ? 0 : 0x80;
  int32_t *accumulators = block_of((size_t)(last * step + 4 * outputs)), *own = block_of((size_t)outputs * 4);
  int8_t *target = block_of((size_t)(last * step + outputs * element)),
      *expected = block_of((size_t)(outputs * element));
  // What lies between the images must stay as it is.
  const size_t all_outputs = (size_t)(last * step + outputs * element), all_sums = (size_t)(last * step + 4 * outputs);
  memset(target, 0x5A, all_outputs);
  memset(accumulators, 0x5A, all_sums);
  const bool at_once = rows == 1 && draw(2);
  if (at_once) {
    k->multiply_together(&s.layer, bytes, values_step, flip, images, segment, target, step);
  } else if (segment % k->depth == 0 && draw(2)) {
    k->fold_together(&s.layer, bytes, values_step, flip, images, 0, rows * segment, accumulators, step);
  } else {
    for (long row = 0; row < rows; row++) {
      k->fold_together(&s.layer, bytes + row * segment, values_step, flip, images, row, segment, accumulators, step);
    }
  }
  for (long i = 0; i < images; i++) {
    const uint8_t *image = bytes + i * values_step;
    bool differs;
    if (at_once) {
      k->multiply(&s.layer, image, flip, segment, expected);
      differs = memcmp(expected, target + i * step, (size_t)(outputs * element));
    } else {
      for (long row = 0; row < rows; row++) k->fold(&s.layer, image + row * segment, flip, row, segment, own);
      differs = memcmp(own, (char *)accumulators + i * step, (size_t)outputs * 4);
    }
    if (differs) fail(k, "a dense layer of several inputs", seed);
    const long used = at_once ? outputs * element : 4 * outputs;
    const int8_t *written = at_once ? target : (const int8_t *)accumulators;
    for (long beyond = used; i < last && beyond < step; beyond++) {
      if (written[i * step + beyond] != 0x5A) fail(k, "what lies between several outputs", seed);
    }
  }
  free(expected);
  free(target);
  free(own);
  free(accumulators);
  free(values);
  release(&s);
}

int main(int count, char **arguments) {
  const unsigned long rounds = count > 1 ? strtoul(arguments[1], NULL, 10) : 2000;
  const char *names[] = {"avx512vnni", "avx2", "neon", "neon-plain"};
  for (int i = 0; i < 4; i++) {
    const octet_kernels *k = octet_kernels_named(names[i]);
    if (!k) continue;
    lines_found = 0;
    for (unsigned long seed = 0; seed < rounds; seed++) {
      state = seed * 2654435761u + 12345;
      check_window(k, seed, false);
      check_window(k, seed, true);
      check_dense(k, seed);
      check_together(k, seed);
      check_join(k, seed);
      check_pool(k, seed);
      check_look_up(k, seed);
      check_cells(k, seed);
    }
    printf("%s: %lu random layers of each kind agree, with %ld sums that are lines\n", names[i], rounds, lines_found);
    if (rounds >= 60 && lines_found == 0) {
      fprintf(stderr, "kernel-check: %s: no sum was a line\n", names[i]);
      return 1;
    }
  }
  return 0;
}
