#define _GNU_SOURCE
#include "CProcessor.h"

#ifdef __linux__
#include <sched.h>
#include <string.h>

_Static_assert(sizeof(cpu_set_t) == sizeof(octet_processors), "a set is handed through as it is");

octet_processors octet_bind_thread(int index) {
  octet_processors before = {0};
  cpu_set_t allowed, one;
  if (sched_getaffinity(0, sizeof allowed, &allowed) != 0) return before;
  memcpy(&before, &allowed, sizeof before);
  int left = index % CPU_COUNT(&allowed);
  for (int processor = 0; processor < CPU_SETSIZE; processor++) {
    if (!CPU_ISSET(processor, &allowed) || left-- > 0) continue;
    CPU_ZERO(&one);
    CPU_SET(processor, &one);
    sched_setaffinity(0, sizeof one, &one);
    break;
  }
  return before;
}

void octet_free_thread(octet_processors before) {
  cpu_set_t allowed;
  memcpy(&allowed, &before, sizeof allowed);
  if (CPU_COUNT(&allowed) > 0) sched_setaffinity(0, sizeof allowed, &allowed);
}
#else
octet_processors octet_bind_thread(int index) {
  (void)index;
  return (octet_processors){{0}};
}

void octet_free_thread(octet_processors before) { (void)before; }
#endif
