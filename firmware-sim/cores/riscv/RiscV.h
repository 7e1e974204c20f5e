// What every RISC-V board shares: semihosting, and a loop of known length.
#pragma once
#include <stdint.h>

/// A request to the debugger, or to QEMU in its place.
intptr_t core_semihosting(uint32_t operation, const void *arguments);

/// Runs 2 instructions for each of `rounds`, which is at least 1.
static inline void core_count_down(uint32_t rounds) {
  __asm__ volatile("1: addi %0, %0, -1\n bnez %0, 1b" : "+r"(rounds));
}

/// What the fault handler hands on: x0 to x31, pc, cause and address; x2 is the stack pointer.
enum { board_fault_registers = 35, board_fault_stack_pointer = 2 };
