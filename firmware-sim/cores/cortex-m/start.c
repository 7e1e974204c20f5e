// From reset to Swift on a Cortex-M, and what happens on a fault.
//
// The stack lies at the very bottom of RAM, so that one that grows too far runs into addresses where there is nothing,
// and faults, instead of overwriting data. The fault handler therefore cannot use it and brings a small stack of its
// own.
#include <stdint.h>

extern uint32_t stack_bottom[], stack_top[], data_start[], data_end[], data_in_flash[], zero_start[], zero_end[];

void firmware_main(void);
void firmware_fault(const uint32_t *registers);

#ifdef OCTET_LEAN

// Too little room to describe what happened.
void fault(void) {
  for (;;) {}
}

#else

#define FAULT_STACK_WORDS 96
uint32_t fault_stack[FAULT_STACK_WORDS] __attribute__((aligned(8)));

#endif

__attribute__((noreturn, used)) static void start(void) {
  for (uint32_t *to = data_start, *from = data_in_flash; to < data_end;) *to++ = *from++;
  for (uint32_t *to = zero_start; to < zero_end;) *to++ = 0;
  firmware_main();
  for (;;) {}
}

/// Paints the stack, so that later one can see how deep it went, then goes on in C.
__attribute__((naked)) void reset(void) {
  __asm__ volatile(
      "ldr r0, =stack_bottom\n"
      "ldr r1, =stack_top\n"
      "ldr r2, =0xC0DEC0DE\n"
      "1: str r2, [r0]\n"
      "adds r0, #4\n"
      "cmp r0, r1\n"
      "bne 1b\n"
#ifdef __ARM_FEATURE_MVE
      // Access to the vector registers: coprocessors 10 and 11 in CPACR.
      "ldr r0, =0xE000ED88\n"
      "ldr r1, [r0]\n"
      "ldr r2, =0x00F00000\n"
      "orrs r1, r2\n"
      "str r1, [r0]\n"
      "dsb\n"
      "isb\n"
#endif
      "bl start\n");
}

#ifndef OCTET_LEAN

/// Order of what is handed on: r0-r12, sp, lr, pc, psr; the last three and r0-r3, r12 from the frame that the chip
/// pushed, if it could.
__attribute__((naked)) void fault(void) {
  __asm__ volatile(
      "mov r0, sp\n"
      "mov r2, lr\n"
      "ldr r1, =fault_stack + 384\n"
      "mov sp, r1\n"
      "push {r4-r7}\n"
      "mov r4, r8\n"
      "mov r5, r9\n"
      "mov r6, r10\n"
      "mov r7, r11\n"
      "push {r4-r7}\n"
      "mov r1, sp\n"
      "bl describe_fault\n");
}

/// `saved` holds r8-r11, then r4-r7. Bit 4 of `cause` is clear where the frame holds vector registers, too, behind the
/// others.
__attribute__((noreturn, used)) static void describe_fault(const uint32_t *frame, const uint32_t *saved,
                                                           uint32_t cause) {
  // Where the stack ran off RAM there is no frame to look at.
  const int has_frame = frame >= stack_bottom && frame + 8 <= stack_top;
  static uint32_t registers[17];
  for (int index = 0; index < 4; index++) {
    registers[index] = has_frame ? frame[index] : 0;
    registers[4 + index] = saved[4 + index];
    registers[8 + index] = saved[index];
  }
  registers[12] = has_frame ? frame[4] : 0;
  registers[13] = (uint32_t)(uintptr_t)frame + (!has_frame ? 0 : cause & 0x10 ? 32 : 104);
  registers[14] = has_frame ? frame[5] : 0;
  registers[15] = has_frame ? frame[6] : 0;
  registers[16] = has_frame ? frame[7] : 0;
  firmware_fault(registers);
  for (;;) {}
}

#endif

/// The 16 exceptions of the core. Interrupts stay off, so no more are needed.
__attribute__((section(".vectors"), used)) static void *const vectors[16] = {
    stack_top, reset, fault, fault, fault, fault, fault, fault, fault, fault, fault, fault, fault, fault, fault, fault};
