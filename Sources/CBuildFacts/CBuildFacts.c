#include "CBuildFacts.h"

#include <stddef.h>

// Tools/build adds an object that defines it; without it it is nowhere.
extern const char octet_commit_text[] __attribute__((weak));

const char *octet_build_commit(void) { return octet_commit_text == NULL ? "" : octet_commit_text; }
