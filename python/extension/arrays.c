// Arrays of numpy for the library. The limited interface of 3.9 has no buffers, so the address and the shape of an
// array are read from the start of its object, which numpy's own headers read in the same way in every module that was
// ever built with them, and which therefore stays as it is. `runner_layout` gives what is read, so that
// octet/_model.py can compare it with what numpy says when the package is imported; where that differs, arrays are
// asked by their attributes.
#include "runner.h"

/// How an object of numpy.ndarray begins.
typedef struct {
  PyObject_HEAD
  char *data;
  int axes;
  Py_ssize_t *shape;
  Py_ssize_t *strides;
  PyObject *base;
  PyObject *type;
  int flags;
} Array;

// Of numpy's flags: the last axis changes fastest without gaps, and values lie where the processor wants them.
enum { CONTIGUOUS_AND_ALIGNED = 0x0101, MOST_AXES = 32 };

/// The address of an array's first value by its attribute. Null with an exception set.
static char *asked_address(PyObject *array) {
  PyObject *described = PyObject_GetAttrString(array, "__array_interface__");
  PyObject *pair = described ? PyMapping_GetItemString(described, "data") : NULL;
  PyObject *number = pair ? PySequence_GetItem(pair, 0) : NULL;
  char *address = number ? PyLong_AsVoidPtr(number) : NULL;
  Py_XDECREF(number);
  Py_XDECREF(pair);
  Py_XDECREF(described);
  return address;
}

char *runner_address(const Runner *self, PyObject *array) {
  return self->reads_arrays ? ((Array *)array)->data : asked_address(array);
}

/// Whether the axes that are not 1 are those.
static int same_sides(const Py_ssize_t *shape, int axes, const Py_ssize_t *sides, int count) {
  int found = 0;
  for (int axis = 0; axis < axes; axis++) {
    if (shape[axis] == 1) continue;
    if (found == count || shape[axis] != sides[found]) return 0;
    found++;
  }
  return found == count;
}

static int all_finite(const float *values, Py_ssize_t count) {
  // What is no number has all bits of its exponent set.
  uint32_t wrong = 0;
  for (Py_ssize_t place = 0; place < count; place++) {
    uint32_t bits;
    memcpy(&bits, values + place, sizeof bits);
    wrong |= (bits & 0x7F800000u) == 0x7F800000u;
  }
  return !wrong;
}

/// Reads an array that needs no preparing; 0 for any other object.
static int read_array(const Runner *self, PyObject *object, Items *items) {
  if (!self->reads_arrays || (PyObject *)Py_TYPE(object) != self->ndarray) return 0;
  const Array *array = (const Array *)object;
  if ((array->flags & CONTIGUOUS_AND_ALIGNED) != CONTIGUOUS_AND_ALIGNED || array->axes > MOST_AXES) return 0;
  int kind = 0;
  while (array->type != self->types[kind]) {
    if (++kind == 3) return 0;
  }
  Py_ssize_t size = 1;
  // The array is in memory, so the product does not overflow but where it is 0.
  for (int axis = 0; axis < array->axes; axis++) size *= array->shape[axis];
  if (size <= 0 || size % self->values) return 0;
  Py_ssize_t count = size / self->values;
  if (!(count == 1 && same_sides(array->shape, array->axes, self->sides, self->side_count))) {
    if (array->axes == 0 || array->shape[0] != count) return 0;
    if (!same_sides(array->shape + 1, array->axes - 1, self->sides, self->side_count) &&
        !(same_sides(array->shape + 1, array->axes - 1, &self->values, self->values > 1)))
      return 0;
  }
  if (kind == OCTET_FLOAT32 && !all_finite((const float *)array->data, size)) return 0;
  *items = (Items){object, array->data, kind, count};
  return 1;
}

int runner_items(const Runner *self, PyObject *object, Items *items) {
  if (!self->model) return runner_succeeded(self, CLOSED);
  if (read_array(self, object, items)) {
    Py_INCREF(object);
    return 1;
  }
  PyObject *prepared = PyObject_CallFunctionObjArgs(self->prepare, object, NULL);
  int done = prepared && PyArg_ParseTuple(prepared, "Oin", &items->owner, &items->type, &items->count) &&
             (items->data = runner_address(self, items->owner));
  if (done) Py_INCREF(items->owner);
  Py_XDECREF(prepared);
  return done;
}

static PyObject *type_of(const Runner *self, Wanted wanted) {
  return wanted == REALS ? self->types[OCTET_FLOAT32] : self->int32;
}

static Py_ssize_t width(const Runner *self, Wanted wanted, int output) {
  return wanted == REALS ? self->reals[output] : self->integers;
}

PyObject *runner_shape(const Runner *self, Wanted wanted, int output, Py_ssize_t count) {
  if (wanted == CLASSES) return Py_BuildValue("((n)O)", count, self->int32);
  return Py_BuildValue("((nn)O)", count, width(self, wanted, output), type_of(self, wanted));
}

PyObject *runner_array(const Runner *self, Wanted wanted, int output, Py_ssize_t count) {
  if (count == 1 && output == 0) return PyObject_Call(self->empty, self->one[wanted], NULL);
  PyObject *arguments = runner_shape(self, wanted, output, count);
  PyObject *made = arguments ? PyObject_Call(self->empty, arguments, NULL) : NULL;
  Py_XDECREF(arguments);
  return made;
}

int runner_place(const Runner *self, PyObject *array, Wanted wanted, octet_destination *destination) {
  char *start = array ? runner_address(self, array) : NULL;
  if (!start) return 0;
  destination->reals = wanted == REALS ? (float *)start : NULL;
  destination->integers = wanted == INTEGERS ? (int32_t *)start : NULL;
  destination->classes = wanted == CLASSES ? (int32_t *)start : NULL;
  return 1;
}

PyObject *runner_layout(PyObject *module, PyObject *object) {
  (void)module;
  const Array *array = (const Array *)object;
  int axes = array->axes;
  if (axes < 0 || axes > MOST_AXES) Py_RETURN_NONE;
  PyObject *shape = PyTuple_New(axes);
  for (int axis = 0; shape && axis < axes; axis++) {
    PyTuple_SetItem(shape, axis, PyLong_FromSsize_t(array->shape[axis]));
  }
  return shape ? Py_BuildValue("NNNN", PyLong_FromVoidPtr(array->data), shape,
                               PyBool_FromLong((array->flags & CONTIGUOUS_AND_ALIGNED) == CONTIGUOUS_AND_ALIGNED),
                               PyLong_FromVoidPtr(array->type))
               : NULL;
}
