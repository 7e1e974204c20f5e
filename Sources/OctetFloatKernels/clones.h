// One function, built for several processors. See OctetFloatKernels.h.

#if defined(__x86_64__) && defined(__linux__) && defined(__GLIBC__)
#define OCTET_CLONES __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define OCTET_CLONES
#endif
