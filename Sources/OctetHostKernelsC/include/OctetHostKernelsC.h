// The inner loops of the host kernels, once for each instruction set.
//
// Every function gives the bits that docs/NUMERICS.md defines. Nothing is allocated and nothing is kept between calls,
// so any number of threads may share a layer. docs/PERFORMANCE.md shows the layout of the weights and says what bounds
// each loop.
#ifndef OCTET_HOST_KERNELS_H
#define OCTET_HOST_KERNELS_H

#include <stdbool.h>
#include <stdint.h>

// How a product is rounded: once half up; to a multiple of 2^31 and then half away from zero; or once half away from
// zero.
enum { OCTET_ROUND_UP, OCTET_ROUND_TWICE, OCTET_ROUND_AWAY };

// A layer with its weights laid out for one instruction set.
//
// Weights: blocks of some vectors of output channels; in a block, for each line of the window (or row of a dense
// layer's input) and each group of `depth` values along it: a vector of weights, `lanes` channels times `depth` values,
// for each vector of the block. Missing channels and values have weight 0. Depthwise: for each vector of channels,
// column of the window and group of `depth` lines a vector of weights, `lanes` channels times `depth` lines.
typedef struct {
  const int8_t *weights;
  // The four below have a value for each channel, up to a multiple of `lanes`.
  // What an accumulator starts with; allows for values that are stored `offset` too high.
  const int32_t *start;
  const int32_t *multipliers;
  // Places to shift the high half of the product, and half of the last of them.
  const int32_t *shifts;
  const int32_t *halves;
  // 256 values, or null.
  const int8_t *table;
  int32_t zero_point, minimum, maximum;
  // Whether outputs are int16.
  bool is_wide;
  // OCTET_ROUND_UP and so on.
  int32_t rounding;
  // Whether outputs are written one by one by octet_emit_singly: where some shift of the product is below 33, so that a
  // result may not fit 32 bits before it is limited.
  bool is_single;
  long outputs;
  // Values along a line of the window, or in a row of a dense layer's input, and groups that hold them;
  // depthwise, groups that hold the lines of the window.
  long segment, groups;
  // Lines of the window, or rows of a dense layer's input.
  long lines;
  // Depthwise, channels that are taken 64 at a time: in each 64, channel 16 p + 4 v + i is in place 16 v + 4 p + i of
  // weights and parameters.
  long wide;
  // Convolutions: window width, input channels, strides, pool.
  long window_width, channels, stride_down, stride_across, pool_height, pool_width;
} octet_layer;

// How an input of a layer that joins two is brought to the scale of the sum: by a product; or by a product that is
// rounded twice, with a shift of 33 and more, or of 31 or 32.
enum { OCTET_JOIN_PRODUCT, OCTET_JOIN_TWICE, OCTET_JOIN_31, OCTET_JOIN_32 };

typedef struct {
  int32_t zero_point, way;
  // Multiplier and shift, the same in each lane; shifts of 31 and 32 stand as 33.
  octet_layer layer;
} octet_join_input;

// A layer that makes one value of two.
typedef struct {
  octet_join_input first, second;
  // Where products are rounded twice, the multiplier and shift of the sum, the same in each lane; always zero point and
  // limits.
  octet_layer output;
  // Where they are not, half a step and the shift.
  int32_t half, shift;
  bool is_maximum;
} octet_join;

// Rows that follow one another in the slots of a ring; row 0 is in slot `first`.
typedef struct {
  const int8_t *slots;
  long row_bytes, slot_count, first;
} octet_rows;

// One instruction set.
typedef struct {
  const char *name;
  // Channels in a vector, values in a group, vectors in a block.
  long lanes, depth, convolution_vectors, dense_vectors;
  // Channels that a depthwise convolution takes at a time where it can, or 0; see octet_layer.
  long wide;
  // What is added to an activation before it is multiplied.
  int32_t offset;
  // A row of a convolution with its pool.
  void (*convolve)(const octet_layer *, const octet_rows *, long places, void *target);
  // A row of a depthwise convolution with as many outputs as inputs.
  void (*convolve_depthwise)(const octet_layer *, const octet_rows *, long places, void *target);
  // `count` values of two rows.
  void (*join)(const octet_join *, const int8_t *first, const int8_t *second, long count, int8_t *target);
  // Adds `count` values, from row `row` on, to the accumulators of a dense layer; row 0 starts them. `flip` is 0x80 for
  // activations and 0 for the pixels of an image.
  void (*fold)(const octet_layer *, const uint8_t *values, uint8_t flip, long row, long count, int32_t *accumulators);
  // Accumulators become outputs.
  void (*finish)(const octet_layer *, const int32_t *accumulators, void *target);
  // A dense layer whose input is `count` values in one piece.
  void (*multiply)(const octet_layer *, const uint8_t *values, uint8_t flip, long count, void *target);
  // As `fold` and `multiply`, for OCTET_IMAGES_TOGETHER inputs that are `values_step` bytes apart. Accumulators and
  // outputs are `step` bytes apart.
  void (*fold_together)(const octet_layer *, const uint8_t *values, long values_step, uint8_t flip, long row,
                        long count,
                        int32_t *accumulators, long step);
  void (*multiply_together)(const octet_layer *, const uint8_t *values, long values_step, uint8_t flip, long count,
                            void *target, long step);
  // Does so many rounds of nothing but multiply-adds in registers, and says how many those were.
  long (*peak)(long rounds);
} octet_kernels;

// Images that share the loads of a dense layer's weights.
#define OCTET_IMAGES_TOGETHER 4

// `count` outputs from channel `channel` on, one by one.
void octet_emit_singly(const octet_layer *layer, const int32_t *sums, long channel, long count, int8_t *target);

// What a convolution may need of scratch memory, in bytes: lines under one place times their length.
#define OCTET_SCRATCH_BYTES 32768

// Pixels become activations: the highest bit of each byte is turned over.
void octet_flip(void *target, const uint8_t *source, long count);

// Bytes of scratch that one place of a convolution needs; no kernel takes a layer that needs more than there are.
long octet_scratch_needed(const octet_layer *layer);
// The same for a convolution that keeps channels apart.
long octet_depthwise_scratch_needed(const octet_layer *layer);

// The instruction set of that name; null where there is none, or this processor lacks it.
const octet_kernels *octet_kernels_named(const char *name);

#endif
