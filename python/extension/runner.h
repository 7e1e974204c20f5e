// Calls of liboctet for which the time of Python itself counts: octet._runner, for Python 3.9 and later. A call through
// ctypes takes longer than a small network. Of Python only the limited interface is used, so that one file serves every
// version.
#ifndef OCTET_RUNNER_H
#define OCTET_RUNNER_H

#define PY_SSIZE_T_CLEAN
#define Py_LIMITED_API 0x03090000
#include <Python.h>

#include <octet_host.h>
#include <stdint.h>
#include <string.h>

// A status beside those of the library.
enum { CLOSED = -1 };

enum { MOST_FREE = 16, MOST_OUTPUTS = 64 };

/// What of an output is wanted.
typedef enum { REALS, INTEGERS, CLASSES } Wanted;

/// A model's sessions and what is known of its input and outputs. Threads may call it at once: each call takes a
/// session out of those that are free, and is without Python's lock while it computes.
typedef struct {
  PyObject_HEAD
  int (*run)(octet_host_session *, int, const void *, size_t, const octet_destination *, size_t);
  int (*run_pictures)(octet_host_session *, int, const octet_bytes *, size_t, const octet_destination *, size_t,
                      char **);
  int (*open_session)(const octet_host_model *, octet_host_session **);
  void (*close_session)(octet_host_session *);
  /// Null when it is closed.
  const octet_host_model *model;
  octet_host_session *free[MOST_FREE];
  int free_count;
  /// Whether arrays may be read as `Array` says.
  int reads_arrays;
  Py_ssize_t values;
  /// Sides of an item that are not 1.
  Py_ssize_t sides[3];
  int side_count;
  int output_count;
  Py_ssize_t reals[MOST_OUTPUTS];
  Py_ssize_t integers;
  PyObject *ndarray;
  /// numpy's types for OCTET_UINT8, OCTET_INT8, OCTET_FLOAT32, in this order, and of integers and pointers.
  PyObject *types[3], *int32, *pointer;
  /// numpy.empty, and its arguments for one item of the first output, by Wanted.
  PyObject *empty, *one[3];
  /// Function of any items that gives an array in the layout for the library, the number of its type, and how many
  /// items there are, or raises what is wrong with them.
  PyObject *prepare;
  /// Function of a status that raises what the library said.
  PyObject *fail;
} Runner;

/// Items in the layout for the library.
typedef struct {
  /// What has to live as long.
  PyObject *owner;
  char *data;
  /// OCTET_UINT8, OCTET_INT8 or OCTET_FLOAT32.
  int type;
  Py_ssize_t count;
} Items;

/// 0 with an exception set where the status is one of failure.
int runner_succeeded(const Runner *self, int status);

/// Reads items of any kind; 0 with an exception set.
int runner_items(const Runner *self, PyObject *object, Items *items);

/// A new array for what is wanted of an output. Null with an exception set.
PyObject *runner_array(const Runner *self, Wanted wanted, int output, Py_ssize_t count);

/// Arguments of numpy.empty for such an array.
PyObject *runner_shape(const Runner *self, Wanted wanted, int output, Py_ssize_t count);

/// Says that what is wanted goes into an array; 0 with an exception set where there is none.
int runner_place(const Runner *self, PyObject *array, Wanted wanted, octet_destination *destination);

/// The address of an array's first value. Null with an exception set.
char *runner_address(const Runner *self, PyObject *array);

/// layout(array): address, axes and their places, flags and type as they are read here.
PyObject *runner_layout(PyObject *module, PyObject *object);

#endif
