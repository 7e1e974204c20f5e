// Cortex-M0 code on the Arm MPS2+ with the AN386 image, at 25 MHz.
#pragma once
#include "../../cores/cortex-m/CortexM.h"

#define BOARD_TIMER ((volatile uint32_t *)0x40000000)

/// CMSDK timer 0, which counts down at 25 MHz: control, value, reload.
static inline void board_start_timer(void) {
  BOARD_TIMER[0] = 0;
  BOARD_TIMER[2] = 0xFFFFFFFF;
  BOARD_TIMER[1] = 0xFFFFFFFF;
  BOARD_TIMER[0] = 1;
}

/// Ticks since some time, counting up and around.
static inline uint32_t board_ticks(void) { return ~BOARD_TIMER[1]; }
