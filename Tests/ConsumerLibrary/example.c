#include <octet_host.h>
#include <stdio.h>

/// Prints the class of an item and its probability.
int classify(const char *path, const uint8_t *item) {
  octet_host_model *model = NULL;
  octet_host_session *session = NULL;
  octet_output_info output;
  float reals[1000];
  int32_t class_index;
  int status = octet_host_open_path(path, &model);
  if (status == OCTET_OK) status = octet_host_open_session(model, &session);
  if (status == OCTET_OK) status = octet_host_output(model, 0, &output);
  if (status == OCTET_OK && output.reals <= 1000) {
    octet_destination wanted = {reals, NULL, &class_index};
    status = octet_host_run(session, OCTET_UINT8, item, 1, &wanted, 1);
    if (status == OCTET_OK) printf("%s %.4f\n", octet_host_name(model, 0, class_index), reals[class_index]);
  }
  if (status != OCTET_OK) fprintf(stderr, "%s\n", octet_message());
  octet_host_close_session(session);
  octet_host_close(model);
  return status;
}
