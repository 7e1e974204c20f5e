// Arm MPS3 with the AN547 image (Corstone-300): Cortex-M55 at 32 MHz.
#pragma once
#include "../../cores/cortex-m/CortexM.h"

/// Tables of a model's C source go where the model would: there is no room for large ones beside code.
#define BOARD_TABLES_APART

#define BOARD_TIMER ((volatile uint32_t *)0x58000000)

/// The first of the system timers of the subsystem, 64 bits wide, which counts up at 32 MHz; the low half is enough.
static inline void board_start_timer(void) {
  *(volatile uint32_t *)0x58100000 = 1;
}

/// Ticks since some time, counting up and around.
static inline uint32_t board_ticks(void) { return BOARD_TIMER[0]; }
