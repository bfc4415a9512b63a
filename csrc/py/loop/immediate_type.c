/* immediate_type.c - set_immediate(), clear_immediate(), the type Immediate; runs immediates in the loop's check phase.
 *
 * Owns: the callback and its arguments, until it has run or is cleared. */
#include "py/base/args.h"
#include "py/base/errors.h"
#include "py/loop/driver.h"
#include "py/loop/tick.h"
#include "py/loop/timer_types.h"

typedef struct {
    PyObject_HEAD
    PnState *st;        /* borrowed */
    PyObject *callback; /* own; NULL when run or cleared */
    PyObject *args;     /* own: a tuple */
    unsigned generation;
    bool referenced;
} PnImmediate;

/* --- helpers --- */

static void
count_ref(PnImmediate *self, bool referenced)
{
    PnState *st = self->st;
    if (self->referenced == referenced)
        return;
    self->referenced = referenced;
    if (self->callback == NULL || self->generation != st->generation)
        return;
    if (referenced)
        st->immediates_referenced++;
    else
        st->immediates_referenced--;
}

/* Takes the callback out, to run or to clear it. New references; false when it was taken before. */
static bool
take(PnImmediate *self, PyObject **callback, PyObject **args)
{
    if (self->callback == NULL)
        return false;
    if (self->referenced && self->generation == self->st->generation)
        self->st->immediates_referenced--;
    *callback = self->callback;
    *args = self->args;
    self->callback = NULL;
    self->args = NULL;
    return true;
}

void
pn_immediates_run(struct pn_loop *loop)
{
    PnState *st = loop->data;
    unsigned generation = st->generation;
    struct pn_tick_entry item;
    /* Immediates that are set meanwhile wait for the next turn. */
    for (size_t n = st->immediates.count; n > 0 && !loop->halted && !st->closed; n--) {
        PyObject *callback, *args;
        if (!pn_ring_shift(&st->immediates, &item))
            return;
        if (take((PnImmediate *)(void *)item.self, &callback, &args)) {
            unsigned scope = pn_callback_scope_open(st);
            (void)pn_call(st, NULL, callback, &PyTuple_GET_ITEM(args, 0), (size_t)PyTuple_GET_SIZE(args));
            Py_DECREF(callback);
            Py_DECREF(args);
            pn_callback_scope_close(st, scope);
        }
        Py_DECREF(item.self);
        if (st->generation != generation)
            return;
    }
}

void
pn_immediates_each_referenced(PnState *st, pn_timer_visit visit, void *arg)
{
    const struct pn_ring *ring = &st->immediates;
    for (size_t i = 0; i < ring->count; i++) {
        PnImmediate *self = (PnImmediate *)(void *)ring->items[(ring->head + i) & (ring->capacity - 1)].self;
        if (self->referenced && self->callback != NULL)
            visit((PyObject *)self, self->callback, 0, arg);
    }
}

/* --- functions --- */

const char pn_set_immediate_doc[] =
    "set_immediate(callback, /, *args)\n--\n\n"
    "Calls callback(*args) once, after the I/O of the current turn of the loop. Returns an Immediate. Raises\n"
    "TypeError (ERR_INVALID_ARG_TYPE). Node: setImmediate().";

PyObject *
pn_set_immediate(PyObject *module, PyObject *const *args, Py_ssize_t nargs)
{
    PnState *st = pn_state_of_module(module);
    PyObject *callback = nargs > 0 ? args[0] : Py_None;
    if (pn_check_callable(st, callback, "callback") < 0 || pn_state_loop(st) == NULL)
        return NULL;
    PnImmediate *self = (PnImmediate *)(void *)st->Immediate->tp_alloc(st->Immediate, 0);
    if (self == NULL)
        return NULL;
    self->st = st;
    self->generation = st->generation;
    self->args = PyTuple_New(nargs - 1);
    for (Py_ssize_t i = 1; self->args != NULL && i < nargs; i++)
        PyTuple_SET_ITEM(self->args, i - 1, Py_NewRef(args[i]));
    st->loop->on_check = pn_immediates_run;
    struct pn_tick_entry item = {NULL, (PyObject *)self, NULL};
    if (self->args == NULL || pn_ring_push(&st->immediates, item) < 0) {
        Py_DECREF(self);
        return NULL;
    }
    Py_INCREF(self);
    self->callback = Py_NewRef(callback);
    count_ref(self, true);
    pn_loop_wake(st->loop);
    if (pn_driver_ensure(st) < 0) {
        Py_DECREF(self);
        return NULL;
    }
    return (PyObject *)self;
}

const char pn_clear_immediate_doc[] =
    "clear_immediate(immediate, /)\n--\n\n"
    "Cancels an Immediate. Does nothing if it has run, and for None. Raises TypeError (ERR_INVALID_ARG_TYPE)\n"
    "for anything else. Node: clearImmediate().";

PyObject *
pn_clear_immediate(PyObject *module, PyObject *immediate)
{
    PnState *st = pn_state_of_module(module);
    PyObject *callback, *args;
    if (immediate == Py_None)
        Py_RETURN_NONE;
    if (!PyObject_TypeCheck(immediate, st->Immediate))
        return pn_raise_arg_type("immediate", "an instance of Immediate or None", immediate);
    if (take((PnImmediate *)(void *)immediate, &callback, &args)) {
        Py_DECREF(callback);
        Py_DECREF(args);
    }
    Py_RETURN_NONE;
}

/* --- methods --- */

static PyObject *
immediate_ref(PyObject *op, PyObject *unused)
{
    (void)unused;
    count_ref((PnImmediate *)(void *)op, true);
    return Py_NewRef(op);
}

static PyObject *
immediate_unref(PyObject *op, PyObject *unused)
{
    (void)unused;
    count_ref((PnImmediate *)(void *)op, false);
    return Py_NewRef(op);
}

static PyObject *
immediate_has_ref(PyObject *op, PyObject *unused)
{
    (void)unused;
    return PyBool_FromLong(((PnImmediate *)(void *)op)->referenced);
}

/* --- lifetime --- */

static int
immediate_traverse(PyObject *op, visitproc visit, void *arg)
{
    PnImmediate *self = (PnImmediate *)(void *)op;
    Py_VISIT(Py_TYPE(op));
    Py_VISIT(self->callback);
    Py_VISIT(self->args);
    return 0;
}

static int
immediate_clear(PyObject *op)
{
    PyObject *callback, *args;
    PnImmediate *self = (PnImmediate *)(void *)op;
    if (take(self, &callback, &args)) {
        Py_DECREF(callback);
        Py_DECREF(args);
    }
    Py_CLEAR(self->args);
    return 0;
}

static void
immediate_dealloc(PyObject *op)
{
    PyTypeObject *type = Py_TYPE(op);
    PyObject_GC_UnTrack(op);
    Py_TRASHCAN_BEGIN(op, immediate_dealloc) /* arguments may form long chains */
        (void) immediate_clear(op);
    type->tp_free(op);
    Py_DECREF(type);
    Py_TRASHCAN_END
}

static PyObject *
immediate_repr(PyObject *op)
{
    const PnImmediate *self = (PnImmediate *)(void *)op;
    return PyUnicode_FromFormat("<pynet.Immediate %s>", self->callback != NULL ? "waiting" : "run or cleared");
}

/* --- tables --- */

static PyMethodDef immediate_methods[] = {
    {"ref", immediate_ref, METH_NOARGS,
     "ref($self, /)\n--\n\n"
     "The immediate keeps run() from returning, which is the default. Returns the immediate."},
    {"unref", immediate_unref, METH_NOARGS,
     "unref($self, /)\n--\n\n"
     "The immediate does not keep run() from returning. Returns the immediate."},
    {"has_ref", immediate_has_ref, METH_NOARGS,
     "has_ref($self, /)\n--\n\n"
     "True, unless unref() was called last."},
    {NULL, NULL, 0, NULL},
};

static PyType_Slot immediate_slots[] = {
    {Py_tp_doc, "What set_immediate() returns. Node: class Immediate."},
    {Py_tp_methods, immediate_methods},
    {Py_tp_repr, immediate_repr},
    {Py_tp_traverse, immediate_traverse},
    {Py_tp_clear, immediate_clear},
    {Py_tp_dealloc, immediate_dealloc},
    {0, NULL},
};

PyType_Spec pn_immediate_spec = {
    .name = "pynet.Immediate",
    .basicsize = sizeof(PnImmediate),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_DISALLOW_INSTANTIATION,
    .slots = immediate_slots,
};
