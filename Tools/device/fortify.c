// What Debian's static libpng and zlib ask of the GNU C library for their checks, and musl does not have.

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/// `room` is what the compiler knows of the target's size.
void *__memcpy_chk(void *target, const void *source, size_t count, size_t room) {
  if (count > room) abort();
  return memcpy(target, source, count);
}

__attribute__((noreturn)) void __longjmp_chk(jmp_buf environment, int value) { longjmp(environment, value); }

/// libpng prints only in its own handlers of errors, which are never installed. Without this, all of stdio would be linked.
int __fprintf_chk(void *stream, int flag, const char *format, ...) { abort(); }
