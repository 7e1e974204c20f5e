// From reset to Swift on a RISC-V core in machine mode, and what happens on a trap.
//
// Below the stack lies a guard that nobody may touch: physical memory protection, locked so that it binds machine mode
// too. The trap handler keeps the registers in memory of its own and brings a small stack.
#include "RiscV.h"

extern uint32_t data_start[], data_end[], data_in_flash[], zero_start[], zero_end[], guard_start[];

void firmware_main(void);
void firmware_fault(const uint32_t *registers);

#ifndef OCTET_LEAN
uint32_t fault_registers[36];
uint32_t fault_stack[128] __attribute__((aligned(16)));
#endif

__attribute__((noreturn, used)) static void start(void) {
  for (uint32_t *to = data_start, *from = data_in_flash; to < data_end;) *to++ = *from++;
  for (uint32_t *to = zero_start; to < zero_end;) *to++ = 0;
#ifndef OCTET_LEAN
  // 4 KB of guard as one naturally aligned region without any right, locked; then all of memory with every right.
  const uint32_t guard = ((uint32_t)(uintptr_t)guard_start >> 2) | 0x1FF;
  __asm__ volatile("csrw pmpaddr0, %0\ncsrw pmpaddr1, %1\ncsrw pmpcfg0, %2\n" : : "r"(guard), "r"(0xFFFFFFFF),
                   "r"(0x1F98) : "memory");
#endif
  firmware_main();
  for (;;) {}
}

/// Paints the stack, so that later one can see how deep it went, then goes on in C.
__attribute__((naked, section(".vectors"), used)) void reset(void) {
  __asm__ volatile(
      "la t0, trap\n"
      "csrw mtvec, t0\n"
      "la t0, stack_bottom\n"
      "la sp, stack_top\n"
      "li t1, 0xC0DEC0DE\n"
      "1: sw t1, 0(t0)\n"
      "addi t0, t0, 4\n"
      "bne t0, sp, 1b\n"
      "j start\n");
}

#ifdef OCTET_LEAN

// Too little room to describe what happened.
__attribute__((aligned(4), used)) void trap(void) {
  for (;;) {}
}

#else

__attribute__((noreturn, used)) static void describe_trap(void) {
  __asm__ volatile("csrr %0, mepc" : "=r"(fault_registers[32]));
  __asm__ volatile("csrr %0, mcause" : "=r"(fault_registers[33]));
  __asm__ volatile("csrr %0, mtval" : "=r"(fault_registers[34]));
  firmware_fault(fault_registers);
  for (;;) {}
}

#define SAVE(number) "sw x" #number ", 4*" #number "(t0)\n"

__attribute__((naked, aligned(4), used)) void trap(void) {
  __asm__ volatile(
      "csrw mscratch, t0\n"
      "la t0, fault_registers\n" SAVE(1) SAVE(2) SAVE(3) SAVE(4) SAVE(6) SAVE(7) SAVE(8) SAVE(9) SAVE(10) SAVE(11)
          SAVE(12) SAVE(13) SAVE(14) SAVE(15) SAVE(16) SAVE(17) SAVE(18) SAVE(19) SAVE(20) SAVE(21) SAVE(22)
          SAVE(23) SAVE(24) SAVE(25)
              SAVE(26) SAVE(27) SAVE(28) SAVE(29) SAVE(30) SAVE(31)
      "csrr t1, mscratch\n"
      "sw t1, 20(t0)\n"
      "la sp, fault_stack + 512\n"
      "j describe_trap\n");
}

#endif

/// The three instructions, none compressed and all in one page, are what a debugger looks for.
__attribute__((naked, aligned(16))) intptr_t core_semihosting(uint32_t operation, const void *arguments) {
  __asm__ volatile(
      ".option push\n"
      ".option norvc\n"
      "slli zero, zero, 0x1f\n"
      "ebreak\n"
      "srai zero, zero, 7\n"
      ".option pop\n"
      "ret\n");
}
