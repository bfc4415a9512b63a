/* decorator_type.c - @emitter.on("event"): what on(), once() and the prepend_ forms return without a listener.
 *
 * Owns: the emitter and the event's name. */
#include "py/base/args.h"
#include "py/events/emitter.h"

typedef struct {
    PyObject_HEAD
    PyObject *emitter;
    PyObject *name;
    bool once;
    bool prepend;
} PnDecorator;

PyObject *
pn_decorator_new(PnEmitter *e, PyObject *name, bool once, bool prepend)
{
    PnDecorator *self = PyObject_GC_New(PnDecorator, e->st->ListenerDecorator);
    if (self == NULL)
        return NULL;
    self->emitter = Py_NewRef((PyObject *)e);
    self->name = Py_NewRef(name);
    self->once = once;
    self->prepend = prepend;
    PyObject_GC_Track((PyObject *)self);
    return (PyObject *)self;
}

static PyObject *
decorator_call(PyObject *op, PyObject *args, PyObject *kwargs)
{
    PnDecorator *self = (PnDecorator *)(void *)op;
    if (PyTuple_GET_SIZE(args) != 1 || (kwargs != NULL && PyDict_GET_SIZE(kwargs) > 0)) {
        PyErr_SetString(PyExc_TypeError, "a listener decorator takes the function and nothing else");
        return NULL;
    }
    PyObject *fn = PyTuple_GET_ITEM(args, 0);
    if (self->emitter == NULL)
        return Py_NewRef(fn);
    PnEmitter *e = PN_EMITTER(self->emitter);
    if (pn_check_callable(e->st, fn, "listener") < 0 ||
        pn_add_listener(e, self->name, fn, self->once, self->prepend) < 0)
        return NULL;
    return Py_NewRef(fn);
}

static int
decorator_traverse(PyObject *op, visitproc visit, void *arg)
{
    PnDecorator *self = (PnDecorator *)(void *)op;
    Py_VISIT(Py_TYPE(op));
    Py_VISIT(self->emitter);
    Py_VISIT(self->name);
    return 0;
}

static int
decorator_clear(PyObject *op)
{
    PnDecorator *self = (PnDecorator *)(void *)op;
    Py_CLEAR(self->emitter);
    Py_CLEAR(self->name);
    return 0;
}

static void
decorator_dealloc(PyObject *op)
{
    PyTypeObject *type = Py_TYPE(op);
    PyObject_GC_UnTrack(op);
    Py_TRASHCAN_BEGIN(op, decorator_dealloc) /* names may form long chains */
        (void) decorator_clear(op);
    type->tp_free(op);
    Py_DECREF(type);
    Py_TRASHCAN_END
}

static PyType_Slot decorator_slots[] = {
    {Py_tp_doc, "Registers the function it decorates as a listener, and returns it unchanged."},
    {Py_tp_call, decorator_call},
    {Py_tp_traverse, decorator_traverse},
    {Py_tp_clear, decorator_clear},
    {Py_tp_dealloc, decorator_dealloc},
    {0, NULL},
};

PyType_Spec pn_decorator_spec = {
    .name = "pynet.ListenerDecorator",
    .basicsize = sizeof(PnDecorator),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_DISALLOW_INSTANTIATION | Py_TPFLAGS_IMMUTABLETYPE,
    .slots = decorator_slots,
};
