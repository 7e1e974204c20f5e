#include "octet.h"
