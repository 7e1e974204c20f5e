// What every Cortex-M board shares: semihosting, and a loop of known length.
#pragma once
#include <stdint.h>

/// A request to the debugger, or to QEMU in its place.
static inline intptr_t core_semihosting(uint32_t operation, const void *arguments) {
  register uint32_t r0 __asm__("r0") = operation;
  register const void *r1 __asm__("r1") = arguments;
  __asm__ volatile("bkpt 0xab" : "+r"(r0) : "r"(r1) : "memory");
  return (intptr_t)r0;
}

/// Runs 2 instructions for each of `rounds`, which is at least 1.
static inline void core_count_down(uint32_t rounds) {
  __asm__ volatile(".balign 4\n1: subs %0, #1\n bne 1b" : "+l"(rounds) : : "cc");
}

static inline uintptr_t core_stack_pointer(void) {
  uintptr_t place;
  __asm__ volatile("mov %0, sp" : "=r"(place));
  return place;
}

/// What the fault handler hands on: so many registers, the stack pointer at this place among them.
enum { board_fault_registers = 17, board_fault_stack_pointer = 13 };
