// The groups of inputs that dense layers multiply. Each instruction set has its own way to list them, list_groups,
// which keeps the groups that are not zero in at least one input.
#if defined(__clang__)
#define UNROLL _Pragma("clang loop unroll(full)")
#else
#define UNROLL _Pragma("GCC unroll 16")
#endif

// Values that are listed at a time.
#define LISTED 4096

// The inputs of a dense layer: one, or OCTET_FOUR of them that are `step` bytes apart.
typedef struct {
  const uint8_t *values;
  long step;
  uint8_t flip;
} NAME(inputs);

// The groups of up to LISTED values that are not zero in at least one input: their values in each, and their places. Or
// all groups of four inputs, where to skip some is not worth it: TAKES_ALL is defined where an instruction set has
// take_all, which says so.
typedef struct {
  long count;
  // Where the groups of each input follow one another; null where they are listed.
  const uint8_t *all[OCTET_FOUR];
  int32_t places[LISTED / DEPTH + 16];
  packed_group values[OCTET_FOUR][LISTED / DEPTH + 16];
} NAME(list);
