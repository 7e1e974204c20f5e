// Products with a matrix that is mostly zeros: the gradient behind a max pool has at most one value in four.

#include "OctetFloatKernels.h"

#include "clones.h"

OCTET_CLONES long octet_sparse_compress(
  octet_sparse *sparse, const float *restrict dense, long rows, long most) {
  const long columns = sparse->columns;
  sparse->rows = rows;
  int32_t *restrict starts = sparse->row_starts;
  int32_t *restrict places = sparse->row_places;
  float *restrict values = sparse->row_values;
  long count = 0;
  for (long row = 0; row < rows; row++) {
    starts[row] = (int32_t)count;
    if (count > most) return -1;
    const float *source = dense + row * columns;
    // Written always and counted where it matters: a branch would be guessed wrong all the time.
    for (long column = 0; column < columns; column++) {
      places[count] = (int32_t)column;
      values[count] = source[column];
      count += source[column] != 0;
    }
  }
  starts[rows] = (int32_t)count;
  if (count > most) return -1;

  // The same values once more, column by column and from the first row to the last within each.
  int32_t *restrict ends = sparse->column_starts;
  for (long column = 0; column <= columns; column++) ends[column] = 0;
  for (long entry = 0; entry < count; entry++) ends[places[entry] + 1]++;
  for (long column = 0; column < columns; column++) ends[column + 1] += ends[column];
  for (long row = 0; row < rows; row++) {
    for (long entry = starts[row]; entry < starts[row + 1]; entry++) {
      const long target = ends[places[entry]]++;
      sparse->column_places[target] = (int32_t)row;
      sparse->column_values[target] = values[entry];
    }
  }
  // Each start has moved on to the start of the next column.
  for (long column = columns; column > 0; column--) ends[column] = ends[column - 1];
  ends[0] = 0;
  return count;
}

// The entries from `start` to `end`, and the matrix whose rows they multiply.
typedef struct {
  const float *restrict values;
  const int32_t *restrict places;
  long start, end;
  const float *restrict matrix;
  long width;
} entries;

// Sums `value * row` for `count` floats of each row from `first` on. Inlined where `count` is a constant, so that the
// sums stay in registers from the first entry to the last.
static inline __attribute__((always_inline)) void sum_rows(float *restrict sums, entries e, long first,
                                                           const long count) {
  for (long i = 0; i < count; i++) sums[i] = 0;
  for (long entry = e.start; entry < e.end; entry++) {
    const float value = e.values[entry];
    const float *restrict row = e.matrix + e.places[entry] * e.width + first;
    for (long i = 0; i < count; i++) sums[i] += value * row[i];
  }
}

// Widths of strips: windows of 3x3 over 32 channels are three wide ones.
enum { WIDE = 96, NARROW = 16 };

static inline __attribute__((always_inline)) void rows_strip(
  float *restrict target, const octet_sparse *sparse, entries e, long first, const long count) {
  for (long row = 0; row < sparse->rows; row++) {
    float sums[WIDE];
    e.start = sparse->row_starts[row];
    e.end = sparse->row_starts[row + 1];
    sum_rows(sums, e, first, count);
    for (long i = 0; i < count; i++) target[row * e.width + first + i] = sums[i];
  }
}

OCTET_CLONES void octet_sparse_rows_product(
  float *restrict target, const octet_sparse *sparse, const float *restrict matrix, long width) {
  const entries e = {sparse->row_values, sparse->row_places, 0, 0, matrix, width};
  long first = 0;
  for (; first + WIDE <= width; first += WIDE) rows_strip(target, sparse, e, first, WIDE);
  for (; first + NARROW <= width; first += NARROW) rows_strip(target, sparse, e, first, NARROW);
  for (; first < width; first++) rows_strip(target, sparse, e, first, 1);
}

static inline __attribute__((always_inline)) void columns_strip(
  float *restrict target, const octet_sparse *sparse, entries e, long first, const long count) {
  for (long column = 0; column < sparse->columns; column++) {
    float sums[WIDE];
    e.start = sparse->column_starts[column];
    e.end = sparse->column_starts[column + 1];
    sum_rows(sums, e, first, count);
    for (long i = 0; i < count; i++) target[(first + i) * sparse->columns + column] += sums[i];
  }
}

OCTET_CLONES void octet_sparse_columns_product(
  float *restrict target, const octet_sparse *sparse, const float *restrict matrix, long width) {
  const entries e = {sparse->column_values, sparse->column_places, 0, 0, matrix, width};
  long first = 0;
  for (; first + WIDE <= width; first += WIDE) columns_strip(target, sparse, e, first, WIDE);
  for (; first + NARROW <= width; first += NARROW) columns_strip(target, sparse, e, first, NARROW);
  for (; first < width; first++) columns_strip(target, sparse, e, first, 1);
}
