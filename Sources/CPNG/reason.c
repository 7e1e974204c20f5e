// Why the system would not do something, in the same words everywhere.

#include <errno.h>
#include <string.h>

#include "CPNG.h"

const char *octet_system_reason(int32_t error) {
  // C libraries differ in these; a device has to print what the host does.
  switch (error) {
    case EIO: return "Input/output error";
    case ELOOP: return "Too many levels of symbolic links";
    case EMFILE: return "Too many open files";
    case ENAMETOOLONG: return "File name too long";
    case ENOMEM: return "Cannot allocate memory";
    default: return strerror(error);
  }
}
