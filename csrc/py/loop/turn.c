/* turn.c - turn(): a block in which nothing is dispatched, so that several calls are one step for the loop. */
#include "py/loop/driver.h"
#include "py/loop/tick.h"

typedef struct {
    PyObject_HEAD
    PnState *st; /* borrowed */
    int entered; /* open __enter__() calls that hold the loop; inside a listener none does */
} PnTurn;

/* --- helpers --- */

static int
add_holder(struct pn_driver *d)
{
    if ((size_t)d->holds == d->holders_size) {
        size_t size = d->holders_size ? d->holders_size * 2 : 8;
        unsigned long *holders = PyMem_RawRealloc(d->holders, size * sizeof(*holders));
        if (holders == NULL) {
            PyErr_NoMemory();
            return -1;
        }
        d->holders = holders;
        d->holders_size = size;
    }
    d->holders[d->holds++] = PyThread_get_thread_ident();
    return 0;
}

static void
remove_holder(PnState *st)
{
    struct pn_driver *d = &st->driver;
    unsigned long me = PyThread_get_thread_ident();
    int i = d->holds - 1;
    while (i >= 0 && d->holders[i] != me)
        i--;
    if (i < 0)
        i = d->holds - 1; /* another thread than the one that entered leaves: only the count matters */
    if (i < 0)
        return;
    d->holders[i] = d->holders[--d->holds];
    if (d->holds > 0)
        return;
    pn_driver_notify_all(st);
    if (d->mode == PN_ATTACHED && st->loop != NULL)
        pn_loop_wake(st->loop); /* the host's calls have done nothing meanwhile */
}

/* --- methods --- */

static PyObject *
turn_enter(PyObject *op, PyObject *unused)
{
    (void)unused;
    PnTurn *self = (PnTurn *)(void *)op;
    PnState *st = self->st;
    unsigned generation = st->generation;
    if (pn_in_callback(st))
        return Py_NewRef(op);
    if (add_holder(&st->driver) < 0)
        return NULL;
    self->entered++;
    while (st->driver.dispatching && st->generation == generation && !st->closed) {
        if (pn_driver_wait(st, 50) < 0) {
            self->entered--;
            remove_holder(st);
            return NULL;
        }
    }
    return Py_NewRef(op);
}

static PyObject *
turn_exit(PyObject *op, PyObject *const *args, Py_ssize_t nargs)
{
    (void)args;
    (void)nargs;
    PnTurn *self = (PnTurn *)(void *)op;
    if (self->entered > 0) {
        self->entered--;
        remove_holder(self->st);
    }
    Py_RETURN_FALSE;
}

const char pn_turn_doc[] =
    "turn()\n--\n\n"
    "with turn(): the loop calls no listener until the block ends. So several calls are one step, as inside a\n"
    "listener. Entering the block waits for the end of the current turn. Any thread may enter it, and blocks\n"
    "may be nested. Inside a listener it does nothing. Don't enter it while you hold a lock that a listener\n"
    "takes.";

PyObject *
pn_turn(PyObject *module, PyObject *unused)
{
    (void)unused;
    PnState *st = pn_state_of_module(module);
    PnTurn *self = PyObject_New(PnTurn, st->Turn);
    if (self == NULL)
        return NULL;
    self->st = st;
    self->entered = 0;
    return (PyObject *)self;
}

/* --- lifetime --- */

static void
turn_dealloc(PyObject *op)
{
    PyTypeObject *type = Py_TYPE(op);
    PnTurn *self = (PnTurn *)(void *)op;
    for (; self->entered > 0; self->entered--)
        remove_holder(self->st);
    type->tp_free(op);
    Py_DECREF(type);
}

static PyObject *
turn_repr(PyObject *op)
{
    const PnTurn *self = (PnTurn *)(void *)op;
    return PyUnicode_FromFormat("<pynet.Turn %s>", self->entered > 0 ? "entered" : "not entered: with pynet.turn():");
}

/* --- tables --- */

static PyMethodDef turn_methods[] = {
    {"__enter__", turn_enter, METH_NOARGS, NULL},
    {"__exit__", PN_FASTCALL(turn_exit), METH_FASTCALL, NULL},
    {NULL, NULL, 0, NULL},
};

static PyType_Slot turn_slots[] = {
    {Py_tp_doc, "The context manager that turn() returns."},
    {Py_tp_methods, turn_methods},
    {Py_tp_repr, turn_repr},
    {Py_tp_dealloc, turn_dealloc},
    {0, NULL},
};

PyType_Spec pn_turn_spec = {
    .name = "pynet.Turn",
    .basicsize = sizeof(PnTurn),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_DISALLOW_INSTANTIATION | Py_TPFLAGS_IMMUTABLETYPE,
    .slots = turn_slots,
};
