// What compilers call by different names. Clang builds the firmware; exported C sources meet GCC too.
#pragma once

// Before a loop: to write all of its turns out, none but one, or four at a time.
#if defined(__clang__)
#define OCTET_UNROLLED _Pragma("clang loop unroll(full)")
#define OCTET_ROLLED _Pragma("clang loop unroll(disable)")
#define OCTET_BY_FOURS _Pragma("clang loop unroll_count(4)")
#elif defined(__GNUC__)
#define OCTET_UNROLLED _Pragma("GCC unroll 8")
#define OCTET_ROLLED _Pragma("GCC unroll 1")
#define OCTET_BY_FOURS _Pragma("GCC unroll 4")
#else
#define OCTET_UNROLLED
#define OCTET_ROLLED
#define OCTET_BY_FOURS
#endif

// Of a Cortex-M0, GCC takes assembly in an older syntax unless told otherwise. And where it optimizes for size, it
// leaves registers from r8 on alone and does not save them for others, so whoever uses them does. Clang does both
// itself.
#if defined(__thumb__) && !defined(__thumb2__) && !defined(__clang__)
#define OCTET_SAVE_HIGH          \
  ".syntax unified\n"            \
  "push {r4, r5, r6, r7}\n"      \
  "mov r4, r8\n"                 \
  "mov r5, r9\n"                 \
  "mov r6, r10\n"                \
  "mov r7, r11\n"                \
  "push {r4, r5, r6, r7}\n"
#define OCTET_RESTORE_HIGH       \
  "pop {r4, r5, r6, r7}\n"       \
  "mov r8, r4\n"                 \
  "mov r9, r5\n"                 \
  "mov r10, r6\n"                \
  "mov r11, r7\n"                \
  "pop {r4, r5, r6, r7}\n"
#else
#define OCTET_SAVE_HIGH
#define OCTET_RESTORE_HIGH
#endif
