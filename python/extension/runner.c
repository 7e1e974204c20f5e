// Calls of liboctet for which the time of Python itself counts: octet._runner, for Python 3.9 and later.
//
// A call through ctypes takes longer than a small network. Of Python only the limited interface is used, so that one
// file serves every version. The limited interface of 3.9 has no buffers, so the address and the shape of a numpy array
// are read from the start of its object, which numpy's own headers read in the same way in every module that was ever
// built with them, and which therefore stays as it is. `layout` gives what is read, so that octet/_model.py can compare
// it with what numpy says when the package is imported; where that differs, arrays are asked by their attributes.
#define PY_SSIZE_T_CLEAN
#define Py_LIMITED_API 0x03090000
#include <Python.h>

#include <octet_host.h>
#include <stdint.h>
#include <string.h>

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

// A status beside those of the library.
enum { CLOSED = -1 };

// Of numpy's flags: the last axis changes fastest without gaps, and values lie where the processor wants them.
enum { CONTIGUOUS_AND_ALIGNED = 0x0101, MOST_AXES = 32, MOST_FREE = 16, MOST_OUTPUTS = 64 };

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

/// 0 with an exception set where the status is one of failure.
static int succeeded(const Runner *self, int status) {
  if (!status) return 1;
  PyObject *none = PyObject_CallFunction(self->fail, "i", status);
  Py_XDECREF(none);
  return 0;
}

// MARK: arrays

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

static char *address(const Runner *self, PyObject *array) {
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
static int read_array(const Runner *self, PyObject *object, char **data, int *type, Py_ssize_t *count) {
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
  Py_ssize_t items = size / self->values;
  if (!(items == 1 && same_sides(array->shape, array->axes, self->sides, self->side_count))) {
    if (array->axes == 0 || array->shape[0] != items) return 0;
    if (!same_sides(array->shape + 1, array->axes - 1, self->sides, self->side_count) &&
        !(same_sides(array->shape + 1, array->axes - 1, &self->values, self->values > 1)))
      return 0;
  }
  if (kind == OCTET_FLOAT32 && !all_finite((const float *)array->data, size)) return 0;
  *data = array->data;
  *type = kind;
  *count = items;
  return 1;
}

/// Items as the library takes them. Gives what has to live as long, or null with an exception set.
static PyObject *read_items(const Runner *self, PyObject *object, char **data, int *type, Py_ssize_t *count) {
  if (!self->model) {
    succeeded(self, CLOSED);
    return NULL;
  }
  if (read_array(self, object, data, type, count)) {
    Py_INCREF(object);
    return object;
  }
  PyObject *prepared = PyObject_CallFunctionObjArgs(self->prepare, object, NULL);
  PyObject *array = NULL;
  if (prepared && PyArg_ParseTuple(prepared, "Oin", &array, type, count) && (*data = address(self, array))) {
    Py_INCREF(array);
  } else {
    array = NULL;
  }
  Py_XDECREF(prepared);
  return array;
}

static PyObject *type_of(const Runner *self, Wanted wanted) {
  return wanted == REALS ? self->types[OCTET_FLOAT32] : self->int32;
}

static Py_ssize_t width(const Runner *self, Wanted wanted, int output) {
  return wanted == REALS ? self->reals[output] : self->integers;
}

/// Arguments of numpy.empty.
static PyObject *shape_arguments(const Runner *self, Wanted wanted, int output, Py_ssize_t count) {
  if (wanted == CLASSES) return Py_BuildValue("((n)O)", count, self->int32);
  return Py_BuildValue("((nn)O)", count, width(self, wanted, output), type_of(self, wanted));
}

static PyObject *new_array(const Runner *self, Wanted wanted, int output, Py_ssize_t count) {
  if (count == 1 && output == 0) return PyObject_Call(self->empty, self->one[wanted], NULL);
  PyObject *arguments = shape_arguments(self, wanted, output, count);
  PyObject *made = arguments ? PyObject_Call(self->empty, arguments, NULL) : NULL;
  Py_XDECREF(arguments);
  return made;
}

static int place_array(const Runner *self, PyObject *array, Wanted wanted, octet_destination *destination) {
  char *start = array ? address(self, array) : NULL;
  if (!start) return 0;
  destination->reals = wanted == REALS ? (float *)start : NULL;
  destination->integers = wanted == INTEGERS ? (int32_t *)start : NULL;
  destination->classes = wanted == CLASSES ? (int32_t *)start : NULL;
  return 1;
}

// MARK: sessions

/// A session of its own for a call. Null with an exception set.
static octet_host_session *take_session(Runner *self) {
  if (self->free_count) return self->free[--self->free_count];
  octet_host_session *session = NULL;
  // Another thread may have closed the model while Python prepared the items.
  return succeeded(self, self->model ? self->open_session(self->model, &session) : CLOSED) ? session : NULL;
}

static void give_back(Runner *self, octet_host_session *session) {
  if (self->model && self->free_count < MOST_FREE) {
    self->free[self->free_count++] = session;
  } else {
    self->close_session(session);
  }
}

static int compute(Runner *self, int type, const char *data, Py_ssize_t count, const octet_destination *destinations,
                   int outputs) {
  octet_host_session *session = take_session(self);
  if (!session) return 0;
  int status;
  Py_BEGIN_ALLOW_THREADS
  status = self->run(session, type, data, (size_t)count, destinations, (size_t)outputs);
  Py_END_ALLOW_THREADS
  int done = succeeded(self, status);
  give_back(self, session);
  return done;
}

// MARK: calls

static PyObject *run_first(Runner *self, PyObject *object, Wanted wanted) {
  char *data;
  int type;
  Py_ssize_t count;
  PyObject *items = read_items(self, object, &data, &type, &count);
  if (!items) return NULL;
  octet_destination destination;
  PyObject *result = new_array(self, wanted, 0, count);
  if (!place_array(self, result, wanted, &destination) || !compute(self, type, data, count, &destination, 1)) {
    Py_XDECREF(result);
    result = NULL;
  }
  Py_DECREF(items);
  return result;
}

static PyObject *runner_reals(PyObject *self, PyObject *object) { return run_first((Runner *)self, object, REALS); }

static PyObject *runner_integers(PyObject *self, PyObject *object) {
  return run_first((Runner *)self, object, INTEGERS);
}

static PyObject *runner_classes(PyObject *self, PyObject *object) {
  return run_first((Runner *)self, object, CLASSES);
}

static PyObject *runner_every(PyObject *object_self, PyObject *object) {
  Runner *self = (Runner *)object_self;
  char *data;
  int type;
  Py_ssize_t count;
  PyObject *items = read_items(self, object, &data, &type, &count);
  if (!items) return NULL;
  octet_destination destinations[MOST_OUTPUTS];
  PyObject *results = PyList_New(0);
  int done = results != NULL;
  for (int output = 0; done && output < self->output_count; output++) {
    PyObject *result = new_array(self, REALS, output, count);
    done = place_array(self, result, REALS, &destinations[output]) && PyList_Append(results, result) == 0;
    Py_XDECREF(result);
  }
  if (!done || !compute(self, type, data, count, destinations, self->output_count)) {
    Py_XDECREF(results);
    results = NULL;
  }
  Py_DECREF(items);
  return results;
}

/// Classes and reals of the first output, of one run.
static PyObject *runner_answers(PyObject *object_self, PyObject *object) {
  Runner *self = (Runner *)object_self;
  char *data;
  int type;
  Py_ssize_t count;
  PyObject *items = read_items(self, object, &data, &type, &count);
  if (!items) return NULL;
  octet_destination destination = {NULL, NULL, NULL}, classes_place;
  PyObject *reals = new_array(self, REALS, 0, count);
  PyObject *classes = new_array(self, CLASSES, 0, count);
  int done = place_array(self, reals, REALS, &destination) && place_array(self, classes, CLASSES, &classes_place);
  if (done) {
    destination.classes = classes_place.classes;
    done = compute(self, type, data, count, &destination, 1);
  }
  PyObject *result = done ? Py_BuildValue("OO", classes, reals) : NULL;
  Py_XDECREF(classes);
  Py_XDECREF(reals);
  Py_DECREF(items);
  return result;
}

/// pictures(source, array of addresses and sizes, count, whether reals are wanted): classes, reals or None, and
/// addresses of errors.
static PyObject *runner_pictures(PyObject *object_self, PyObject *arguments) {
  Runner *self = (Runner *)object_self;
  int source, wants_reals;
  PyObject *array;
  Py_ssize_t count;
  if (!PyArg_ParseTuple(arguments, "iOnp", &source, &array, &count, &wants_reals)) return NULL;
  if (!self->model) {
    succeeded(self, CLOSED);
    return NULL;
  }
  octet_destination destination, reals_place = {NULL, NULL, NULL};
  PyObject *classes = new_array(self, CLASSES, 0, count);
  PyObject *reals = wants_reals ? new_array(self, REALS, 0, count) : NULL;
  PyObject *errors = PyObject_CallFunction(self->empty, "nO", count, self->pointer);
  char *pictures = address(self, array);
  char *error_places = errors ? address(self, errors) : NULL;
  int done = pictures && error_places && place_array(self, classes, CLASSES, &destination) &&
             (!wants_reals || place_array(self, reals, REALS, &reals_place));
  octet_host_session *session = done ? take_session(self) : NULL;
  if (session) {
    if (wants_reals) destination.reals = reals_place.reals;
    int status;
    Py_BEGIN_ALLOW_THREADS
    status = self->run_pictures(session, source, (const octet_bytes *)pictures, (size_t)count, &destination, 1,
                                (char **)error_places);
    Py_END_ALLOW_THREADS
    done = succeeded(self, status);
    give_back(self, session);
  } else {
    done = 0;
  }
  PyObject *result = done ? Py_BuildValue("OOO", classes, reals ? reals : Py_None, errors) : NULL;
  Py_XDECREF(classes);
  Py_XDECREF(reals);
  Py_XDECREF(errors);
  return result;
}

static void close_all(Runner *self) {
  self->model = NULL;
  while (self->free_count) self->close_session(self->free[--self->free_count]);
}

static PyObject *runner_close(PyObject *self, PyObject *unused) {
  (void)unused;
  close_all((Runner *)self);
  Py_RETURN_NONE;
}

// MARK: the type

static PyObject *runner_new(PyTypeObject *type, PyObject *arguments, PyObject *names) {
  (void)names;
  allocfunc allocate = (allocfunc)PyType_GetSlot(type, Py_tp_alloc);
  Runner *self = (Runner *)allocate(type, 0);
  if (!self) return NULL;
  unsigned long long run, run_pictures, open_session, close_session, model;
  PyObject *sides, *reals;
  if (!PyArg_ParseTuple(arguments, "(KKKK)KnO!O!npO(OOO)OOOOO:Runner", &run, &run_pictures, &open_session,
                        &close_session, &model, &self->values, &PyTuple_Type, &sides, &PyTuple_Type, &reals,
                        &self->integers, &self->reads_arrays, &self->ndarray, &self->types[0], &self->types[1],
                        &self->types[2], &self->int32, &self->pointer, &self->empty, &self->prepare, &self->fail)) {
    // Nothing of it is owned yet.
    self->ndarray = self->types[0] = self->types[1] = self->types[2] = self->int32 = self->pointer = NULL;
    self->empty = self->prepare = self->fail = NULL;
    Py_DECREF(self);
    return NULL;
  }
  PyObject *owned[] = {self->ndarray, self->types[0], self->types[1], self->types[2], self->int32,
                       self->pointer, self->empty,    self->prepare,  self->fail};
  for (size_t place = 0; place < sizeof owned / sizeof owned[0]; place++) Py_INCREF(owned[place]);
  memcpy(&self->run, &run, sizeof self->run);
  memcpy(&self->run_pictures, &run_pictures, sizeof self->run_pictures);
  memcpy(&self->open_session, &open_session, sizeof self->open_session);
  memcpy(&self->close_session, &close_session, sizeof self->close_session);
  self->side_count = (int)PyTuple_Size(sides);
  self->output_count = (int)PyTuple_Size(reals);
  if (self->side_count > 3 || self->output_count > MOST_OUTPUTS || self->values < 1) {
    PyErr_SetString(PyExc_ValueError, "a model has at most three sides and 64 outputs");
    Py_DECREF(self);
    return NULL;
  }
  for (int side = 0; side < self->side_count; side++) {
    self->sides[side] = PyLong_AsSsize_t(PyTuple_GetItem(sides, side));
  }
  for (int output = 0; output < self->output_count; output++) {
    self->reals[output] = PyLong_AsSsize_t(PyTuple_GetItem(reals, output));
  }
  for (int wanted = REALS; wanted <= CLASSES; wanted++) {
    self->one[wanted] = shape_arguments(self, (Wanted)wanted, 0, 1);
  }
  if (PyErr_Occurred()) {
    Py_DECREF(self);
    return NULL;
  }
  self->model = (const octet_host_model *)(uintptr_t)model;
  return (PyObject *)self;
}

static void runner_dealloc(PyObject *object) {
  Runner *self = (Runner *)object;
  if (self->close_session) close_all(self);
  PyObject *owned[] = {self->ndarray, self->types[0], self->types[1], self->types[2], self->int32,  self->pointer,
                       self->empty,   self->prepare,  self->fail,     self->one[0],   self->one[1], self->one[2]};
  for (size_t place = 0; place < sizeof owned / sizeof owned[0]; place++) Py_XDECREF(owned[place]);
  PyTypeObject *type = Py_TYPE(object);
  freefunc release = (freefunc)PyType_GetSlot(type, Py_tp_free);
  release(object);
  Py_DECREF((PyObject *)type);
}

static PyMethodDef runner_methods[] = {
    {"reals", runner_reals, METH_O, "Probabilities or numbers of the first output."},
    {"integers", runner_integers, METH_O, "The integers of the first output."},
    {"classes", runner_classes, METH_O, "The class of each item, by its number."},
    {"answers", runner_answers, METH_O, "Classes, and probabilities or numbers of the first output."},
    {"every", runner_every, METH_O, "Probabilities or numbers of all outputs."},
    {"pictures", runner_pictures, METH_VARARGS, "Classes, probabilities and errors of pictures."},
    {"close", runner_close, METH_NOARGS, "Ends all use of the model."},
    {NULL, NULL, 0, NULL},
};

static PyType_Slot runner_slots[] = {
    {Py_tp_new, (void *)runner_new},
    {Py_tp_dealloc, (void *)runner_dealloc},
    {Py_tp_methods, runner_methods},
    {0, NULL},
};

static PyType_Spec runner_spec = {"octet._runner.Runner", sizeof(Runner), 0, Py_TPFLAGS_DEFAULT, runner_slots};

/// layout(array): address, axes and their places, flags and type as this file reads them.
static PyObject *layout(PyObject *module, PyObject *object) {
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

static PyMethodDef module_methods[] = {
    {"layout", layout, METH_O, "What is read of an array."},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef module = {
    PyModuleDef_HEAD_INIT, "octet._runner", NULL, -1, module_methods, NULL, NULL, NULL, NULL};

PyMODINIT_FUNC PyInit__runner(void) {
  PyObject *made = PyModule_Create(&module);
  PyObject *type = made ? PyType_FromSpec(&runner_spec) : NULL;
  if (!type || PyModule_AddObject(made, "Runner", type) != 0) {
    Py_XDECREF(type);
    Py_XDECREF(made);
    return NULL;
  }
  return made;
}
