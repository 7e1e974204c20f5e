// The inner loops of the host kernels, once for each instruction set.
//
// Every function gives the bits that docs/NUMERICS.md defines. Nothing is allocated and nothing is kept between calls,
// so any number of threads may share a layer. docs/PERFORMANCE.md shows the layout of the weights and says what bounds
// each loop.
#ifndef OCTET_HOST_KERNELS_H
#define OCTET_HOST_KERNELS_H

#include <stdbool.h>
#include <stdint.h>

// How a product is rounded: once half up; to a multiple of 2^31 and then half away from zero; once half away from zero;
// or to a multiple of 2^31 and then half up.
//
// Where the least output stands for zero or more, halves below zero may go either way: what they become is limited to
// the least output. Half up is faster.
enum { OCTET_ROUND_UP, OCTET_ROUND_TWICE, OCTET_ROUND_AWAY, OCTET_ROUND_TWICE_UP };

static inline bool octet_rounds_twice(int32_t rounding) {
  return rounding == OCTET_ROUND_TWICE || rounding == OCTET_ROUND_TWICE_UP;
}

// A layer with its weights laid out for one instruction set.
//
// Weights: blocks of some vectors of output channels; in a block, for each line of the window (or row of a dense
// layer's input) and each group of `depth` values along it: a vector of weights, `lanes` channels times `depth` values,
// for each vector of the block. Missing channels and values have weight 0. Depthwise: for each vector of channels,
// column of the window and group of `depth` lines a vector of weights, `lanes` channels times `depth` lines.
typedef struct {
  const int8_t *weights;
  // The five below have a value for each channel, up to a multiple of `lanes`.
  // What an accumulator starts with; allows for values that are stored `offset` too high.
  const int32_t *start;
  const int32_t *multipliers;
  // Places to shift the high half of the product, and half of the last of them.
  const int32_t *shifts;
  const int32_t *halves;
  // What octet_raise adds to a sum, or null.
  const int32_t *raises;
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
  // weights and parameters. The last of them may be missing; or, where this is flat, channels are repeated until they
  // are 64.
  long wide;
  bool is_flat;
  // Whether a convolution has `paired` outputs, and groups of twice the depth: lanes 2 c and 2 c + 1 of the weights
  // have the first and the second half of a group of channel c, and its start is in lane 2 c. The other parameters of
  // channel 2 p + i are in lanes 4 p + i and 4 p + 2 + i.
  bool is_paired;
  // Convolutions: window width, input channels, strides, pool.
  long window_width, channels, stride_down, stride_across, pool_height, pool_width;
} octet_layer;

// Prepares the scaling of `count` channels that are rounded twice, but not one by one, for kernels that raise sums.
// Sums are no farther than `reach`, at most 2^30, from `biases`. Says whether all that follows fits 32 bits; if not,
// outputs have to be written one by one, and nothing is changed.
//
// A sum x times its multiplier m is rounded to a multiple of 2^31, half up: floor((x m + 2^30) / 2^31). For a number r
// with r m = 2^30 + 2^31 t that is floor((x + r) m / 2^31) - t, and so the high half of (x + r) (2 m) less t, where
// x + r is taken without a sign: nothing is added to the product. There is such an r in every 2^31 numbers, so one that
// brings all sums of a channel between 0 and 2^32. Multipliers are doubled, shifts become one larger, and t is taken
// off the halves, modulo 2^32. Where halves go away from zero, what is negative is one less before it is shifted.
bool octet_raise(octet_layer *layer, const int32_t *biases, int64_t reach, long count);

// How an input of a layer that joins two is brought to the scale of the sum: by a product; or by a product that is
// rounded twice, with a shift of 33 and more, or of 31 or 32.
enum { OCTET_JOIN_PRODUCT, OCTET_JOIN_TWICE, OCTET_JOIN_31, OCTET_JOIN_32 };

typedef struct {
  int32_t zero_point, way;
  // Multiplier and shift, the same in each lane; shifts of 31 and 32 stand as 33.
  octet_layer layer;
} octet_join_input;

// A sum as a line: (first a + second b + start) >> (15 + shift). The factors and the start are in two parts, the second
// of 15 bits that are not negative, so that products of 16 bits give (high + (low >> 15)) >> shift.
typedef struct {
  // What the parts of the two factors are; the low bits of the first of a pair belong to the first input.
  int32_t high, low;
  int32_t high_start, low_start, shift;
} octet_line;

// What a layer makes of two values: of what they are brought to, except that OCTET_PRODUCT takes the values themselves
// and OCTET_SQUARE what they are brought to with 7 bits more.
enum { OCTET_SUM, OCTET_DIFFERENCE, OCTET_LARGER, OCTET_SMALLER, OCTET_PRODUCT, OCTET_SQUARE };

// A layer that makes one value of two.
typedef struct {
  octet_join_input first, second;
  // Multiplier and shift of what is made, the same in each lane, where products are rounded twice, and of a product;
  // always zero point and limits.
  octet_layer output;
  // Where they are not, half a step and the shift.
  int32_t half, shift;
  int32_t kind;
  // Whether a line gives the same for all pairs of values; then it is taken.
  bool is_line;
  octet_line line;
} octet_join;

// What makes means of sums of so many values: (sum << raised) less the start, times the layer's multiplier, which is
// the same in each lane.
typedef struct {
  int32_t raised, start;
  octet_layer layer;
} octet_mean;

// Places of a pool whose windows have `columns` columns on the input; the first starts at `first_column`.
typedef struct {
  long first_column, columns, places;
  // Null for the largest value.
  const octet_mean *mean;
} octet_pool_run;

// A row of a layer that makes the largest value or the mean of each window, and the lines under it.
typedef struct {
  const octet_pool_run *runs;
  long run_count, lines, channels, stride_across;
} octet_pool;

// Most values that a line of a window may have.
#define OCTET_POOLED_VALUES 8192

// Rows that follow one another in the slots of a ring; row 0 is in slot `first`.
typedef struct {
  const int8_t *slots;
  long row_bytes, slot_count, first;
} octet_rows;

struct octet_kernels;

// Looks for a line that gives, for all 65,536 pairs of values, what the layer's own roundings give. The factors are
// about what an input is multiplied by in all.
void octet_find_line(const struct octet_kernels *kernels, octet_join *join, double first, double second);

// One instruction set.
typedef struct octet_kernels {
  const char *name;
  // Channels in a vector, values in a group, vectors in a block.
  long lanes, depth, convolution_vectors, dense_vectors;
  // Outputs that a depthwise convolution takes at a time where it can, and outputs of a convolution whose places are
  // taken in pairs, or 0; see octet_layer.
  long wide, paired;
  // What is added to an activation before it is multiplied; and where channels are kept apart.
  int32_t offset, depthwise_offset;
  // Whether octet_raise prepares what is rounded twice.
  bool raises;
  // `count` rows of a convolution with its pool, `target_step` bytes apart; octet_rows begins with those under the
  // first.
  void (*convolve)(const octet_layer *, const octet_rows *, long places, long count, void *target, long target_step);
  // The same of a depthwise convolution with as many outputs as inputs.
  void (*convolve_depthwise)(
    const octet_layer *, const octet_rows *, long places, long count, void *target, long target_step);
  // Adds cells, which follow one another, to a sum for each channel.
  void (*add_cells)(const int8_t *cells, long count, long channels, int32_t *sums);
  // A row of a pool.
  void (*pool)(const octet_pool *, const octet_rows *, int8_t *target);
  // `count` values become what a table of 256 has for them, that for -128 first. The target may be the source.
  void (*look_up)(const int8_t *table, const int8_t *source, long count, int8_t *target);
  // `count` values of two rows. The second values start again after `period`.
  void (*join)(
    const octet_join *, const int8_t *first, const int8_t *second, long period, long count, int8_t *target);
  // Adds `count` values, from row `row` on, to the accumulators of a dense layer; row 0 starts them. `flip` is 0x80 for
  // activations and 0 for the pixels of an image.
  void (*fold)(const octet_layer *, const uint8_t *values, uint8_t flip, long row, long count, int32_t *accumulators);
  // Accumulators become outputs.
  void (*finish)(const octet_layer *, const int32_t *accumulators, void *target);
  // A dense layer whose input is `count` values in one piece.
  void (*multiply)(const octet_layer *, const uint8_t *values, uint8_t flip, long count, void *target);
  // As `fold` and `multiply`, for `images` inputs, a multiple of OCTET_FOUR up to OCTET_MOST_TOGETHER, that are
  // `values_step` bytes apart. Accumulators and outputs are `step` bytes apart.
  void (*fold_together)(const octet_layer *, const uint8_t *values, long values_step, uint8_t flip, long images,
                        long row, long count, int32_t *accumulators, long step);
  void (*multiply_together)(const octet_layer *, const uint8_t *values, long values_step, uint8_t flip, long images,
                            long count, void *target, long step);
  // Pixels become activations, as octet_flip has it.
  void (*flip)(void *target, const uint8_t *source, long count);
  // Does so many rounds of nothing but multiply-adds in registers, and says how many those were.
  long (*peak)(long rounds);
  // Reads so many values over and over, and says how many bytes those were.
  long (*read)(const int32_t *values, long count, long rounds);
} octet_kernels;

// Images that share a load of a dense layer's weights into registers; and those, of a multiple of these, that share
// them in the first cache.
#define OCTET_FOUR 4
#define OCTET_MOST_TOGETHER 16

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
