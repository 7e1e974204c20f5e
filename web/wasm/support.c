// What a WebAssembly program without a C library lacks: memory that is moved and filled, and a heap. Nothing is
// imported: the module gets its memory from the machine itself, by memory.grow.
#include <stddef.h>
#include <stdint.h>

// With -mbulk-memory these become the instructions memory.copy and memory.fill.
void *memcpy(void *restrict target, const void *restrict source, size_t count) {
  return __builtin_memcpy(target, source, count);
}

void *memmove(void *target, const void *source, size_t count) { return __builtin_memmove(target, source, count); }

void *memset(void *target, int value, size_t count) { return __builtin_memset(target, value, count); }

// The product of 128 bits, with which Swift finds out that one of 64 overflows. The machine has products of 64 bits, so
// each factor is two numbers of 32 bits, as in long multiplication.
typedef union {
  __int128 all;
  uint64_t half[2];
} wide_t;

__int128 __multi3(__int128 one, __int128 other) {
  const wide_t a = {.all = one}, b = {.all = other};
  const uint64_t low = 0xFFFFFFFFu;
  const uint64_t a0 = a.half[0] & low, a1 = a.half[0] >> 32, b0 = b.half[0] & low, b1 = b.half[0] >> 32;
  const uint64_t first = a0 * b0, second = a1 * b0 + (first >> 32), third = a0 * b1 + (second & low);
  wide_t product;
  product.half[0] = third << 32 | (first & low);
  product.half[1] = a1 * b1 + (second >> 32) + (third >> 32) + a.half[0] * b.half[1] + a.half[1] * b.half[0];
  return product.all;
}

// The heap: blocks of a multiple of 16 bytes, side by side from __heap_base to the end of memory. Each begins with a
// word for its size, and one that says whether it is free. A request takes the first free block that is large enough,
// and free neighbours become one block when a request comes by. There are few blocks at a time, so a walk is short.
typedef struct {
  uint32_t bytes;  // With these 16.
  uint32_t is_free;
  uint32_t unused[2];
} block_t;

#define PAGE 65536u

extern unsigned char __heap_base;

static block_t *first_block;
static uintptr_t heap_end;

static block_t *next_block(block_t *block) { return (block_t *)((uintptr_t)block + block->bytes); }

static block_t *grow(block_t *last, uint32_t bytes) {
  const uint32_t pages = (bytes + PAGE - 1) / PAGE;
  if (__builtin_wasm_memory_grow(0, pages) == SIZE_MAX) return NULL;
  block_t *block = (block_t *)heap_end;
  heap_end += pages * PAGE;
  if (last != NULL && last->is_free) {
    last->bytes += pages * PAGE;
    return last;
  }
  block->bytes = pages * PAGE;
  block->is_free = 1;
  return block;
}

void *octet_allocate(size_t count) {
  if (count > 0x7FFF0000u) return NULL;
  // Kernels read a vector where a few bytes are left, so there is room for one behind every block.
  const uint32_t bytes = ((uint32_t)count + 15u) / 16u * 16u + 16u + sizeof(block_t);
  if (first_block == NULL) {
    first_block = (block_t *)(((uintptr_t)&__heap_base + 15u) / 16u * 16u);
    heap_end = __builtin_wasm_memory_size(0) * PAGE;
    first_block->bytes = heap_end - (uintptr_t)first_block;
    first_block->is_free = 1;
  }
  block_t *last = NULL;
  block_t *found = NULL;
  for (block_t *block = first_block; (uintptr_t)block < heap_end; block = next_block(block)) {
    if (block->is_free) {
      block_t *next = next_block(block);
      while ((uintptr_t)next < heap_end && next->is_free) {
        block->bytes += next->bytes;
        next = next_block(block);
      }
      if (block->bytes >= bytes) {
        found = block;
        break;
      }
    }
    last = block;
  }
  if (found == NULL) {
    found = grow(last, bytes);
    if (found == NULL) return NULL;
  }
  if (found->bytes - bytes > sizeof(block_t)) {
    block_t *rest = (block_t *)((uintptr_t)found + bytes);
    rest->bytes = found->bytes - bytes;
    rest->is_free = 1;
    found->bytes = bytes;
  }
  found->is_free = 0;
  return (void *)(found + 1);
}

void octet_free(void *place) {
  if (place != NULL) ((block_t *)place - 1)->is_free = 1;
}

// Swift asks for memory by these. Nothing that it puts on the heap here is aligned to more than 16 bytes.
int posix_memalign(void **place, size_t alignment, size_t count) {
  if (alignment > 16) return 22;
  *place = octet_allocate(count);
  return *place == NULL ? 12 : 0;
}

void free(void *place) { octet_free(place); }
