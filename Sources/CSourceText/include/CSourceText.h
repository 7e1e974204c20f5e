// The C programs and headers that exported C source is made of. The compiler of C takes files into a program in no
// time, where the same bytes as a literal of Swift take minutes.
#pragma once

#include <stddef.h>

/// The bytes of a file by its name, such as "runtime.c99" or "PairDense.h"; NULL if there is no such file.
const unsigned char *octet_source_text(const char *name, size_t *count);
