// Classifies items of zeros, one at a time and in a batch, by liboctet's two headers. As C and as C++.
#include <octet_host.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/// Items of a batch: more than run side by side, and no multiple of anything.
enum { COUNT = 37 };

static void require(int holds, const char *what) {
  if (holds) return;
  fprintf(stderr, "failed: %s (%s)\n", what, octet_message());
  exit(1);
}

/// What octet.h alone makes of an item: class and logits' winner in memory of the caller's.
static uint32_t without_allocation(const void *file, size_t bytes, const uint8_t *item) {
  octet_model model;
  octet_session session;
  octet_result result;
  require(octet_load(&model, file, bytes, NULL) == OCTET_OK, "octet_load");
  const size_t arena_bytes = octet_fast_arena_bytes(&model);
  void *arena = malloc(arena_bytes);
  require(octet_open(&session, &model, arena, arena_bytes) == OCTET_OK, "octet_open");
  for (size_t row = 0; row < octet_rows(&model); row++) {
    const size_t width = octet_row_bytes(&model);
    require(octet_feed(&session, item + row * width, width) == OCTET_OK, "octet_feed");
  }
  require(octet_answer(&session, &result) == OCTET_OK, "octet_answer");
  free(arena);
  return result.class_index;
}

/// Pictures that are none, and one of them missing: each has its line, and the call succeeds.
static void without_pictures(octet_host_session *session) {
  const char *path = "/no/such.png";
  octet_bytes paths[2] = {{path, strlen(path)}, {NULL, 0}}, files[1] = {{path, strlen(path)}};
  int32_t classes[2] = {7, 7};
  char *errors[2];
  octet_destination wanted = {NULL, NULL, classes};
  require(octet_host_run_pictures(session, OCTET_PATHS, paths, 2, &wanted, 1, errors) == OCTET_OK, "paths");
  require(classes[0] == -1 && classes[1] == -1, "no class of what is no picture");
  require(strstr(errors[0], "cannot be opened") != NULL && errors[1] != NULL, "errors of paths");
  octet_free(errors[0]), octet_free(errors[1]);
  require(octet_host_run_pictures(session, OCTET_FILES, files, 1, &wanted, 1, errors) == OCTET_OK, "files");
  require(strstr(errors[0], "is not a PNG file") != NULL, "errors of files");
  octet_free(errors[0]);
  require(octet_host_run_pictures(session, OCTET_FILES, files, 1, &wanted, 1, NULL) == OCTET_OK, "no errors");
  require(octet_host_run_pictures(session, 2, files, 1, &wanted, 1, NULL) == OCTET_BAD_ITEMS, "neither of both");
}

static void exported(const octet_host_model *model) {
  void *file = NULL;
  size_t bytes = 0;
  require(octet_host_export(model, "c-source", "mine", &file, &bytes) == OCTET_OK, "octet_host_export");
  require(bytes > 1000, "the size of a C program");
  octet_free(file);
  require(octet_host_export(model, "c-source", "2", &file, &bytes) == OCTET_BAD_OPTIONS, "a name that is none");
  require(octet_host_export(model, "c", NULL, &file, &bytes) == OCTET_BAD_OPTIONS, "a form that is none");
}

int main(int count, char **arguments) {
  require(count == 2, "usage: classify MODEL.octet");
  require(strcmp(octet_version(), OCTET_WANTED_VERSION) == 0, "octet_version");
  octet_host_model *model = NULL;
  require(octet_host_open_path("/no/such/file", &model) == OCTET_BAD_FILE, "a missing file");
  require(strstr(octet_message(), "/no/such/file") != NULL, "the message names the file");
  require(strcmp(octet_status_text(OCTET_BAD_FILE), "a file cannot be read or written") == 0, "octet_status_text");
  require(octet_host_open("nothing", 7, &model) != OCTET_OK, "no model at all");
  require(octet_host_open_path(arguments[1], &model) == OCTET_OK, "octet_host_open_path");

  octet_input input;
  octet_output_info output;
  octet_host_input(model, &input);
  require(octet_host_output(model, 0, &output) == OCTET_OK, "octet_host_output");
  require(octet_host_output(model, 1, &output) == OCTET_NO_RESULT, "an output that is not there");
  require(octet_host_output(model, 0, &output) == OCTET_OK, "octet_host_output");

  uint8_t *items = (uint8_t *)malloc(COUNT * input.values);
  float *reals = (float *)malloc(COUNT * output.reals * sizeof(float));
  float *same = (float *)malloc(output.reals * sizeof(float));
  int32_t *integers = (int32_t *)malloc(COUNT * output.integers * sizeof(int32_t));
  int32_t classes[COUNT], class_of_one;
  // Noise, always the same.
  uint32_t state = 1;
  for (size_t place = 0; place < COUNT * input.values; place++) {
    state = state * 1664525u + 1013904223u;
    items[place] = (uint8_t)(state >> 24);
  }

  octet_host_session *session = NULL;
  require(octet_host_open_session(model, &session) == OCTET_OK, "octet_host_open_session");
  exported(model);
  // A session keeps what it needs.
  octet_host_close(model);
  octet_destination all = {reals, integers, classes}, one = {same, NULL, &class_of_one};
  require(octet_host_run(session, OCTET_UINT8, items, COUNT, &all, 1) == OCTET_OK, "octet_host_run");
  require(octet_host_run(session, 7, items, COUNT, &all, 1) == OCTET_BAD_ITEMS, "a type that is none");

  FILE *file = fopen(arguments[1], "rb");
  require(file != NULL, "fopen");
  fseek(file, 0, SEEK_END);
  const size_t bytes = (size_t)ftell(file);
  rewind(file);
  void *content = malloc(bytes);
  require(fread(content, 1, bytes, file) == bytes, "fread");
  fclose(file);
  for (int item = 0; item < COUNT; item++) {
    require(octet_host_run(session, OCTET_UINT8, items + item * input.values, 1, &one, 1) == OCTET_OK, "one item");
    require(memcmp(same, reals + item * output.reals, output.reals * sizeof(float)) == 0, "an item alone");
    require(class_of_one == classes[item], "the class of an item alone");
    require(without_allocation(content, bytes, items + item * input.values) == (uint32_t)class_of_one, "octet.h");
    printf("%d", classes[item]);
    for (size_t place = 0; place < output.integers; place++)
      printf(" %d", integers[(size_t)item * output.integers + place]);
    printf("\n");
  }
  without_pictures(session);
  octet_host_close_session(session);
  octet_host_close_session(NULL);
  free(items), free(reals), free(same), free(integers), free(content);
  return 0;
}
