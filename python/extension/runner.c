// A model's runner: its sessions, the calls of Python, and the type.
#include "runner.h"

int runner_succeeded(const Runner *self, int status) {
  if (!status) return 1;
  PyObject *none = PyObject_CallFunction(self->fail, "i", status);
  Py_XDECREF(none);
  return 0;
}

// MARK: sessions

/// A session of its own for a call. Null with an exception set.
static octet_host_session *take_session(Runner *self) {
  if (self->free_count) return self->free[--self->free_count];
  octet_host_session *session = NULL;
  // Another thread may have closed the model while Python prepared the items.
  return runner_succeeded(self, self->model ? self->open_session(self->model, &session) : CLOSED) ? session : NULL;
}

static void give_back(Runner *self, octet_host_session *session) {
  if (self->model && self->free_count < MOST_FREE) {
    self->free[self->free_count++] = session;
  } else {
    self->close_session(session);
  }
}

static int compute(Runner *self, const Items *items, const octet_destination *destinations, int outputs) {
  octet_host_session *session = take_session(self);
  if (!session) return 0;
  int status;
  Py_BEGIN_ALLOW_THREADS
  status = self->run(session, items->type, items->data, (size_t)items->count, destinations, (size_t)outputs);
  Py_END_ALLOW_THREADS
  int done = runner_succeeded(self, status);
  give_back(self, session);
  return done;
}

// MARK: calls

static PyObject *run_first(Runner *self, PyObject *object, Wanted wanted) {
  Items items;
  if (!runner_items(self, object, &items)) return NULL;
  octet_destination destination;
  PyObject *result = runner_array(self, wanted, 0, items.count);
  if (!runner_place(self, result, wanted, &destination) || !compute(self, &items, &destination, 1)) {
    Py_XDECREF(result);
    result = NULL;
  }
  Py_DECREF(items.owner);
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
  Items items;
  if (!runner_items(self, object, &items)) return NULL;
  octet_destination destinations[MOST_OUTPUTS];
  PyObject *results = PyList_New(0);
  int done = results != NULL;
  for (int output = 0; done && output < self->output_count; output++) {
    PyObject *result = runner_array(self, REALS, output, items.count);
    done = runner_place(self, result, REALS, &destinations[output]) && PyList_Append(results, result) == 0;
    Py_XDECREF(result);
  }
  if (!done || !compute(self, &items, destinations, self->output_count)) {
    Py_XDECREF(results);
    results = NULL;
  }
  Py_DECREF(items.owner);
  return results;
}

/// Classes and reals of the first output, of one run.
static PyObject *runner_answers(PyObject *object_self, PyObject *object) {
  Runner *self = (Runner *)object_self;
  Items items;
  if (!runner_items(self, object, &items)) return NULL;
  octet_destination destination = {NULL, NULL, NULL}, classes_place;
  PyObject *reals = runner_array(self, REALS, 0, items.count);
  PyObject *classes = runner_array(self, CLASSES, 0, items.count);
  int done = runner_place(self, reals, REALS, &destination) && runner_place(self, classes, CLASSES, &classes_place);
  if (done) {
    destination.classes = classes_place.classes;
    done = compute(self, &items, &destination, 1);
  }
  PyObject *result = done ? Py_BuildValue("OO", classes, reals) : NULL;
  Py_XDECREF(classes);
  Py_XDECREF(reals);
  Py_DECREF(items.owner);
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
    runner_succeeded(self, CLOSED);
    return NULL;
  }
  octet_destination destination, reals_place = {NULL, NULL, NULL};
  PyObject *classes = runner_array(self, CLASSES, 0, count);
  PyObject *reals = wants_reals ? runner_array(self, REALS, 0, count) : NULL;
  PyObject *errors = PyObject_CallFunction(self->empty, "nO", count, self->pointer);
  char *pictures = runner_address(self, array);
  char *error_places = errors ? runner_address(self, errors) : NULL;
  int done = pictures && error_places && runner_place(self, classes, CLASSES, &destination) &&
             (!wants_reals || runner_place(self, reals, REALS, &reals_place));
  octet_host_session *session = done ? take_session(self) : NULL;
  if (session) {
    if (wants_reals) destination.reals = reals_place.reals;
    int status;
    Py_BEGIN_ALLOW_THREADS
    status = self->run_pictures(session, source, (const octet_bytes *)pictures, (size_t)count, &destination, 1,
                                (char **)error_places);
    Py_END_ALLOW_THREADS
    done = runner_succeeded(self, status);
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
    self->one[wanted] = runner_shape(self, (Wanted)wanted, 0, 1);
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

static PyMethodDef module_methods[] = {
    {"layout", runner_layout, METH_O, "What is read of an array."},
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
