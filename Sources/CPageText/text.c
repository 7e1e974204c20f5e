#include "CPageText.h"

#include <string.h>

// Part of C since 2023; the clang of every Swift that builds this package has it.
#pragma clang diagnostic ignored "-Wc23-extensions"

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
  {"draw.css", draw_css, sizeof draw_css},
  {"draw.html", draw_html, sizeof draw_html},
  {"draw.mjs", draw_mjs, sizeof draw_mjs},
  {"octet.mjs", octet_mjs, sizeof octet_mjs},
};

const unsigned char *octet_page_text(const char *name, size_t *count) {
  for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
    if (strcmp(files[i].name, name) == 0) {
      *count = files[i].count;
      return files[i].bytes;
    }
  }
  *count = 0;
  return NULL;
}
