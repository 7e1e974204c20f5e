// Octet from C: load a model, open a session, feed it rows, read the result.
//
// Nothing is allocated. The caller supplies the memory: the file of the model (in flash or RAM, at a multiple of 4,
// unchanged as long as it is used), one octet_model for it, and for each session an octet_session and an arena at a
// multiple of 4.
#pragma once

#include <stddef.h>
#include <stdint.h>

// No pointer may be null, save where it says so.
#ifdef __clang__
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wnullability-extension"
#pragma clang assume_nonnull begin
#define OCTET_NULLABLE _Nullable
#define OCTET_NONNULL _Nonnull
#else
#define OCTET_NULLABLE
#define OCTET_NONNULL
#endif

#ifdef __cplusplus
extern "C" {
#endif

/// What a call came to.
enum {
  /// Success.
  OCTET_OK = 0,
  /// The file breaks a rule of the format; octet_error says which.
  OCTET_BAD_MODEL = 1,
  /// The arena is smaller than octet_arena_bytes, or does not start at a multiple of 4.
  OCTET_BAD_ARENA = 2,
  /// A row has another number of bytes than octet_row_bytes.
  OCTET_BAD_ROW = 3,
  /// All rows of the image have been fed: read the result, then restart.
  OCTET_COMPLETE = 4,
  /// Rows of the image are still missing, or there is no such class.
  OCTET_NO_RESULT = 5,
  /// The session has no room for rows of the input: run one that you hold.
  OCTET_INPUT_HELD = 6,
  /// The model takes no held input, or it has other than octet_held_bytes, does not start at a multiple of 4, or its
  /// border is not the input's zero point.
  OCTET_BAD_INPUT = 7,
};

/// Why a file was rejected: the rule's number, where, and the value that stood there.
typedef struct octet_error {
  /// The number of the rule, as ModelRule of the Swift module Octet has it.
  uint32_t rule;
  /// Bytes from the start of the file.
  uint32_t offset;
  /// What stood there, as its bits.
  uint32_t value;
} octet_error;

/// A checked model; what is in it is Octet's own.
typedef struct octet_model {
  /// Written by octet_load.
  uint64_t memory[14];
} octet_model;

/// An image on its way through a model; what is in it is Octet's own.
typedef struct octet_session {
  /// Written by octet_open.
  uint64_t memory[72];
} octet_session;

/// What a session has found out.
typedef struct octet_result {
  /// Counted from 0.
  uint32_t class_index;
  /// Of that class, in 1/65,536; 0 where the model has no probabilities.
  uint32_t probability;
} octet_result;

/// Checks a file and makes a model of it. `error` may be null.
int octet_load(octet_model *model, const void *file, size_t bytes, octet_error *OCTET_NULLABLE error);

/// The same, but accepts a file only if an image takes at most so many operations: multiply-adds, additions,
/// comparisons and bytes moved. octet_load accepts up to 20 billion. A small file can ask for minutes of work, so set
/// this where models are untrusted and the answer must come in time.
int octet_load_within(octet_model *model, const void *file, size_t bytes, uint64_t work_limit,
                      octet_error *OCTET_NULLABLE error);

/// Operations that an image takes.
uint64_t octet_work(const octet_model *model);

/// Bytes of arena that a session needs.
size_t octet_arena_bytes(const octet_model *model);
/// Bytes of arena with which a session is fastest: what lies beyond octet_arena_bytes holds windows of the image in
/// the form in which the chip multiplies. The results are the same.
size_t octet_fast_arena_bytes(const octet_model *model);
/// Rows of an image.
size_t octet_rows(const octet_model *model);
/// Bytes of a row.
size_t octet_row_bytes(const octet_model *model);
/// Classes that the model tells apart.
size_t octet_classes(const octet_model *model);

/// Opens a session. An arena between octet_arena_bytes and octet_fast_arena_bytes serves those layers for which it
/// suffices. Model and arena belong to it until it is used no more; there is nothing to close.
int octet_open(octet_session *session, const octet_model *model, void *arena, size_t arena_bytes);

/// Bytes of the first block of octet_open_regions. What lies beyond serves as with octet_fast_arena_bytes.
size_t octet_first_region_bytes(const octet_model *model);
/// Bytes of the second block; 0 for a model without a second region of memory.
size_t octet_second_region_bytes(const octet_model *model);
/// Values of an input as the caller may hold it, in flash or RAM; 0 for a model whose rows are fed.
size_t octet_held_bytes(const octet_model *model);

/// Opens a session over two blocks of memory, each at a multiple of 4, in place of one arena. `second` may be null if
/// the model has no second region. A model with octet_held_bytes then has no room for rows of its input, so only
/// octet_run_held runs it.
int octet_open_regions(octet_session *session, const octet_model *model, void *first, size_t first_bytes,
                       void *OCTET_NULLABLE second, size_t second_bytes);

/// Writes an image of octet_rows times octet_row_bytes as a caller may hold it, octet_held_bytes values: each pixel as
/// the integer that goes in, and around them the border that the first layers read.
int octet_hold(const octet_model *model, const uint8_t *image, int8_t *held);

/// Runs an image that the caller holds, at a multiple of 4. It is read where it is, during this call.
int octet_run_held(octet_session *session, const int8_t *held, size_t bytes);

/// Feeds the next row of the image.
int octet_feed(octet_session *session, const uint8_t *row, size_t bytes);

/// Reads the class and its probability, once all rows have been fed.
int octet_answer(const octet_session *session, octet_result *result);

/// Reads the probability of one class, in 1/65,536.
int octet_probability(const octet_session *session, size_t class_index, uint32_t *probability);

/// Forgets the image, so that row 0 comes next.
void octet_restart(octet_session *session);

#ifdef __cplusplus
}
#endif

#ifdef __clang__
#pragma clang assume_nonnull end
#pragma clang diagnostic pop
#endif
