// What a build says of itself.
#pragma once

/// The commit that the program was built from; empty where its build does not say, as 'swift build' by itself.
const char *octet_build_commit(void);

/// The libraries that come with the compilers, with versions where the build says so.
const char *octet_build_toolchain(void);

/// The version of the GNU C library that the program runs with; empty with another.
const char *octet_c_library(void);
