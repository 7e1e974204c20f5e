#include "CBuildFacts.h"

#include <stddef.h>
#if __has_include(<gnu/libc-version.h>)
#include <gnu/libc-version.h>
#endif

// Tools/build adds an object that defines them; without it they are nowhere.
extern const char octet_commit_text[] __attribute__((weak));
extern const char octet_toolchain_text[] __attribute__((weak));

const char *octet_build_commit(void) { return octet_commit_text == NULL ? "" : octet_commit_text; }

const char *octet_build_toolchain(void) {
  return octet_toolchain_text == NULL ? "Swift's libraries, libstdc++" : octet_toolchain_text;
}

const char *octet_c_library(void) {
#if __has_include(<gnu/libc-version.h>)
  return gnu_get_libc_version();
#else
  return "";
#endif
}
