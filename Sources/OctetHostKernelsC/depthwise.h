// Convolutions that keep channels apart. Part of rows.h.

static TARGET void NAME(convolve_depthwise)(
  const octet_layer *layer, const octet_rows *rows, long places, void *target) {
  const long channels = layer->outputs, padded = (channels + LANES - 1) / LANES * LANES;
  const long element = layer->is_wide ? 2 : 1;
  int8_t *output = target;
  for (long place = 0; place < places; place++) {
    for (long channel = 0; channel < channels; channel += LANES) {
      const long count = smaller(LANES, channels - channel);
      vector sum = load(layer->start + channel);
      const int8_t *w = layer->weights + channel;
      for (long line = 0, slot = rows->first; line < layer->lines; line++) {
        const int8_t *cells =
          rows->slots + slot * rows->row_bytes + place * layer->stride_across * channels + channel;
        for (long column = 0; column < layer->window_width; column++) {
          sum = multiply_add(sum, widen(cells, count), widen(w, LANES));
          cells += channels;
          w += padded;
        }
        slot = slot + 1 == rows->slot_count ? 0 : slot + 1;
      }
      emit(layer, sum, channel, count, output);
      output += count * element;
    }
  }
}
