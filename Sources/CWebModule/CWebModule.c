#include "CWebModule.h"

// Tools/build adds an object that defines these; without it they are nowhere.
extern const unsigned char octet_web_module_start[] __attribute__((weak));
extern const unsigned char octet_web_module_end[] __attribute__((weak));

const unsigned char *octet_web_module(size_t *count) {
  *count = octet_web_module_start == NULL ? 0 : (size_t)(octet_web_module_end - octet_web_module_start);
  return octet_web_module_start;
}
