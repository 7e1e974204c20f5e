// Sums of two values that round twice, four at a time, for chips with Arm's M-profile vector extension.
#pragma once

#include "VectorLanes.h"

/// An input of a sum, brought to its scale. A shift of 31 has one rounding, half up.
static inline __attribute__((always_inline)) octet_lanes octet_vector_scaled(octet_lanes values, int32_t zero_point,
                                                                             int32_t multiplier, uint32_t shift) {
  const octet_lanes raised =
      octet_multiply_lanes(octet_add_lanes(values, octet_lanes_of(-zero_point)), octet_lanes_of(1 << 20));
  return octet_round_twice(raised, octet_lanes_of(multiplier), octet_lanes_of(31 - (int32_t)shift),
                           octet_lanes_of(shift == 31 ? 0 : -1));
}

/// Writes a row of sums that round twice; see docs/NUMERICS.md. Shifts are 31 to 62.
static __attribute__((noinline, unused)) void octet_vector_add_twice(const octet_sum_row *row) {
  const octet_sum_row copy = *row;
  for (size_t done = 0; done < copy.count; done += 4) {
    const octet_some some = octet_some_of(copy.count - done);
    const octet_lanes a = octet_vector_scaled(octet_load_bytes(copy.first + done, some), copy.first_zero_point,
                                              copy.first_multiplier, copy.first_shift);
    const octet_lanes b = octet_vector_scaled(octet_load_bytes(copy.second + done, some), copy.second_zero_point,
                                              copy.second_multiplier, copy.second_shift);
    const octet_lanes sum =
        octet_round_twice(octet_add_lanes(a, b), octet_lanes_of(copy.multiplier),
                          octet_lanes_of(31 - (int32_t)copy.shift), octet_lanes_of(copy.shift == 31 ? 0 : -1));
    octet_store_bytes(copy.target + done,
                      octet_limit_lanes(octet_add_lanes(sum, octet_lanes_of(copy.zero_point)), copy.minimum,
                                        copy.maximum),
                      some);
  }
}
