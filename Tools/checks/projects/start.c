// Starts a program of the C library on a Cortex-M in QEMU, which prints through semihosting.
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

extern unsigned char data_start[], data_end[], data_load[], bss_start[], bss_end[], stack_top[];
void initialise_monitor_handles(void);
int main(void);

static void stop(void) { exit(3); }

void start(void) {
#if defined(__ARM_FP) || defined(__ARM_FEATURE_MVE)
  // Full access to the coprocessors 10 and 11: floating point and vectors.
  *(volatile uint32_t *)0xE000ED88 |= 0xFu << 20;
  __asm volatile("dsb\n isb");
#endif
  memcpy(data_start, data_load, (size_t)(data_end - data_start));
  memset(bss_start, 0, (size_t)(bss_end - bss_start));
  initialise_monitor_handles();
  exit(main());
}

__attribute__((section(".vectors"), used)) static const void *const vectors[16] = {
    stack_top, (void *)start, (void *)stop, (void *)stop, (void *)stop, (void *)stop, (void *)stop,
};
