// A row of a convolution in blocks of windows: what all instruction sets do alike.
#pragma once

#include "WindowRow.h"

/// The most windows of a block.
enum { octet_most_windows = 5 };

/// Windows of the next block, of the `left` ones of a row: blocks of nearly the same size, as few as will do.
static inline size_t octet_next_windows(size_t left) {
  const size_t blocks = (left + octet_most_windows - 1) / octet_most_windows;
  return (left + blocks - 1) / blocks;
}

/// For an instruction set called `set`, whose patch consists of `cell`s, a function for each size of block, so that
/// offsets are known and sums stay in registers; and one that takes a row in such blocks, of outputs of bytes without a
/// table. The set has `octet_set_fill_patch`, `octet_set_multiply_windows`, and `octet_set_multiply_row` for each way
/// of rounding; its header says what room a patch takes.
#define OCTET_WINDOW_BLOCKS(set, cell, name, rounding)                                                               \
  OCTET_WINDOW_BLOCK(set, cell, 2, name, rounding)                                                                   \
  OCTET_WINDOW_BLOCK(set, cell, 3, name, rounding)                                                                   \
  OCTET_WINDOW_BLOCK(set, cell, 4, name, rounding)                                                                   \
  OCTET_WINDOW_BLOCK(set, cell, 5, name, rounding)                                                                   \
  static __attribute__((noinline, unused)) void octet_##set##_multiply_1##name(                                      \
      const octet_window_row *row, cell *patch, size_t start, int8_t *target) {                                      \
    octet_##set##_fill_patch(row, patch, start, 1);                                                                  \
    octet_##set##_multiply_row##name(patch, row->window_height * row->window_width * row->input_channels,            \
                                     row->weights, &row->output, row->output_channels, target);                      \
  }                                                                                                                  \
  static __attribute__((noinline, unused)) void octet_##set##_convolve##name(const octet_window_row *row,            \
                                                                             cell *patch) {                          \
    for (size_t place = 0; place < row->output_width;) {                                                             \
      const size_t windows = octet_next_windows(row->output_width - place);                                          \
      const size_t start = place * row->stride_across * row->input_channels;                                         \
      int8_t *target = row->target + place * row->output_channels;                                                   \
      switch (windows) {                                                                                             \
        case 1: octet_##set##_multiply_1##name(row, patch, start, target); break;                                    \
        case 2: octet_##set##_multiply_2##name(row, patch, start, target); break;                                    \
        case 3: octet_##set##_multiply_3##name(row, patch, start, target); break;                                    \
        case 4: octet_##set##_multiply_4##name(row, patch, start, target); break;                                    \
        default: octet_##set##_multiply_5##name(row, patch, start, target); break;                                   \
      }                                                                                                              \
      place += windows;                                                                                              \
    }                                                                                                                \
  }
#define OCTET_WINDOW_BLOCK(set, cell, windows, name, rounding)                                                       \
  static __attribute__((noinline, unused)) void octet_##set##_multiply_##windows##name(                              \
      const octet_window_row *row, cell *patch, size_t start, int8_t *target) {                                      \
    octet_##set##_fill_patch(row, patch, start, windows);                                                            \
    octet_##set##_multiply_windows(row, patch, target, windows, rounding);                                           \
  }
