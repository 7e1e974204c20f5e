// What Debian's static libpng asks for, and either musl does not have or a program that only reads PNG does not need.

#include <png.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

// MARK: The GNU C library's checks, which Debian builds with

/// `room` is what the compiler knows of the target's size.
void *__memcpy_chk(void *target, const void *source, size_t count, size_t room) {
  if (count > room) abort();
  return memcpy(target, source, count);
}

__attribute__((noreturn)) void __longjmp_chk(jmp_buf environment, int value) { longjmp(environment, value); }

/// libpng prints only in its own handlers of errors, which the shim replaces. With stdio the program were larger.
int __fprintf_chk(void *stream, int flag, const char *format, ...) {
  (void)stream, (void)flag, (void)format;
  abort();
}

// MARK: Three doors from libpng's reading half to its writing half, and to zlib's

// With them shut here, neither half that writes is linked: 70 KB.

void png_save_uint_32(png_bytep bytes, png_uint_32 value) {
  for (int place = 0; place < 4; place += 1) bytes[place] = (png_byte)(value >> (24 - 8 * place));
}

/// Of png_image_free, for pictures that are written.
void png_destroy_write_struct(png_structpp png, png_infopp info) {
  (void)png, (void)info;
  abort();
}

/// Of png_set_compression_buffer_size, for pictures that are written.
void png_free_buffer_list(png_structrp png, void *list) {
  (void)png, (void)list;
  abort();
}

// MARK: Functions of floating point

// libpng uses them for chunks about gamma, color spaces and physical scale, of which the shim has it read none. With
// them shut here, nothing of the C library's floating point is linked. classify.c prints numbers by it.
#ifndef OCTET_PRINTS_FLOATS

double pow(double base, double exponent) {
  (void)base, (void)exponent;
  abort();
}

double strtod(const char *text, char **end) {
  (void)text, (void)end;
  abort();
}

double modf(double value, double *whole) {
  (void)value, (void)whole;
  abort();
}

double frexp(double value, int *exponent) {
  (void)value, (void)exponent;
  abort();
}

#endif
