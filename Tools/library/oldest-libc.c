// What Swift's libraries take from versions of the GNU C library after 2.34, so that liboctet runs on older ones.
// Hidden: nobody else sees these.

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/random.h>

#pragma GCC visibility push(hidden)

/// 2.35 has a version of its own that does not set errno. The squares of floats are exact in doubles, and neither
/// their sum nor its root can overflow.
float hypotf(float x, float y) {
  if (isinf(x) || isinf(y)) return INFINITY;
  return (float)sqrt((double)x * x + (double)y * y);
}

/// Since 2.36.
uint32_t arc4random(void) {
  uint32_t number;
  // So few bytes come at once, or never: the kernel has no such call.
  if (getrandom(&number, sizeof number, 0) != sizeof number) abort();
  return number;
}

#pragma GCC visibility pop
