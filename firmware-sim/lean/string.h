// What a model's C source takes of the C library, which there is none of here: firmware/support.c has it.
#pragma once
#include <stddef.h>

void *memcpy(void *restrict to, const void *restrict from, size_t count);
void *memset(void *to, int value, size_t count);
