#include "OctetChipInstructions.h"
