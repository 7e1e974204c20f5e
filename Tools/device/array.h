// Items of .npy files, for classify.c, whose model and `image` are known here.
#pragma once

/// What a .npy file says of itself.
typedef struct array {
  char kind[4];
  int bytes;
  int axes;
  uint64_t shape[64];
  long start;
} array;

/// Behind `word` and spaces; NULL if something else is there.
static const char *behind(const char *text, const char *word) {
  const size_t length = strlen(word);
  while (*text == ' ' || (*text >= 9 && *text <= 13)) text++;
  return strncmp(text, word, length) == 0 ? text + length : NULL;
}

/// Reads the dictionary of a header, whose members numpy writes in the order of their names.
static int read_dictionary(const char *text, array *found) {
  if (!(text = behind(text, "{")) || !(text = behind(text, "'descr'")) || !(text = behind(text, ":"))) return 0;
  if (!(text = behind(text, "'")) || strlen(text) < 4) return 0;
  memcpy(found->kind, text, 3);
  if (!(text = behind(text + 3, "'")) || !(text = behind(text, ","))) return 0;
  if (!(text = behind(text, "'fortran_order'")) || !(text = behind(text, ":"))) return 0;
  if (!(text = behind(text, "False")) || !(text = behind(text, ","))) return 0;
  if (!(text = behind(text, "'shape'")) || !(text = behind(text, ":")) || !(text = behind(text, "("))) return 0;
  while (!behind(text, ")")) {
    const char *digits = behind(text, "");
    char *end;
    if (*digits < '0' || *digits > '9' || found->axes == 64) return 0;
    found->shape[found->axes++] = strtoull(digits, &end, 10);
    text = behind(end, ",") ? behind(end, ",") : end;
  }
  text = behind(text, ")");
  if (behind(text, ",")) text = behind(text, ",");
  // Nothing but spaces comes then.
  if (!(text = behind(text, "}")) || *behind(text, "") != 0) return 0;
  static const char *const kinds[] = {"|u1", "|i1", "<i2", "<f4", "<f8"};
  for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
    if (strcmp(found->kind, kinds[i]) == 0) found->bytes = kinds[i][2] - '0';
  }
  return found->bytes > 0;
}

/// Whether axes are those of an item, or one row of as many numbers; axes of one place do not count.
static int is_item(const uint64_t *axes, int count) {
  const uint64_t wanted[] = {OCTET_IMAGE_HEIGHT, MODEL_WIDTH, MODEL_CHANNELS};
  int place = 0, others = 0, is_same = 1;
  uint64_t last = 1;
  for (int i = 0; i < count; i++) {
    if (axes[i] == 1) continue;
    while (place < 3 && wanted[place] == 1) place++;
    is_same &= place < 3 && wanted[place] == axes[i];
    place++;
    others++;
    last = axes[i];
  }
  while (place < 3 && wanted[place] == 1) place++;
  return (is_same && place == 3) || (others == 1 && last == sizeof image);
}

static float number_at(const array *found, const uint8_t *bytes) {
  uint64_t bits = 0;
  for (int i = found->bytes - 1; i >= 0; i--) bits = bits << 8 | bytes[i];
  if (found->kind[1] == 'i') return (float)(bits >= 32768 ? (int32_t)bits - 65536 : (int32_t)bits);
  if (found->bytes == 8) {
    double number;
    memcpy(&number, &bits, sizeof number);
    return (float)number;
  }
  const uint32_t word = (uint32_t)bits;
  float number;
  memcpy(&number, &word, sizeof number);
  return number;
}

/// What the model is fed for a number, by InputScale in Octet.
static uint8_t fed(float number) {
  const float steps = number / OCTET_INPUT_SCALE;
  const float limited = steps < -512 ? -512 : steps > 512 ? 512 : steps;
  int whole = (int)limited;
  const float rest = limited - (float)whole;
  whole += (rest >= 0.5f ? 1 : rest <= -0.5f ? -1 : 0) + OCTET_INPUT_ZERO_POINT;
  return (uint8_t)((whole < -128 ? -128 : whole > 127 ? 127 : whole) + 128);
}

/// Reads an item into `image`; false where the file ends, or a number is none.
static int read_item(FILE *file, const array *found) {
  uint8_t bytes[8];
  for (size_t i = 0; i < sizeof image; i++) {
    if (fread(bytes, (size_t)found->bytes, 1, file) != 1) return 0;
    if (found->kind[1] == 'u') {
      image[i] = *bytes;
    } else if (found->bytes == 1) {
      image[i] = *bytes ^ 0x80;
    } else {
      const float number = number_at(found, bytes);
      if (!isfinite(number)) return 0;
      image[i] = fed(number);
    }
  }
  return 1;
}
