#include "octet_host.h"
#include "octet_message.h"

#include <string.h>

static _Thread_local char message[2048];

void octet_set_message(const char *text) {
  size_t count = strlen(text);
  if (count >= sizeof message) {
    count = sizeof message - 1;
    // Not in the middle of a character of UTF-8.
    while (count > 0 && ((unsigned char)text[count] & 0xC0) == 0x80) count--;
  }
  memcpy(message, text, count);
  message[count] = 0;
}

const char *octet_message(void) { return message; }

const char *octet_status_text(int status) {
  switch (status) {
    case OCTET_OK: return "success";
    case OCTET_BAD_MODEL: return "the file breaks a rule of the format";
    case OCTET_BAD_ARENA: return "the arena is too small, or does not start at a multiple of 4";
    case OCTET_BAD_ROW: return "a row has another number of bytes than the model's rows";
    case OCTET_COMPLETE: return "all rows of the image have been fed";
    case OCTET_NO_RESULT: return "rows of the image are missing, or there is no such class";
    case OCTET_INPUT_HELD: return "the session has no room for rows of the input";
    case OCTET_BAD_INPUT: return "the model takes no held input, or not this one";
    case OCTET_BAD_FILE: return "a file cannot be read or written";
    case OCTET_BAD_FORMAT: return "the model is damaged, or has an operator that is not supported";
    case OCTET_UNFIT_MODEL: return "the model cannot do what is asked of it";
    case OCTET_BAD_ITEMS: return "the items do not fit the model";
    case OCTET_BAD_OPTIONS: return "an option is unknown or has a value that it cannot have";
    default: return "unknown status";
  }
}
