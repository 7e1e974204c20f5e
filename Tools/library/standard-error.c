// The C library's stderr for parts of liboctet.so that need it at an address of the library itself. Hidden.

#include <stdio.h>

__attribute__((visibility("hidden"))) FILE *octet_stderr;

__attribute__((constructor)) static void set(void) { octet_stderr = stderr; }
