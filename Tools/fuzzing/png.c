// libFuzzer's way into the PNG shim: reads the bytes as a file, twice, and touches every sample.

#include <stdlib.h>
#include <string.h>

#include "CPNG.h"

static octet_png_reader *reader;

static octet_png_status read_rows(uint64_t *sum) {
  const octet_png_header *header = octet_png_get_header(reader);
  size_t channels = header->color_type == 2 ? 3 : header->color_type == 4 ? 2 : header->color_type == 6 ? 4 : 1;
  size_t bytes = channels * (header->depth == 16 ? 2 : 1);
  octet_png_row row;
  octet_png_status status;
  while ((status = octet_png_next_row(reader, &row)) == OCTET_PNG_OK) {
    uint64_t last = row.first_column + (uint64_t)row.column_step * (row.count - 1);
    if (row.count == 0 || row.row >= header->height || last >= header->width) abort();
    for (size_t index = 0; index < row.count * bytes; index += 1) *sum += row.samples[index];
  }
  return status;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  octet_png_limits limits = {512, 512, 1 << 20};
  if (reader == NULL) reader = octet_png_create(limits);
  if (reader == NULL) return 0;
  uint64_t sums[2] = {0, 0};
  octet_png_status status = octet_png_open_bytes(reader, data, size);
  if (status == OCTET_PNG_OK) status = read_rows(&sums[0]);
  if (status == OCTET_PNG_END) {
    // A good file is as good the second time.
    if (octet_png_rewind(reader) != OCTET_PNG_OK || read_rows(&sums[1]) != OCTET_PNG_END) abort();
    if (sums[0] != sums[1]) abort();
  } else if (strlen(octet_png_message(reader)) >= 160) {
    abort();
  }
  octet_png_close(reader);
  return 0;
}
