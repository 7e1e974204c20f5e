// The files of the web that the page of octet draw is made of; see CSourceText for why they come through C.
#pragma once

#include <stddef.h>

/// The bytes of "draw.css", "draw.html", "draw.mjs" or "octet.mjs"; NULL for any other name.
const unsigned char *octet_page_text(const char *name, size_t *count);
