#include <octet.h>
#include <stdio.h>
#include <stdlib.h>

/// The bytes of a file at a multiple of 16; NULL if it cannot be read.
static void *contents(const char *path, size_t *bytes) {
  FILE *file = fopen(path, "rb");
  if (!file) return NULL;
  fseek(file, 0, SEEK_END);
  *bytes = (size_t)ftell(file);
  rewind(file);
  void *memory = malloc(*bytes);
  if (memory && fread(memory, 1, *bytes, file) != *bytes) return NULL;
  fclose(file);
  return memory;
}

/// Classifies an image with a model: prints the class and its probability in 1/65,536.
int main(int count, char **arguments) {
  if (count != 3) return 2;
  size_t file_bytes, image_bytes;
  const void *file = contents(arguments[1], &file_bytes);
  const uint8_t *image = contents(arguments[2], &image_bytes);
  if (!file || !image) return 2;

  octet_model model;
  octet_error error;
  if (octet_load(&model, file, file_bytes, &error) != OCTET_OK) return 1;
  size_t arena_bytes = octet_fast_arena_bytes(&model);
  octet_session session;
  if (octet_open(&session, &model, malloc(arena_bytes), arena_bytes) != OCTET_OK) return 1;
  for (size_t row = 0; row < octet_rows(&model); row++) {
    if (octet_feed(&session, image + row * octet_row_bytes(&model), octet_row_bytes(&model)) != OCTET_OK) return 1;
  }
  octet_result result;
  if (octet_answer(&session, &result) != OCTET_OK) return 1;
  printf("%u %u\n", (unsigned)result.class_index, (unsigned)result.probability);
}
