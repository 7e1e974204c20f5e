// Windows of one column of depthwise convolutions, eight or sixteen channels at a time, for chips with Arm's M-profile
// vector extension: the whole of a window is one loop with all its operands in registers.
#pragma once

#include "VectorLanes.h"

#if defined(__ARM_FEATURE_MVE)

/// Channels of a window of one column, eight or sixteen at a time, in the order in which the loop loads it.
typedef struct {
  const int32_t *bias, *multipliers;
  const int8_t *shifts;
  int8_t *target;
  /// The first line, and the one where the ring starts.
  const int8_t *start, *wrapped;
  const int8_t *weights;
  /// From a line to the next, of values and of weights.
  size_t row_bytes, channels;
  /// Lines from `start` on, at least 1, and from `wrapped` on.
  size_t before, after;
  /// How many times to do it, at least 1.
  size_t times;
  int32_t zero_point, most;
  int16_t minimum[8], maximum[8];
} octet_column;

// Sums of even and odd channels in q0 and q1, and of the next eight in q2 and q3.
#define OCTET_COLUMN_CELL(offset, even, odd, values)      \
  "vldrb.s16 q4, [" values ", #" #offset "]\n"            \
  "vldrb.s16 q5, [r6, #" #offset "]\n"                    \
  "vmullb.s16 q6, q4, q5\n"                               \
  "vadd.i32 " even ", " even ", q6\n"                     \
  "vmullt.s16 q6, q4, q5\n"                               \
  "vadd.i32 " odd ", " odd ", q6\n"
#define OCTET_COLUMN_CELLS_8(values) OCTET_COLUMN_CELL(0, "q0", "q1", values)
#define OCTET_COLUMN_CELLS_16(values) OCTET_COLUMN_CELLS_8(values) OCTET_COLUMN_CELL(8, "q2", "q3", values)
#define OCTET_COLUMN_BIAS_8            \
  "vld20.32 {q0, q1}, [r0]\n"          \
  "vld21.32 {q0, q1}, [r0]!\n"
#define OCTET_COLUMN_BIAS_16 OCTET_COLUMN_BIAS_8 \
  "vld20.32 {q2, q3}, [r0]\n"                    \
  "vld21.32 {q2, q3}, [r0]!\n"
#define OCTET_COLUMN_ROUND_0(even, odd)      \
  "vmulh.s32 " even ", " even ", q4\n"       \
  "vmulh.s32 " odd ", " odd ", q5\n"
#define OCTET_COLUMN_ROUND_3(even, odd)      \
  "vqrdmulh.s32 " even ", " even ", q4\n"    \
  "vqrdmulh.s32 " odd ", " odd ", q5\n"
#define OCTET_COLUMN_ROUND_1(even, odd) OCTET_COLUMN_ROUND_3(even, odd)      \
  "vshr.s32 q4, " even ", #31\n"                                             \
  "vadd.i32 " even ", " even ", q4\n"                                        \
  "vshr.s32 q5, " odd ", #31\n"                                              \
  "vadd.i32 " odd ", " odd ", q5\n"
// What saturates to 16 bits on the way is beyond every clamp.
#define OCTET_COLUMN_END(even, odd, rounding)                                \
  "vld20.32 {q4, q5}, [r1]\n"                                                \
  "vld21.32 {q4, q5}, [r1]!\n" OCTET_COLUMN_ROUND_##rounding(even, odd)      \
  "vldrb.s16 q4, [r2], #8\n"                                                 \
  "vneg.s16 q4, q4\n"                                                        \
  "vadd.i16 q4, q4, r5\n"                                                    \
  "vmovlb.s16 q5, q4\n"                                                      \
  "vmovlt.s16 q4, q4\n"                                                      \
  "vrshl.s32 " even ", " even ", q5\n"                                       \
  "vrshl.s32 " odd ", " odd ", q4\n"                                         \
  "vqmovnb.s32 " even ", " even "\n"                                         \
  "vqmovnt.s32 " even ", " odd "\n"                                          \
  "vqadd.s16 " even ", " even ", r4\n"                                       \
  "vmax.s16 " even ", " even ", q6\n"                                        \
  "vmin.s16 " even ", " even ", q7\n"                                        \
  "vstrb.16 " even ", [r3], #8\n"
#define OCTET_COLUMN_END_8(rounding) OCTET_COLUMN_END("q0", "q1", rounding)
#define OCTET_COLUMN_END_16(rounding) OCTET_COLUMN_END_8(rounding) OCTET_COLUMN_END("q2", "q3", rounding)
#define OCTET_COLUMN(count, rounding)                                                                               \
  __asm__ volatile(                                                                                                 \
      "0: ldm r11, {r0, r1, r2, r3, r4, r5, r6, r8, r9, r10, r12}\n" OCTET_COLUMN_BIAS_##count                      \
      "dls lr, r10\n"                                                                                               \
      "1:\n" OCTET_COLUMN_CELLS_##count("r4")                                                                       \
      "add r4, r8\n"                                                                                                \
      "add r6, r9\n"                                                                                                \
      "le lr, 1b\n"                                                                                                 \
      "wls lr, r12, 3f\n"                                                                                           \
      "2:\n" OCTET_COLUMN_CELLS_##count("r5")                                                                       \
      "add r5, r8\n"                                                                                                \
      "add r6, r9\n"                                                                                                \
      "le lr, 2b\n"                                                                                                 \
      "3: ldrd r4, r5, [r11, #48]\n"                                                                                \
      "vldrw.u32 q6, [r11, #56]\n"                                                                                  \
      "vldrw.u32 q7, [r11, #72]\n" OCTET_COLUMN_END_##count(rounding)                                               \
      "ldrd r4, r5, [r11, #16]\n"                                                                                   \
      "ldr r6, [r11, #24]\n"                                                                                        \
      "adds r4, #" #count "\n"                                                                                      \
      "adds r5, #" #count "\n"                                                                                      \
      "adds r6, #" #count "\n"                                                                                      \
      "stm r11, {r0, r1, r2, r3, r4, r5, r6}\n"                                                                     \
      "ldr r0, [r11, #44]\n"                                                                                        \
      "subs r0, #1\n"                                                                                               \
      "str r0, [r11, #44]\n"                                                                                        \
      "bne 0b\n"                                                                                                    \
      :                                                                                                             \
      : "r"(start)                                                                                                  \
      : "r0", "r1", "r2", "r3", "r4", "r5", "r6", "r8", "r9", "r10", "r12", "lr", "q0", "q1", "q2", "q3", "q4",     \
        "q5", "q6", "q7", "cc", "memory")

/// `times` times eight or sixteen channels of a window of one column.
static inline __attribute__((always_inline)) void octet_vector_add_column(octet_column *column, const size_t count,
                                                                          size_t times, const int rounding) {
  column->times = times;
  register void *start __asm__("r11") = column;
  if (count == 16 && rounding == octet_half_up) {
    OCTET_COLUMN(16, 0);
  } else if (count == 16 && rounding == octet_twice) {
    OCTET_COLUMN(16, 1);
  } else if (count == 16) {
    OCTET_COLUMN(16, 3);
  } else if (rounding == octet_half_up) {
    OCTET_COLUMN(8, 0);
  } else if (rounding == octet_twice) {
    OCTET_COLUMN(8, 1);
  } else {
    OCTET_COLUMN(8, 3);
  }
}

#undef OCTET_COLUMN_CELL
#undef OCTET_COLUMN_CELLS_8
#undef OCTET_COLUMN_CELLS_16
#undef OCTET_COLUMN_BIAS_8
#undef OCTET_COLUMN_BIAS_16
#undef OCTET_COLUMN_ROUND_0
#undef OCTET_COLUMN_ROUND_3
#undef OCTET_COLUMN_ROUND_1
#undef OCTET_COLUMN_END
#undef OCTET_COLUMN_END_8
#undef OCTET_COLUMN_END_16
#undef OCTET_COLUMN

/// All windows of one column of a row.
static inline __attribute__((always_inline)) void octet_vector_columns(const octet_window_row *row,
                                                                       const int rounding) {
  const size_t channels = row->output_channels, height = row->window_height, room = row->slot_count - row->first;
  const size_t before = height < room ? height : room;
  for (size_t place = 0; place < row->output_width; place++) {
    const int8_t *wrapped = row->slots + place * row->stride_across * channels;
    octet_column column = {row->output.bias, row->output.multipliers, (const int8_t *)row->output.shifts,
                           row->target + place * channels, wrapped + row->first * row->row_bytes, wrapped,
                           row->weights, row->row_bytes, channels, before, height - before, 0,
                           row->output.zero_point, octet_most_shift(rounding), {0}, {0}};
    vst1q_s16(column.minimum, vdupq_n_s16((int16_t)row->output.minimum));
    vst1q_s16(column.maximum, vdupq_n_s16((int16_t)row->output.maximum));
    if (channels >= 16) octet_vector_add_column(&column, 16, channels / 16, rounding);
    if (channels & 8) octet_vector_add_column(&column, 8, 1, rounding);
    if (channels & 7) {
      // Back to the last eight.
      const size_t back = 8 - (channels & 7);
      column.bias -= back;
      column.multipliers -= back;
      column.shifts -= back;
      column.target -= back;
      column.start -= back;
      column.wrapped -= back;
      column.weights -= back;
      octet_vector_add_column(&column, 8, 1, rounding);
    }
  }
}

#endif
