// QEMU's riscv32 machine `virt`.
#pragma once
#include "../../cores/riscv/RiscV.h"

static inline void board_start_timer(void) {}

/// The low half of the machine timer, which counts up at 10 MHz.
static inline uint32_t board_ticks(void) { return *(volatile uint32_t *)0x0200BFF8; }
