// The inner loops of OctetChipKernels, in the instructions that small chips have for them.
//
// Each is written twice: for the chip, and in plain C for every other machine, so that the kernels around them can be
// tested anywhere. Both give the same bits: sums of int32 wrap, and the loader has proved that none overflows.
#pragma once

#include "Compiler.h"
#include "PairAdd.h"
#include "PairDense.h"
#include "PairDepthwise.h"
#include "PairHalf.h"
#include "PairOutput.h"
#include "PairPatch.h"
#include "PairWindows.h"
#include "VectorAdd.h"
#include "VectorColumn.h"
#include "VectorDense.h"
#include "VectorDepthwise.h"
#include "VectorLanes.h"
#include "VectorOutput.h"
#include "VectorPatch.h"
#include "VectorWindows.h"
#include "WideDense.h"
#include "WideDepthwise.h"
#include "WideHalf.h"
#include "WideOutput.h"
#include "WidePatch.h"
#include "WideWindows.h"
#include "WindowRow.h"
