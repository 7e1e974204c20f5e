// octet.wasm inside the program, where its build has put it there: Tools/build links it in.
#pragma once

#include <stddef.h>

/// The first byte, and how many there are: 0 in a program that was built without.
const unsigned char *octet_web_module(size_t *count);
