/* delay_type.c - monitor_event_loop_delay(): a timer that fires late when the loop is busy, and a histogram of how late.
 *
 * Owns:    the histogram. The armed timer does not own the object: freeing the object disarms it.
 * Threads: the GIL is held everywhere. The timer calls no Python code. */
#include "core/histogram.h"
#include "py/base/args.h"
#include "py/base/errors.h"
#include "py/loop/driver.h"
#include "py/loop/timer_types.h"

#define DEFAULT_MS 10
#define MAX_MS     2147483647

typedef struct {
    PyObject_HEAD
    struct pn_loop_timer timer;
    PnState *st;            /* borrowed */
    struct pn_histogram *h; /* own */
    uint64_t resolution;    /* ns */
    uint64_t last;          /* when the timer fired; 0: not yet since enable() or reset() */
    unsigned pauses;        /* loop->times.pauses then */
    unsigned generation;
} PnDelay;

#define PN_DELAY(op) ((PnDelay *)(void *)(op))
#define OF_TIMER(t)  ((PnDelay *)(void *)((char *)(t) - offsetof(PnDelay, timer)))

static bool
is_armed(const PnDelay *self)
{
    return self->generation == self->st->generation && !self->st->closed && pn_timer_armed(&self->timer.t);
}

static void
disarm(PnDelay *self)
{
    if (is_armed(self))
        pn_loop_disarm(self->st->loop, &self->timer);
}

/* A time in which no thread has driven the loop is not a delay of the loop. */
static void
on_fire(struct pn_loop_timer *timer)
{
    PnDelay *self = OF_TIMER(timer);
    struct pn_loop *loop = self->st->loop;
    uint64_t now = uv_hrtime();
    if (self->last != 0 && self->pauses == loop->times.pauses)
        pn_histogram_record(self->h, now - self->last);
    self->last = now;
    self->pauses = loop->times.pauses;
    (void)pn_loop_arm(loop, timer, now + self->resolution); /* the heap has had room for it */
}

/* --- methods --- */

static PyObject *
delay_enable(PyObject *op, PyObject *unused)
{
    PnDelay *self = PN_DELAY(op);
    PnState *st = self->st;
    (void)unused;
    if (is_armed(self))
        Py_RETURN_FALSE;
    if (pn_state_loop(st) == NULL)
        return NULL;
    pn_loop_timer_init(&self->timer, on_fire, false);
    self->generation = st->generation;
    self->last = 0;
    if (pn_loop_arm(st->loop, &self->timer, uv_hrtime() + self->resolution) < 0)
        return PyErr_NoMemory();
    if (pn_driver_ensure(st) < 0) {
        disarm(self);
        return NULL;
    }
    Py_RETURN_TRUE;
}

static PyObject *
delay_disable(PyObject *op, PyObject *unused)
{
    (void)unused;
    bool was = is_armed(PN_DELAY(op));
    disarm(PN_DELAY(op));
    return PyBool_FromLong(was);
}

static PyObject *
delay_reset(PyObject *op, PyObject *unused)
{
    (void)unused;
    pn_histogram_reset(PN_DELAY(op)->h);
    Py_RETURN_NONE;
}

static PyObject *
delay_percentile(PyObject *op, PyObject *arg)
{
    double percent;
    if (pn_arg_number(arg, "percentile", &percent) < 0)
        return NULL;
    if (!(percent > 0 && percent <= 100))
        return pn_raise_range("percentile", "> 0 && <= 100", arg);
    return PyLong_FromUnsignedLongLong(pn_histogram_percentile(PN_DELAY(op)->h, percent));
}

static PyObject *
delay_enter(PyObject *op, PyObject *unused)
{
    PyObject *result = delay_enable(op, unused);
    Py_XDECREF(result);
    return result != NULL ? Py_NewRef(op) : NULL;
}

static PyObject *
delay_exit(PyObject *op, PyObject *const *args, Py_ssize_t nargs)
{
    (void)args;
    (void)nargs;
    disarm(PN_DELAY(op));
    Py_RETURN_FALSE;
}

/* --- properties --- */

static PyObject *
delay_count(PyObject *op, void *unused)
{
    (void)unused;
    return PyLong_FromUnsignedLongLong(PN_DELAY(op)->h->count);
}

static PyObject *
delay_exceeds(PyObject *op, void *unused)
{
    (void)unused;
    return PyLong_FromUnsignedLongLong(PN_DELAY(op)->h->exceeds);
}

static PyObject *
delay_min(PyObject *op, void *unused)
{
    (void)unused;
    return PyLong_FromUnsignedLongLong(PN_DELAY(op)->h->min);
}

static PyObject *
delay_max(PyObject *op, void *unused)
{
    (void)unused;
    return PyLong_FromUnsignedLongLong(PN_DELAY(op)->h->max);
}

static PyObject *
delay_mean(PyObject *op, void *unused)
{
    (void)unused;
    return PyFloat_FromDouble(pn_histogram_mean(PN_DELAY(op)->h));
}

static PyObject *
delay_stddev(PyObject *op, void *unused)
{
    (void)unused;
    PyObject *variance = PyFloat_FromDouble(pn_histogram_variance(PN_DELAY(op)->h));
    PyObject *half = PyFloat_FromDouble(0.5);
    PyObject *root = variance != NULL && half != NULL ? PyNumber_Power(variance, half, Py_None) : NULL;
    Py_XDECREF(variance);
    Py_XDECREF(half);
    return root;
}

static int
set_percentile(PyObject *dict, double percent, uint64_t value)
{
    PyObject *key = PyFloat_FromDouble(percent);
    PyObject *number = PyLong_FromUnsignedLongLong(value);
    int status = key != NULL && number != NULL ? PyDict_SetItem(dict, key, number) : -1;
    Py_XDECREF(key);
    Py_XDECREF(number);
    return status;
}

/* As Node: each step halves what is left, until the largest value is reached. */
static PyObject *
delay_percentiles(PyObject *op, void *unused)
{
    (void)unused;
    struct pn_histogram *h = PN_DELAY(op)->h;
    PyObject *dict = PyDict_New();
    double percent = 0;
    uint64_t value = 0;
    while (dict != NULL && h->count > 0 && percent < 100 && value < h->max) {
        value = pn_histogram_percentile(h, percent);
        if (set_percentile(dict, percent, value) < 0)
            Py_CLEAR(dict);
        percent += (100 - percent) / 2;
    }
    if (dict != NULL && set_percentile(dict, 100, h->max) < 0)
        Py_CLEAR(dict);
    return dict;
}

static PyObject *
delay_repr(PyObject *op)
{
    const PnDelay *self = PN_DELAY(op);
    return PyUnicode_FromFormat("<pynet.IntervalHistogram %s, %llu values>", is_armed(self) ? "enabled" : "disabled",
                                (unsigned long long)self->h->count);
}

/* --- the function --- */

const char pn_monitor_event_loop_delay_doc[] =
    "monitor_event_loop_delay(resolution=10)\n--\n\n"
    "Returns an IntervalHistogram, which measures how late the loop is: enable() starts a timer that fires every\n"
    "`resolution` milliseconds, and the histogram counts the nanoseconds from one firing to the next. So an idle\n"
    "loop shows values a little above the resolution, and a listener that blocks shows how long it has blocked.\n"
    "The timer does not keep run() going. While pynet is attached to the loop of a host, such as asyncio's, this\n"
    "also measures how late that loop is.\n\n"
    "Raises TypeError (ERR_INVALID_ARG_TYPE), ValueError (ERR_OUT_OF_RANGE) unless resolution is an int from 1 to\n"
    "2147483647. Node: perf_hooks.monitorEventLoopDelay().";

static int
parse(PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames, long *ms)
{
    static const char *const names[] = {"resolution", NULL};
    bool mapping = nargs == 1 && pn_is_options(args[0]);
    PyObject *value = NULL;
    if (mapping && pn_options("monitor_event_loop_delay", names, args[0], args + nargs, kwnames, &value) < 0)
        return -1;
    if (!mapping) {
        if (pn_unpack("monitor_event_loop_delay", names, 0, args, nargs, kwnames, &value) < 0)
            return -1;
        Py_XINCREF(value);
    }
    *ms = DEFAULT_MS;
    int status = value == NULL || value == Py_None
                     ? 0
                     : pn_arg_int(value, "resolution", 1, MAX_MS, "an integer >= 1 and <= 2147483647", ms);
    Py_XDECREF(value);
    return status;
}

PyObject *
pn_monitor_event_loop_delay(PyObject *module, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    PnState *st = pn_state_of_module(module);
    long ms;
    if (parse(args, nargs, kwnames, &ms) < 0)
        return NULL;
    struct pn_histogram *h = PyMem_RawCalloc(1, sizeof(*h));
    if (h == NULL)
        return PyErr_NoMemory();
    PyObject *op = st->IntervalHistogram->tp_alloc(st->IntervalHistogram, 0);
    if (op == NULL) {
        PyMem_RawFree(h);
        return NULL;
    }
    PnDelay *self = PN_DELAY(op);
    self->st = st;
    self->h = h;
    self->generation = st->generation;
    self->resolution = (uint64_t)ms * 1000000;
    pn_loop_timer_init(&self->timer, on_fire, false);
    return op;
}

/* --- lifetime --- */

static int
delay_traverse(PyObject *op, visitproc visit, void *arg)
{
    Py_VISIT(Py_TYPE(op));
    return 0;
}

static void
delay_dealloc(PyObject *op)
{
    PyTypeObject *type = Py_TYPE(op);
    PyObject_GC_UnTrack(op);
    disarm(PN_DELAY(op));
    PyMem_RawFree(PN_DELAY(op)->h);
    type->tp_free(op);
    Py_DECREF(type);
}

/* --- tables --- */

static PyMethodDef delay_methods[] = {
    {"enable", delay_enable, METH_NOARGS,
     "enable($self, /)\n--\n\n"
     "Starts the timer. Returns False if it was started already. Node: histogram.enable()."},
    {"disable", delay_disable, METH_NOARGS,
     "disable($self, /)\n--\n\n"
     "Stops the timer. Returns False if it was stopped already. Node: histogram.disable()."},
    {"reset", delay_reset, METH_NOARGS,
     "reset($self, /)\n--\n\n"
     "Forgets all values. Node: histogram.reset()."},
    {"percentile", delay_percentile, METH_O,
     "percentile($self, percentile, /)\n--\n\n"
     "Returns the nanoseconds that so many percent of the values do not exceed, within 1 %; 0 without values.\n"
     "Raises TypeError (ERR_INVALID_ARG_TYPE), ValueError (ERR_OUT_OF_RANGE) unless it is above 0 and at most 100.\n"
     "Node: histogram.percentile()."},
    {"__enter__", delay_enter, METH_NOARGS, NULL},
    {"__exit__", PN_FASTCALL(delay_exit), METH_FASTCALL, NULL},
    {NULL, NULL, 0, NULL},
};

static PyGetSetDef delay_getset[] = {
    {"count", delay_count, NULL, "How many values there are. Node: histogram.count.", NULL},
    {"exceeds", delay_exceeds, NULL,
     "How many values were longer than an hour. They count nowhere else. Node: histogram.exceeds.", NULL},
    {"min", delay_min, NULL, "The smallest value in nanoseconds; 0 without values. Node: histogram.min.", NULL},
    {"max", delay_max, NULL, "The largest value in nanoseconds; 0 without values. Node: histogram.max.", NULL},
    {"mean", delay_mean, NULL, "The mean in nanoseconds; NaN without values. Node: histogram.mean.", NULL},
    {"stddev", delay_stddev, NULL, "The standard deviation in nanoseconds; NaN without values. Node: histogram.stddev.",
     NULL},
    {"percentiles", delay_percentiles, NULL,
     "A new dict of percentiles and their nanoseconds: 0, 50, 75, 87.5, and so on, up to 100.\n"
     "Node: histogram.percentiles.",
     NULL},
    {NULL, NULL, NULL, NULL, NULL},
};

static PyType_Slot delay_slots[] = {
    {Py_tp_doc,
     "The result of monitor_event_loop_delay(): how late the loop is, in nanoseconds. As a context manager, it is\n"
     "enabled within the block."},
    {Py_tp_methods, delay_methods},
    {Py_tp_getset, delay_getset},
    {Py_tp_repr, delay_repr},
    {Py_tp_traverse, delay_traverse},
    {Py_tp_dealloc, delay_dealloc},
    {0, NULL},
};

PyType_Spec pn_delay_spec = {
    .name = "pynet.IntervalHistogram",
    .basicsize = sizeof(PnDelay),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_DISALLOW_INSTANTIATION | Py_TPFLAGS_IMMUTABLETYPE,
    .slots = delay_slots,
};
