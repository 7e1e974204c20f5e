// Inner loops in WebAssembly's vectors of 128 bits.
#pragma once

#include <stddef.h>
#include <stdint.h>

/// Values of a window are widened to 16 bits, and its length is a multiple of so many; what is left over is 0.
#define OCTET_WEB_LANES 8

/// Puts `count` values from `index` on into a window.
void octet_web_widen(int16_t *window, size_t index, const int8_t *values, size_t count);

/// The products of four windows, which are `stride` values apart, with the weights of each channel.
///
/// Reads up to 7 bytes behind the weights, which count for nothing as the windows are 0 there.
///
/// - Parameter sums: four for each channel.
void octet_web_multiply(const int16_t *windows, size_t stride, const int8_t *weights, size_t depth, size_t channels,
                        int32_t *sums);

/// Adds the products of a row of values with the weights of each output, which are `stride` bytes apart, to its sum.
void octet_web_fold(const int8_t *values, size_t count, const int8_t *weights, size_t stride, size_t outputs,
                    int32_t *sums);
