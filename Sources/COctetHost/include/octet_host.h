// Octet from C on hosts: open a model with the fastest kernels of the machine, run items, quantize, evaluate.
//
// A model never changes once it is open: any number of threads may use it at once. A session belongs to one thread at a
// time; open one for each thread. Models and sessions may be closed in any order. Every function may be called from any
// thread; those that quantize and evaluate start threads of their own and end them before they return. After a fork,
// the child may use what was open before, as long as no call was running in another thread then.
//
// Functions that can fail return a status: OCTET_OK, or another of octet.h and below. octet_message then says in a
// line what was wrong. What is written through pointers is only good where the status is OCTET_OK.
#pragma once

#include "octet.h"

#ifdef __clang__
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wnullability-extension"
#pragma clang assume_nonnull begin
#endif

#ifdef __cplusplus
extern "C" {
#endif

// More statuses; those of octet.h are below 16.
enum {
  /// A file cannot be read or written.
  OCTET_BAD_FILE = 16,
  /// A model that is damaged, or has an operator or layer that is not supported.
  OCTET_BAD_FORMAT = 17,
  /// A model that cannot do what is asked of it, or that the integer format cannot express.
  OCTET_UNFIT_MODEL = 18,
  /// Items of another shape or type than the model takes, numbers that are not finite, or no items at all.
  OCTET_BAD_ITEMS = 19,
  /// An option that is unknown, or has a value that it cannot have.
  OCTET_BAD_OPTIONS = 20,
};

/// The version of the library, as in "0.1.0".
const char *octet_version(void);

/// What a status means, in a line.
const char *octet_status_text(int status);

/// What was wrong with the last call of this thread that failed, in a line: where, the value, what to do. Good until
/// the next one fails.
const char *octet_message(void);

/// Gives back what the library has allocated for its caller. Null is fine.
void octet_free(void *OCTET_NULLABLE memory);

// MARK: models

/// A model that is ready to run.
typedef struct octet_host_model octet_host_model;

/// Opens an .octet file. Its bytes are copied.
int octet_host_open(const void *file, size_t bytes, octet_host_model *OCTET_NULLABLE *OCTET_NONNULL model);

/// Opens an .octet file by its path.
int octet_host_open_path(const char *path, octet_host_model *OCTET_NULLABLE *OCTET_NONNULL model);

/// Closes a model. Sessions over it stay good. Null is fine.
void octet_host_close(octet_host_model *OCTET_NULLABLE model);

// What a model was made for.
enum {
  /// Bytes of pictures.
  OCTET_PIXELS = 0,
  /// Numbers of any kind.
  OCTET_FEATURES = 1,
};

/// What a model takes in.
typedef struct octet_input {
  uint32_t height, width, channels;
  /// OCTET_PIXELS or OCTET_FEATURES.
  uint32_t kind;
  /// Values of an item: rows from the top, the channels of a place together.
  size_t values;
  /// An integer of the input stands for scale * (integer - zero_point).
  float scale;
  int32_t zero_point;
} octet_input;

/// Reads what a model takes in.
void octet_host_input(const octet_host_model *model, octet_input *input);

// What the values of an output say.
enum {
  /// Scores of classes, of which one holds.
  OCTET_CLASSES = 0,
  /// Labels, of which several can hold.
  OCTET_LABELS = 1,
  /// Numbers.
  OCTET_NUMBERS = 2,
};

/// An output of a model.
typedef struct octet_output_info {
  uint32_t height, width, channels;
  /// OCTET_CLASSES, OCTET_LABELS or OCTET_NUMBERS.
  uint32_t meaning;
  /// Integers of an item: rows from the top, the channels of a place together.
  size_t integers;
  /// Reals of an item: probabilities if it has some, of both classes where one integer tells two apart; else one for
  /// each integer.
  size_t reals;
  /// Classes or labels; 0 for numbers.
  size_t names;
  /// Whether its reals are probabilities.
  uint32_t has_probabilities;
  /// Without probabilities, a real is scale times its integer.
  float scale;
} octet_output_info;

/// Outputs of a model, at least one.
size_t octet_host_outputs(const octet_host_model *model);

/// Reads what an output is. OCTET_NO_RESULT where there is no such output.
int octet_host_output(const octet_host_model *model, size_t output, octet_output_info *info);

/// The name of a class or label of an output, in UTF-8, as long as the model is open; null where there is none.
const char *OCTET_NULLABLE octet_host_name(const octet_host_model *model, size_t output, size_t index);

/// All that is to be said of a model, as JSON: sizes, work, input, outputs, kernels. Give it back with octet_free.
int octet_host_describe(const octet_host_model *model, char *OCTET_NULLABLE *OCTET_NONNULL json);

// MARK: running

/// What one thread needs to run a model.
typedef struct octet_host_session octet_host_session;

/// Opens a session.
int octet_host_open_session(const octet_host_model *model, octet_host_session *OCTET_NULLABLE *OCTET_NONNULL session);

/// Closes a session. Null is fine.
void octet_host_close_session(octet_host_session *OCTET_NULLABLE session);

// Types of values.
enum {
  /// uint8_t: pixels; of a model of features, its input's integers plus 128.
  OCTET_UINT8 = 0,
  /// int8_t: the integers of the input.
  OCTET_INT8 = 1,
  /// float: what the input's integers stand for; the nearest is taken. What is no number counts as 0.
  OCTET_FLOAT32 = 2,
};

/// Where the values of an output go, of all items one after another. What is null is not written.
typedef struct octet_destination {
  /// As octet_output_info.reals says.
  float *OCTET_NULLABLE reals;
  /// The values before a closing softmax or sigmoid, less their zero point.
  int32_t *OCTET_NULLABLE integers;
  /// The class of each item, counted from 0; -1 where the output holds no classes.
  int32_t *OCTET_NULLABLE classes;
} octet_destination;

/// Runs items, one after another in memory, or several side by side where that is faster; the results are the same.
///
/// `destinations` are those of the first outputs, as many as `outputs` says; others are left out.
int octet_host_run(octet_host_session *session, int type, const void *items, size_t count,
                   const octet_destination *destinations, size_t outputs);

// MARK: pictures

/// Bytes somewhere in memory. A null `start` stands for none at all.
typedef struct octet_bytes {
  const void *OCTET_NULLABLE start;
  size_t count;
} octet_bytes;

// What the bytes of a picture are.
enum {
  /// The path of a file, without an end.
  OCTET_PATHS = 0,
  /// All that is in the file.
  OCTET_FILES = 1,
};

/// Reads pictures, fits them to the model as `octet classify` does, and runs them. PNG files are read, and JPEG files
/// where libjpeg-turbo is installed.
///
/// A picture that cannot be read does not keep the others from being run: its reals and integers are 0, its class is
/// -1, and its place of `errors` has a line that says why, to be given back with octet_free. Places of all others are
/// null. Fails as a whole only where the model takes no pictures. `errors` may be null.
int octet_host_run_pictures(octet_host_session *session, int source, const octet_bytes *pictures, size_t count,
                            const octet_destination *destinations, size_t outputs,
                            char *OCTET_NULLABLE *OCTET_NULLABLE errors);

// MARK: exporting

/// Writes a model in a form for other tools: "c-source", one C99 file that runs it; "c-array", the .octet file as an
/// array of C; "onnx-qdq", ONNX with its integers. `name` is what names in C begin with; null for "octet". The bytes
/// are given back with octet_free.
int octet_host_export(const octet_host_model *model, const char *form, const char *OCTET_NULLABLE name,
                      void *OCTET_NULLABLE *OCTET_NONNULL file, size_t *bytes);

// MARK: quantizing

/// Items with what is known of them.
typedef struct octet_items {
  /// The values of all items: OCTET_UINT8 for pixels, OCTET_FLOAT32 for features.
  int type;
  const void *values;
  size_t count, height, width, channels;
  /// The class of each, counted from 0; null where they are not known.
  const int32_t *OCTET_NULLABLE classes;
  /// Or numbers that an output should give, as many for each item as `targets` says; null likewise.
  const float *OCTET_NULLABLE numbers;
  size_t targets;
} octet_items;

/// Called in the thread of the caller while a function works; `done` grows to `total`.
typedef void (*octet_progress)(void *OCTET_NULLABLE context, size_t done, size_t total);

/// Quantizes a float model (.safetensors of Octet, .onnx, .keras, .h5, .tflite), or takes over the integers of a
/// full-integer .tflite file.
///
/// `options` is a JSON object, docs/C-LIBRARY.md lists its members; null for none. `calibration` is needed for a float
/// model. `test` is what the report compares both models on; null for the calibration items. The file's bytes and the
/// report, a JSON object, are given back with octet_free; `report` may be null.
int octet_quantize(const char *path, const char *OCTET_NULLABLE options, const octet_items *OCTET_NULLABLE calibration,
                   const octet_items *OCTET_NULLABLE test, octet_progress OCTET_NULLABLE progress,
                   void *OCTET_NULLABLE context, void *OCTET_NULLABLE *OCTET_NONNULL file, size_t *bytes,
                   char *OCTET_NULLABLE *OCTET_NULLABLE report);

/// Tests a model on items whose classes or numbers are known. `options` may be null; the report is a JSON object to be
/// given back with octet_free.
int octet_evaluate(const octet_host_model *model, const char *OCTET_NULLABLE options, const octet_items *items,
                   char *OCTET_NULLABLE *OCTET_NONNULL report);

#ifdef __cplusplus
}
#endif

#ifdef __clang__
#pragma clang assume_nonnull end
#pragma clang diagnostic pop
#endif
