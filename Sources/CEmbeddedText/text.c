#include "CEmbeddedText.h"

#include <string.h>

// Part of C since 2023; the clang of every Swift that builds this package has it.
#pragma clang diagnostic ignored "-Wc23-extensions"

static const unsigned char runtime_c99[] = {
#embed "runtime.c99"
};
static const unsigned char kernels_c99[] = {
#embed "kernels.c99"
};
static const unsigned char LICENSE[] = {
#embed "../../LICENSE"
};
static const unsigned char Compiler_h[] = {
#embed "../OctetChipInstructions/include/Compiler.h"
};
static const unsigned char WindowRow_h[] = {
#embed "../OctetChipInstructions/include/WindowRow.h"
};
static const unsigned char WindowBlocks_h[] = {
#embed "../OctetChipInstructions/include/WindowBlocks.h"
};
static const unsigned char PairPatch_h[] = {
#embed "../OctetChipInstructions/include/PairPatch.h"
};
static const unsigned char PairOutput_h[] = {
#embed "../OctetChipInstructions/include/PairOutput.h"
};
static const unsigned char PairAdd_h[] = {
#embed "../OctetChipInstructions/include/PairAdd.h"
};
static const unsigned char PairDense_h[] = {
#embed "../OctetChipInstructions/include/PairDense.h"
};
static const unsigned char PairDepthwise_h[] = {
#embed "../OctetChipInstructions/include/PairDepthwise.h"
};
static const unsigned char PairWindows_h[] = {
#embed "../OctetChipInstructions/include/PairWindows.h"
};
static const unsigned char VectorPatch_h[] = {
#embed "../OctetChipInstructions/include/VectorPatch.h"
};
static const unsigned char VectorOutput_h[] = {
#embed "../OctetChipInstructions/include/VectorOutput.h"
};
static const unsigned char VectorLanes_h[] = {
#embed "../OctetChipInstructions/include/VectorLanes.h"
};
static const unsigned char VectorAdd_h[] = {
#embed "../OctetChipInstructions/include/VectorAdd.h"
};
static const unsigned char VectorDense_h[] = {
#embed "../OctetChipInstructions/include/VectorDense.h"
};
static const unsigned char VectorColumn_h[] = {
#embed "../OctetChipInstructions/include/VectorColumn.h"
};
static const unsigned char VectorDepthwise_h[] = {
#embed "../OctetChipInstructions/include/VectorDepthwise.h"
};
static const unsigned char VectorWindows_h[] = {
#embed "../OctetChipInstructions/include/VectorWindows.h"
};
static const unsigned char WideOutput_h[] = {
#embed "../OctetChipInstructions/include/WideOutput.h"
};
static const unsigned char WideDense_h[] = {
#embed "../OctetChipInstructions/include/WideDense.h"
};
static const unsigned char WideWindows_h[] = {
#embed "../OctetChipInstructions/include/WideWindows.h"
};
static const unsigned char WidePatch_h[] = {
#embed "../OctetChipInstructions/include/WidePatch.h"
};
static const unsigned char WideDepthwise_h[] = {
#embed "../OctetChipInstructions/include/WideDepthwise.h"
};
static const unsigned char draw_css[] = {
#embed "draw.css"
};
static const unsigned char draw_html[] = {
#embed "draw.html"
};
static const unsigned char draw_mjs[] = {
#embed "draw.mjs"
};
static const unsigned char octet_mjs[] = {
#embed "../../web/octet.mjs"
};

static const struct {
  const char *name;
  const unsigned char *bytes;
  size_t count;
} files[] = {
  {"runtime.c99", runtime_c99, sizeof runtime_c99},
  {"kernels.c99", kernels_c99, sizeof kernels_c99},
  {"LICENSE", LICENSE, sizeof LICENSE},
  {"Compiler.h", Compiler_h, sizeof Compiler_h},
  {"WindowRow.h", WindowRow_h, sizeof WindowRow_h},
  {"WindowBlocks.h", WindowBlocks_h, sizeof WindowBlocks_h},
  {"PairPatch.h", PairPatch_h, sizeof PairPatch_h},
  {"PairOutput.h", PairOutput_h, sizeof PairOutput_h},
  {"PairAdd.h", PairAdd_h, sizeof PairAdd_h},
  {"PairDense.h", PairDense_h, sizeof PairDense_h},
  {"PairDepthwise.h", PairDepthwise_h, sizeof PairDepthwise_h},
  {"PairWindows.h", PairWindows_h, sizeof PairWindows_h},
  {"VectorPatch.h", VectorPatch_h, sizeof VectorPatch_h},
  {"VectorOutput.h", VectorOutput_h, sizeof VectorOutput_h},
  {"VectorLanes.h", VectorLanes_h, sizeof VectorLanes_h},
  {"VectorAdd.h", VectorAdd_h, sizeof VectorAdd_h},
  {"VectorDense.h", VectorDense_h, sizeof VectorDense_h},
  {"VectorColumn.h", VectorColumn_h, sizeof VectorColumn_h},
  {"VectorDepthwise.h", VectorDepthwise_h, sizeof VectorDepthwise_h},
  {"VectorWindows.h", VectorWindows_h, sizeof VectorWindows_h},
  {"WideOutput.h", WideOutput_h, sizeof WideOutput_h},
  {"WideDense.h", WideDense_h, sizeof WideDense_h},
  {"WideWindows.h", WideWindows_h, sizeof WideWindows_h},
  {"WidePatch.h", WidePatch_h, sizeof WidePatch_h},
  {"WideDepthwise.h", WideDepthwise_h, sizeof WideDepthwise_h},
  {"draw.css", draw_css, sizeof draw_css},
  {"draw.html", draw_html, sizeof draw_html},
  {"draw.mjs", draw_mjs, sizeof draw_mjs},
  {"octet.mjs", octet_mjs, sizeof octet_mjs},
};

const unsigned char *octet_embedded_text(const char *name, size_t *count) {
  for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
    if (strcmp(files[i].name, name) == 0) {
      *count = files[i].count;
      return files[i].bytes;
    }
  }
  *count = 0;
  return NULL;
}
