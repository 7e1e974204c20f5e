// A random layer, as plain numbers and packed for an instruction set.
#ifndef OCTET_KERNEL_SAMPLE_H
#define OCTET_KERNEL_SAMPLE_H
#include "check.h"

typedef struct {
  octet_layer layer;
  // As in a file: [output][line][value], or [cell][output] where it is depthwise.
  int8_t *plain;
  // Of each output in its order.
  int32_t *bias, *multipliers, *shifts;
} sample;

// - `vectors`: of a block. `stride`: across, of a depthwise layer. `may_be_paired`: whether its pool lets places be
//   taken in pairs.
sample make(const octet_kernels *k, long outputs, long lines, long segment, bool is_depthwise, long vectors,
            long stride, bool may_be_paired);
void release(sample *s);

#endif
