// What compilers call by name and a C library would bring. Written here so that no cross compiler has to be installed:
// the Swift toolchain's clang and linker know all these chips.
#include <stddef.h>
#include <stdint.h>

void *memcpy(void *restrict to, const void *restrict from, size_t count) {
  uint8_t *target = to;
  const uint8_t *source = from;
  if ((((uintptr_t)to | (uintptr_t)from) & 3) == 0) {
    for (; count >= 16; count -= 16, target += 16, source += 16) {
      const uint32_t *words = (const uint32_t *)source;
      const uint32_t a = words[0], b = words[1], c = words[2], d = words[3];
      ((uint32_t *)target)[0] = a;
      ((uint32_t *)target)[1] = b;
      ((uint32_t *)target)[2] = c;
      ((uint32_t *)target)[3] = d;
    }
    for (; count >= 4; count -= 4, target += 4, source += 4) *(uint32_t *)target = *(const uint32_t *)source;
  }
  while (count-- > 0) *target++ = *source++;
  return to;
}

void *memmove(void *to, const void *from, size_t count) {
  uint8_t *target = to;
  const uint8_t *source = from;
  if (target <= source) return memcpy(to, from, count);
  while (count-- > 0) target[count] = source[count];
  return to;
}

void *memset(void *to, int value, size_t count) {
  uint8_t *target = to;
  for (; count > 0 && ((uintptr_t)target & 3); count--) *target++ = (uint8_t)value;
  const uint32_t word = (uint8_t)value * 0x01010101u;
  for (; count >= 4; count -= 4, target += 4) *(uint32_t *)target = word;
  while (count-- > 0) *target++ = (uint8_t)value;
  return to;
}

#ifdef __arm__

void __aeabi_memcpy(void *to, const void *from, size_t count) { memcpy(to, from, count); }
void __aeabi_memcpy4(void *to, const void *from, size_t count) { memcpy(to, from, count); }
void __aeabi_memcpy8(void *to, const void *from, size_t count) { memcpy(to, from, count); }
void __aeabi_memmove(void *to, const void *from, size_t count) { memmove(to, from, count); }
void __aeabi_memmove4(void *to, const void *from, size_t count) { memmove(to, from, count); }
void __aeabi_memset(void *to, size_t count, int value) { memset(to, value, count); }
void __aeabi_memset4(void *to, size_t count, int value) { memset(to, value, count); }
void __aeabi_memset8(void *to, size_t count, int value) { memset(to, value, count); }
void __aeabi_memclr(void *to, size_t count) { memset(to, 0, count); }
void __aeabi_memclr4(void *to, size_t count) { memset(to, 0, count); }
void __aeabi_memclr8(void *to, size_t count) { memset(to, 0, count); }

#endif

#if defined(__arm__) && __ARM_ARCH_PROFILE == 'M' && __ARM_ARCH == 6

// The Cortex-M0 divides by no instruction, and multiplies to 32 bits only.

/// Quotient in the low half, remainder in the high half, which is how r0 and r1 hand them back. Takes a turn for each
/// bit of the quotient: those of the runtime are small. Nobody divides by 0.
uint64_t __aeabi_uidivmod(uint32_t dividend, uint32_t divisor) {
  uint32_t quotient = 0, bit = 1;
  for (; divisor < dividend && (int32_t)(divisor | bit) >= 0; bit <<= 1) divisor <<= 1;
  do {
    if (dividend >= divisor) {
      dividend -= divisor;
      quotient |= bit;
    }
    divisor >>= 1;
  } while (bit >>= 1);
  return (uint64_t)dividend << 32 | quotient;
}

uint32_t __aeabi_uidiv(uint32_t dividend, uint32_t divisor) {
  return (uint32_t)__aeabi_uidivmod(dividend, divisor);
}

uint64_t __aeabi_idivmod(int32_t dividend, int32_t divisor) {
  const uint64_t both = __aeabi_uidivmod(dividend < 0 ? 0u - (uint32_t)dividend : (uint32_t)dividend,
                                         divisor < 0 ? 0u - (uint32_t)divisor : (uint32_t)divisor);
  uint32_t quotient = (uint32_t)both, rest = (uint32_t)(both >> 32);
  if ((dividend < 0) != (divisor < 0)) quotient = 0u - quotient;
  if (dividend < 0) rest = 0u - rest;
  return (uint64_t)rest << 32 | quotient;
}

int32_t __aeabi_idiv(int32_t dividend, int32_t divisor) {
  return (int32_t)(uint32_t)__aeabi_idivmod(dividend, divisor);
}

// Shifts by 0 to 63 places.

uint64_t __aeabi_llsl(uint64_t value, int places) {
  uint32_t low = (uint32_t)value, high = (uint32_t)(value >> 32);
  for (; places > 0; places--) {
    high = high << 1 | low >> 31;
    low <<= 1;
  }
  return (uint64_t)high << 32 | low;
}

uint64_t __aeabi_llsr(uint64_t value, int places) {
  uint32_t low = (uint32_t)value, high = (uint32_t)(value >> 32);
  for (; places > 0; places--) {
    low = low >> 1 | high << 31;
    high >>= 1;
  }
  return (uint64_t)high << 32 | low;
}

uint64_t __aeabi_lasr(uint64_t value, int places) {
  const uint64_t sign = value >> 63 ? ~(uint64_t)0 : 0;
  return sign ^ __aeabi_llsr(value ^ sign, places);
}

/// The low 64 bits of a product of 64-bit numbers, from products of 16 bits.
uint64_t __aeabi_lmul(uint64_t a, uint64_t b) {
  const uint32_t a_low = (uint32_t)a, b_low = (uint32_t)b;
  const uint32_t a0 = a_low & 0xFFFF, a1 = a_low >> 16, b0 = b_low & 0xFFFF, b1 = b_low >> 16;
  const uint32_t low = a0 * b0, middle = a1 * b0 + (low >> 16), other = a0 * b1 + (middle & 0xFFFF);
  const uint32_t high = a1 * b1 + (middle >> 16) + (other >> 16) + (uint32_t)(a >> 32) * b_low +
                        a_low * (uint32_t)(b >> 32);
  return (uint64_t)high << 32 | (uint32_t)(other << 16 | (low & 0xFFFF));
}

#endif
