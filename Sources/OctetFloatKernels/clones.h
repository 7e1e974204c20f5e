// One function, built for several processors. See OctetFloatKernels.h.

// Which one to call is decided while the program is loaded, and ThreadSanitizer is not there yet then.
#if defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define OCTET_NO_CLONES
#endif
#endif

#if defined(__x86_64__) && defined(__linux__) && defined(__GLIBC__) && !defined(OCTET_NO_CLONES)
#define OCTET_CLONES __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define OCTET_CLONES
#endif
