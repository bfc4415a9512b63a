/* drive_type.c - embed(): the loop of a host, such as asyncio's, Qt's or Tk's, runs the turns on its thread.
 *
 * The host watches the descriptor of a Drive and calls its step(), which runs one turn without the wait. Whatever changes
 * outside of step() wakes the host by the loop's wake pipe, also on its own thread: a call of wake() would run user code
 * in the middle of any method. Only step() itself calls wake(), at its end.
 *
 * Threads: step() runs on the thread that called embed(); close() may come from any thread. The host owns the Drive, by
 * the bound method step(). When the host drops it, pynet is detached. */
#include "py/base/args.h"
#include "py/base/errors.h"
#include "py/loop/driver.h"
#include "py/loop/tick.h"
#include "uvio/clock.h"
#include "uvio/embed.h"
#include "uvio/platform.h"

typedef struct PnDrive {
    PyObject_HEAD
    PnState *st; /* borrowed */
    unsigned generation;
    bool closing;                     /* close() was called within step() */
    bool background;                  /* the background thread was driving */
    PyObject *host, *wake, *uncaught; /* may be NULL; see struct pn_driver */
    PyObject *host_name;              /* what str() gives the name of the host for messages */
} PnDrive;

#define DRIVE(op) ((PnDrive *)(void *)(op))

/* --- attaching and detaching --- */

static bool
is_attached(const PnDrive *self)
{
    return self->st->driver.drive == self && self->st->generation == self->generation;
}

static void
forget_host(struct pn_driver *d)
{
    d->drive = NULL;
    d->host = d->host_name = d->host_uncaught = NULL;
    d->automatic = false;
    d->mode = PN_IDLE;
}

void
pn_drive_cut(PnState *st)
{
    forget_host(&st->driver);
    pn_times_stop(&st->loop->times, uv_hrtime());
    if (st->loop->dead)
        pn_embed_mute(st->loop);
    else
        pn_embed_close(st->loop);
    st->loop->halted = 0;
    pn_driver_notify_all(st);
}

/* Keeps the exception that is set. */
static void
detach(PnDrive *self)
{
    PnState *st = self->st;
    bool background = self->background;
    pn_drive_cut(st);
    if (!st->closed && !st->loop->dead)
        pn_driver_resume(st, background);
}

/* RuntimeError when a host cannot be attached now; `name` is that of the host. */
static int
check_embed(PnState *st, PyObject *name)
{
    const struct pn_driver *d = &st->driver;
    if (d->mode == PN_FOREGROUND)
        PyErr_Format(
            PyExc_RuntimeError,
            "pynet cannot be attached to %S: run() drives its loop, on thread %lu. Call pynet.stop(), and attach "
            "when run() has returned",
            name, d->thread);
    else if (d->mode == PN_ATTACHED)
        PyErr_Format(
            PyExc_RuntimeError,
            "pynet cannot be attached to %S: it is attached to %S already, on thread %lu. Detach it there first: "
            "leave pynet.aio.attached() or aio.run(), or close() the drive of embed()",
            name, d->host_name, d->thread);
    else if (pn_in_callback(st))
        PyErr_Format(
            PyExc_RuntimeError,
            "pynet cannot be attached to %S inside a listener: the loop is running. Attach where the host calls", name);
    else if (pn_in_turn(st))
        PyErr_Format(PyExc_RuntimeError, "pynet cannot be attached to %S inside a turn() block. Attach before it",
                     name);
    else
        return 0;
    return -1;
}

/* The exception of wake() leaves step(). The host's next turn comes all the same. */
static int
call_wake(PnDrive *self)
{
    PyObject *step = PyObject_GetAttrString((PyObject *)self, "step");
    PyObject *result = step != NULL ? PyObject_CallOneArg(self->wake, step) : NULL;
    Py_XDECREF(step);
    Py_XDECREF(result);
    if (result != NULL)
        return 0;
    if (is_attached(self))
        pn_loop_wake(self->st->loop);
    return -1;
}

/* A turn is over: tells the host when the next one is due. A new reference to what step() returns; keeps the
 * exception that is set, and is NULL then. */
static PyObject *
rest(PnDrive *self)
{
    PnState *st = self->st;
    uint64_t ended = pn_clock();
    pn_times_wait(&st->loop->times, ended);
    int64_t timeout = pn_driver_timeout(st, ended);
    bool now = timeout == 0;
    if (pn_embed_rest(st->loop, timeout, self->wake == NULL || PyErr_Occurred() != NULL) != 0) {
        (void)pn_raise_dead_loop(st);
        if (is_attached(self))
            pn_drive_cut(st);
        return NULL;
    }
    if (PyErr_Occurred() || (now && self->wake != NULL && call_wake(self) < 0))
        return NULL;
    if (timeout < 0)
        Py_RETURN_NONE;
    return now ? PyLong_FromLong(0) : PyFloat_FromDouble((double)timeout / 1e9);
}

/* --- step() --- */

/* A listener has raised KeyboardInterrupt or SystemExit. */
static void
raise_exit(PnState *st)
{
    PyObject *exc = st->uncaught;
    st->uncaught = NULL;
    st->loop->halted = 0;
    if (exc != NULL)
        (void)pn_raise(exc);
}

static PyObject *
end_step(PnDrive *self)
{
    PnState *st = self->st;
    pn_dispatch_end(st);
    if (st->closed) {
        pn_drive_cut(st);
        Py_RETURN_NONE;
    }
    if (st->loop->dead) {
        (void)pn_raise_dead_loop(st);
        if (is_attached(self))
            pn_drive_cut(st);
        return NULL;
    }
    raise_exit(st);
    if (!self->closing)
        return rest(self);
    detach(self);
    return PyErr_Occurred() ? NULL : Py_NewRef(Py_None);
}

static PyObject *
drive_step(PyObject *op, PyObject *unused)
{
    PnDrive *self = DRIVE(op);
    PnState *st = self->st;
    struct pn_driver *d = &st->driver;
    (void)unused;
    if (!is_attached(self)) /* the host may have had this call in its queue */
        Py_RETURN_NONE;
    if (d->thread != PyThread_get_thread_ident())
        return PyErr_Format(
            PyExc_RuntimeError,
            "step() was called on thread %lu, but embed() for %S on thread %lu. Call both on the thread "
            "of the host's loop",
            PyThread_get_thread_ident(), self->host_name, d->thread);
    if (d->dispatching || d->holds > 0) {
        /* A listener runs the loop of the host, or a turn() block is open: the end of either wakes the host. */
        pn_embed_silence(st->loop);
        Py_RETURN_NONE;
    }
    pn_embed_begin(st->loop);
    struct pn_times *times = &st->loop->times;
    uint64_t now = pn_clock();
    pn_times_turn(times, times->wait_since != 0 ? times->wait_since : now, now);
    unsigned generation = st->generation;
    d->dispatching = true;
    st->callback_thread = PyThreadState_Get();
    pn_dispatch(st);
    return st->generation == generation ? end_step(self) : Py_NewRef(Py_None);
}

/* --- the other methods --- */

static PyObject *
drive_fileno(PyObject *op, PyObject *unused)
{
    (void)unused;
    PnDrive *self = DRIVE(op);
    return PyLong_FromLong(is_attached(self) ? self->st->loop->embed.fd : -1);
}

static PyObject *
drive_close(PyObject *op, PyObject *unused)
{
    (void)unused;
    PnDrive *self = DRIVE(op);
    if (!is_attached(self))
        Py_RETURN_NONE;
    if (self->st->driver.dispatching)
        self->closing = true;
    else
        detach(self);
    Py_RETURN_NONE;
}

static PyObject *
drive_enter(PyObject *op, PyObject *unused)
{
    (void)unused;
    return Py_NewRef(op);
}

static PyObject *
drive_exit(PyObject *op, PyObject *const *args, Py_ssize_t nargs)
{
    (void)args;
    (void)nargs;
    return drive_close(op, NULL);
}

static PyObject *
drive_closed(PyObject *op, void *unused)
{
    (void)unused;
    return PyBool_FromLong(!is_attached(DRIVE(op)) || DRIVE(op)->closing);
}

static PyObject *
drive_host(PyObject *op, void *unused)
{
    (void)unused;
    PyObject *host = DRIVE(op)->host;
    return Py_NewRef(host != NULL ? host : Py_None);
}

static PyObject *
drive_automatic(PyObject *op, void *unused)
{
    (void)unused;
    return PyBool_FromLong(is_attached(DRIVE(op)) && DRIVE(op)->st->driver.automatic);
}

static int
drive_set_automatic(PyObject *op, PyObject *value, void *unused)
{
    (void)unused;
    if (is_attached(DRIVE(op)))
        DRIVE(op)->st->driver.automatic = value == Py_True;
    return 0;
}

static PyObject *
drive_repr(PyObject *op)
{
    PnDrive *self = DRIVE(op);
    if (!is_attached(self))
        return PyUnicode_FromString("<pynet.Drive closed>");
    return PyUnicode_FromFormat("<pynet.Drive of %S, fd=%d>", self->host_name, self->st->loop->embed.fd);
}

/* --- embed() --- */

const char pn_embed_doc[] =
    "embed(wake=None, *, host=None, uncaught=None)\n--\n\n"
    "Attaches pynet to the loop of a host, which then runs pynet's loop on the calling thread. Returns a Drive.\n"
    "The host watches drive.fileno() for reading, and calls drive.step() whenever it is readable. Listeners run\n"
    "within step(). So they may use everything that the host allows on its thread. drive.close() ends it.\n\n"
    "wake requests another step: pynet calls wake(drive.step) at the end of a step() if another one is due at\n"
    "once, and the host calls drive.step in its next turn (loop.call_soon). Without wake the descriptor becomes\n"
    "readable again. host is any object; messages name it. uncaught(exc, emitter) gets an exception that leaves\n"
    "a listener, before the connection concerned is destroyed; without it threading.excepthook does. step()\n"
    "raises KeyboardInterrupt and SystemExit.\n\n"
    "If the background thread was driving, it stops, and starts again after close(). Raises RuntimeError while\n"
    "run() is active, while pynet is already attached to a host, inside a listener and inside turn(); TypeError\n"
    "(ERR_INVALID_ARG_TYPE) if wake or uncaught is not callable, or is a coroutine function.";

static int
parse_embed(PnState *st, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames, PyObject **a)
{
    static const char *const names[] = {"wake", "host", "uncaught", NULL};
    if (pn_unpack_keyword_only("embed", names, 0, 1, args, nargs, kwnames, a) < 0)
        return -1;
    for (int i = 0; i < 3; i++) {
        if (a[i] == Py_None)
            a[i] = NULL;
    }
    if (a[0] != NULL && pn_check_callable(st, a[0], "wake") < 0)
        return -1;
    return a[2] != NULL ? pn_check_callable(st, a[2], "uncaught") : 0;
}

static PyObject *
make_drive(PnState *st, PyObject *const *a)
{
    PyObject *name = a[1] != NULL ? Py_NewRef(a[1]) : PyUnicode_FromString("the loop of a host");
    PyObject *op = name != NULL ? st->Drive->tp_alloc(st->Drive, 0) : NULL;
    if (op == NULL) {
        Py_XDECREF(name);
        return NULL;
    }
    PnDrive *self = DRIVE(op);
    self->st = st;
    self->host_name = name;
    self->wake = Py_XNewRef(a[0]);
    self->host = Py_XNewRef(a[1]);
    self->uncaught = Py_XNewRef(a[2]);
    return op;
}

static int
attach(PnDrive *self)
{
    PnState *st = self->st;
    struct pn_driver *d = &st->driver;
    if (check_embed(st, self->host_name) < 0 || pn_state_loop(st) == NULL)
        return -1;
    self->background = d->mode == PN_BACKGROUND || d->starting;
    if (pn_take_over(st, PN_ATTACHED, check_embed, self->host_name) < 0)
        return -1;
    self->generation = st->generation;
    int status = pn_embed_open(st->loop);
    if (status != 0) {
        forget_host(d);
        pn_raise_uv(st, status, "epoll_create");
        pn_driver_resume(st, self->background);
        return -1;
    }
    d->drive = self;
    d->host = self->host;
    d->host_name = self->host_name;
    d->host_uncaught = self->uncaught;
    st->loop->halted = 0;
    PyObject *result = rest(self);
    Py_XDECREF(result);
    return result != NULL ? 0 : -1;
}

PyObject *
pn_embed(PyObject *module, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    PnState *st = pn_state_of_module(module);
    PyObject *a[3];
    if (!PN_HAS_EMBED)
        return pn_raise_unavailable(st, "embed()");
    PyObject *op = parse_embed(st, args, nargs, kwnames, a) < 0 ? NULL : make_drive(st, a);
    if (op != NULL && attach(DRIVE(op)) < 0) {
        if (is_attached(DRIVE(op)))
            detach(DRIVE(op));
        Py_CLEAR(op);
    }
    return op;
}

PyObject *
pn_attached(PyObject *module, PyObject *unused)
{
    (void)unused;
    PyObject *op = (PyObject *)(void *)pn_state_of_module(module)->driver.drive;
    return Py_NewRef(op == NULL || pn_is_dying(op) ? Py_None : op);
}

PyObject *
pn_is_attached_to(PyObject *module, PyObject *loop)
{
    return PyBool_FromLong(pn_attached_to(pn_state_of_module(module), loop));
}

/* --- lifetime --- */

static int
drive_traverse(PyObject *op, visitproc visit, void *arg)
{
    PnDrive *self = DRIVE(op);
    Py_VISIT(Py_TYPE(op));
    Py_VISIT(self->host);
    Py_VISIT(self->host_name);
    Py_VISIT(self->wake);
    Py_VISIT(self->uncaught);
    return 0;
}

static int
drive_clear(PyObject *op)
{
    PnDrive *self = DRIVE(op);
    if (is_attached(self))
        pn_drive_cut(self->st);
    Py_CLEAR(self->host);
    Py_CLEAR(self->host_name);
    Py_CLEAR(self->wake);
    Py_CLEAR(self->uncaught);
    return 0;
}

static void
drive_dealloc(PyObject *op)
{
    PyTypeObject *type = Py_TYPE(op);
    PnDrive *self = DRIVE(op);
    PnState *st = self->st;
    PyObject_GC_UnTrack(op);
    bool attached = st != NULL && is_attached(self);
    bool background = self->background;
    (void)drive_clear(op);
    type->tp_free(op);
    Py_DECREF(type);
    if (attached && !st->closed && st->loop != NULL && !st->loop->dead)
        pn_driver_resume(st, background);
}

/* --- tables --- */

static PyMethodDef drive_methods[] = {
    {"fileno", drive_fileno, METH_NOARGS,
     "fileno($self, /)\n--\n\n"
     "Returns the descriptor that the host watches for reading, or -1 after close()."},
    {"step", drive_step, METH_NOARGS,
     "step($self, /)\n--\n\n"
     "Runs one turn of the loop, without waiting. Returns 0 if another one is due at once, the seconds until the\n"
     "next timer, or None. A host may ignore the result: the descriptor becomes readable in time. Does nothing\n"
     "after close(), inside a listener, and while a turn() block is open. Raises KeyboardInterrupt and\n"
     "SystemExit of a listener, an exception of wake(), and RuntimeError on any other thread than that of\n"
     "embed()."},
    {"close", drive_close, METH_NOARGS,
     "close($self, /)\n--\n\n"
     "Detaches pynet from the host; inside a listener at the end of the step(). The host must no longer watch\n"
     "the descriptor. Sockets and servers stay open. The next call that needs the loop starts the background\n"
     "thread, unless pynet is attached again. Any thread may call it. A second call does nothing."},
    {"__enter__", drive_enter, METH_NOARGS, NULL},
    {"__exit__", PN_FASTCALL(drive_exit), METH_FASTCALL, NULL},
    {NULL, NULL, 0, NULL},
};

static PyGetSetDef drive_getset[] = {
    {"closed", drive_closed, NULL, "True after close(), and when the host no longer exists.", NULL},
    {"host", drive_host, NULL, "The argument host of embed(), or None.", NULL},
    {"_automatic", drive_automatic, drive_set_automatic, NULL, NULL},
    {NULL, NULL, NULL, NULL, NULL},
};

static PyType_Slot drive_slots[] = {
    {Py_tp_doc,
     "The result of embed(): the loop of a host runs pynet's loop through it. As a context manager, it is closed\n"
     "at the end of the block."},
    {Py_tp_methods, drive_methods},
    {Py_tp_getset, drive_getset},
    {Py_tp_repr, drive_repr},
    {Py_tp_traverse, drive_traverse},
    {Py_tp_clear, drive_clear},
    {Py_tp_dealloc, drive_dealloc},
    {0, NULL},
};

PyType_Spec pn_drive_spec = {
    .name = "pynet.Drive",
    .basicsize = sizeof(PnDrive),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_DISALLOW_INSTANTIATION,
    .slots = drive_slots,
};
