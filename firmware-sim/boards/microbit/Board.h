// BBC micro:bit: Nordic nRF51822, Cortex-M0 at 16 MHz.
#pragma once
#include "../../cores/cortex-m/CortexM.h"

#define BOARD_TIMER 0x40008000
#define BOARD_REGISTER(offset) (*(volatile uint32_t *)(BOARD_TIMER + (offset)))

/// TIMER0 as a 32-bit timer at 16 MHz, which counts up.
static inline void board_start_timer(void) {
  BOARD_REGISTER(0x508) = 3;  // BITMODE: 32 bits
  BOARD_REGISTER(0x510) = 0;  // PRESCALER: 16 MHz
  BOARD_REGISTER(0x000) = 1;  // START
}

/// Ticks since some time, counting up and around: captured, then read.
static inline uint32_t board_ticks(void) {
  BOARD_REGISTER(0x040) = 1;  // CAPTURE 0
  return BOARD_REGISTER(0x540);
}
