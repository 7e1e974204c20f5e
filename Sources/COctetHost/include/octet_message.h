// The text of the last failure of a thread, which the implementation sets. Not installed.
#pragma once

/// Keeps a copy, cut to 2,047 bytes between two characters.
void octet_set_message(const char *text);
