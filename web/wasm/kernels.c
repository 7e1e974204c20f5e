#include "kernels.h"

#include <wasm_simd128.h>

void octet_web_widen(int16_t *window, size_t index, const int8_t *values, size_t count) {
  int16_t *target = window + index;
  size_t done = 0;
  for (; done + 8 <= count; done += 8) wasm_v128_store(target + done, wasm_i16x8_load8x8(values + done));
  for (; done < count; done++) target[done] = values[done];
}

static inline int32_t sum_of(v128_t four) {
  const v128_t two = wasm_i32x4_add(four, wasm_i32x4_shuffle(four, four, 2, 3, 0, 1));
  return wasm_i32x4_extract_lane(two, 0) + wasm_i32x4_extract_lane(two, 1);
}

void octet_web_multiply(const int16_t *windows, size_t stride, const int8_t *weights, size_t depth, size_t channels,
                        int32_t *sums) {
  for (size_t channel = 0; channel < channels; channel++) {
    v128_t first = wasm_i32x4_const_splat(0), second = first, third = first, fourth = first;
    for (size_t index = 0; index < depth; index += OCTET_WEB_LANES) {
      const v128_t weight = wasm_i16x8_load8x8(weights + index);
      const int16_t *window = windows + index;
      first = wasm_i32x4_add(first, wasm_i32x4_dot_i16x8(wasm_v128_load(window), weight));
      second = wasm_i32x4_add(second, wasm_i32x4_dot_i16x8(wasm_v128_load(window + stride), weight));
      third = wasm_i32x4_add(third, wasm_i32x4_dot_i16x8(wasm_v128_load(window + 2 * stride), weight));
      fourth = wasm_i32x4_add(fourth, wasm_i32x4_dot_i16x8(wasm_v128_load(window + 3 * stride), weight));
    }
    sums[0] = sum_of(first);
    sums[1] = sum_of(second);
    sums[2] = sum_of(third);
    sums[3] = sum_of(fourth);
    sums += 4;
    weights += depth;
  }
}

void octet_web_fold(const int8_t *values, size_t count, const int8_t *weights, size_t stride, size_t outputs,
                    int32_t *sums) {
  for (size_t output = 0; output < outputs; output++) {
    v128_t sum = wasm_i32x4_const_splat(0);
    size_t index = 0;
    for (; index + 8 <= count; index += 8) {
      const v128_t value = wasm_i16x8_load8x8(values + index);
      sum = wasm_i32x4_add(sum, wasm_i32x4_dot_i16x8(value, wasm_i16x8_load8x8(weights + index)));
    }
    int32_t rest = sum_of(sum);
    for (; index < count; index++) rest += values[index] * weights[index];
    sums[output] += rest;
    weights += stride;
  }
}
