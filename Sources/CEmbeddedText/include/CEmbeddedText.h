// Files that people read and write, compiled into programs: the C that exported source is made of, and the page of
// octet draw. The compiler of C takes them in in no time, where the same bytes as a literal of Swift take minutes.
#pragma once

#include <stddef.h>

/// The bytes of a file by its name, such as "runtime.c99", "PairDense.h" or "draw.css"; NULL if there is no such file.
const unsigned char *octet_embedded_text(const char *name, size_t *count);
