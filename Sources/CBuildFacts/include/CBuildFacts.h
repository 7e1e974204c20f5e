// What a build says of itself.
#pragma once

/// The commit that the program was built from; empty where its build does not say, as 'swift build' by itself.
const char *octet_build_commit(void);
