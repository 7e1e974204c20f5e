// Where the linker put things; see storage.S and the boards' link.ld.
#pragma once
#include <stddef.h>
#include <stdint.h>

typedef struct {
  void *start;
  ptrdiff_t bytes;
} Storage;

#define STORAGE(name)                                             \
  static inline Storage storage_##name(void) {                    \
    extern uint8_t name##_start[], name##_end[];                  \
    return (Storage){name##_start, name##_end - name##_start};    \
  }

STORAGE(model)
STORAGE(images)
STORAGE(arena)
STORAGE(scratch)
STORAGE(image)
STORAGE(second)

static inline Storage storage_stack(void) {
  extern uint8_t stack_bottom[], stack_top[];
  return (Storage){stack_bottom, stack_top - stack_bottom};
}
