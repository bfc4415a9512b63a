/* idle.c - set_timeout(): counts sock.timeout and emits `timeout` after so many milliseconds without activity;
 * set_read_timeout(): the same after so many seconds in which the peer has sent nothing.
 *
 * Activity only stores the time. The timers compare it when they fire, and are armed again for what is left. */
#include <stddef.h>

#include "py/base/args.h"
#include "py/events/emitter.h"
#include "py/loop/driver.h"
#include "py/stream/duplex.h"

#define MAX_MS      2147483647.0
#define MAX_SECONDS 1e9
#define MIN_DELAY   1000000 /* nanoseconds: a timer has no less */

struct pn_idle {
    struct pn_loop_timer timer; /* first */
    PnDuplex *socket;           /* borrowed: the socket frees us */
    double ms;                  /* as given */
    uint64_t delay;             /* nanoseconds; 0: switched off */
    uint64_t last;              /* time of the last activity */
    size_t queued;              /* bytes in libuv when the timer fired last */
    bool has_ms;                /* set_timeout() has been called */
    /* --- set_read_timeout() --- */
    struct pn_loop_timer read_timer;
    double seconds;      /* as given */
    uint64_t read_delay; /* nanoseconds; 0: switched off */
    uint64_t read_last;  /* when the peer sent something last, or the socket last did not read */
};

/* --- the timer --- */

static void
arm(struct pn_idle *idle, uint64_t from)
{
    PnDuplex *s = idle->socket;
    if (s->em.generation != s->em.st->generation)
        return;
    (void)pn_loop_arm(s->em.st->loop, &idle->timer, from + idle->delay);
}

static void
on_fire(struct pn_loop_timer *timer)
{
    struct pn_idle *idle = (struct pn_idle *)(void *)timer;
    PnDuplex *s = idle->socket;
    PnState *st = s->em.st;
    uint64_t now = uv_hrtime();
    if (s->destroyed || st->closed || idle->delay == 0 || pn_is_dying(s))
        return;
    size_t queued = s->io != NULL ? pn_stream_write_queue_size(s->io) : 0;
    if (queued > 0 && queued != idle->queued) {
        /* A long write makes progress: that is activity. */
        idle->queued = queued;
        idle->last = now;
    }
    if (now < idle->last + idle->delay) {
        arm(idle, idle->last);
        return;
    }
    unsigned scope = pn_callback_scope_open(st);
    Py_INCREF(s);
    (void)pn_emit0(&s->em, st->names.timeout);
    pn_callback_scope_close(st, scope);
    Py_DECREF(s);
}

/* --- the timer of set_read_timeout() --- */

static void
arm_read(struct pn_idle *idle)
{
    PnDuplex *s = idle->socket;
    if (s->em.generation == s->em.st->generation)
        (void)pn_loop_arm(s->em.st->loop, &idle->read_timer, idle->read_last + idle->read_delay);
}

static void
on_read_fire(struct pn_loop_timer *timer)
{
    struct pn_idle *idle = (struct pn_idle *)(void *)((char *)timer - offsetof(struct pn_idle, read_timer));
    PnDuplex *s = idle->socket;
    PnState *st = s->em.st;
    uint64_t now = uv_hrtime();
    if (s->destroyed || s->r_ended || st->closed || idle->read_delay == 0 || pn_is_dying(s))
        return;
    if (s->io == NULL || !s->io->reading) /* not connected, or paused: what the peer sends is not read */
        idle->read_last = now;
    if (now < idle->read_last + idle->read_delay) {
        arm_read(idle);
        return;
    }
    unsigned scope = pn_callback_scope_open(st);
    Py_INCREF(s);
    (void)pn_emit0(&s->em, st->names.timeout);
    pn_callback_scope_close(st, scope);
    Py_DECREF(s);
}

void
pn_idle_touch_read_slow(PnDuplex *s)
{
    struct pn_idle *idle = s->idle;
    if (idle->read_delay != 0) {
        idle->read_last = uv_hrtime();
        if (!pn_timer_armed(&idle->read_timer.t))
            arm_read(idle);
    }
    pn_idle_touch_slow(s);
}

void
pn_idle_touch_slow(PnDuplex *s)
{
    struct pn_idle *idle = s->idle;
    if (idle->delay == 0)
        return;
    idle->last = uv_hrtime();
    if (!pn_timer_armed(&idle->timer.t))
        arm(idle, idle->last);
}

static void
disarm(PnDuplex *s, struct pn_loop_timer *timer)
{
    if (s->em.generation == s->em.st->generation && s->em.st->loop != NULL)
        pn_loop_disarm(s->em.st->loop, timer);
}

static void
stop(PnDuplex *s, bool also_read)
{
    if (s->idle == NULL)
        return;
    disarm(s, &s->idle->timer);
    if (also_read)
        disarm(s, &s->idle->read_timer);
}

/* The connection is over: `timeout` keeps its value, and the next connection has none. */
void
pn_idle_end(PnDuplex *s)
{
    stop(s, true);
    if (s->idle != NULL)
        s->idle->delay = s->idle->read_delay = 0;
}

void
pn_idle_free(PnDuplex *s)
{
    stop(s, true);
    PyMem_RawFree(s->idle);
    s->idle = NULL;
}

static struct pn_idle *
idle_of(PnDuplex *s)
{
    if (s->idle != NULL)
        return s->idle;
    s->idle = PyMem_RawCalloc(1, sizeof(*s->idle));
    if (s->idle == NULL) {
        PyErr_NoMemory();
        return NULL;
    }
    pn_loop_timer_init(&s->idle->timer, on_fire, false);
    pn_loop_timer_init(&s->idle->read_timer, on_read_fire, false);
    s->idle->socket = s;
    s->fast_dest = NULL;
    return s->idle;
}

/* Each of the two times is set in two steps: set_...() keeps it, with the timer off, and start_...() switches the
 * timer on. The callback of set_timeout() becomes a listener between the two: a listener of newListener may take
 * longer than the timeout itself, which then finds the callback. */

static uint64_t
to_delay(double time, double max, double unit)
{
    uint64_t delay = (uint64_t)((time > max ? max : time) * unit);
    return time > 0 && delay < MIN_DELAY ? MIN_DELAY : delay;
}

static int
set_ms(PnDuplex *s, double ms)
{
    PnState *st = s->em.st;
    if (ms > MAX_MS &&
        PyErr_WarnFormat(st->TimeoutOverflowWarning, 1,
                         "a timeout does not fit into a 32-bit signed integer: it was cut to 2147483647 ms"))
        return -1;
    struct pn_idle *idle = idle_of(s);
    if (idle == NULL)
        return -1;
    idle->has_ms = true;
    idle->ms = ms;
    idle->delay = 0;
    return 0;
}

static void
start_ms(PnDuplex *s)
{
    struct pn_idle *idle = s->idle;
    if (idle == NULL || s->destroyed) /* by a listener of newListener */
        return;
    idle->delay = to_delay(idle->ms, MAX_MS, 1e6);
    idle->last = uv_hrtime();
    if (idle->delay > 0)
        arm(idle, idle->last);
    else
        disarm(s, &idle->timer);
}

int
pn_idle_set(PnDuplex *s, double ms)
{
    if (set_ms(s, ms) < 0)
        return -1;
    start_ms(s);
    return 0;
}

static int
set_read(PnDuplex *s, double seconds)
{
    struct pn_idle *idle = idle_of(s);
    if (idle == NULL)
        return -1;
    idle->seconds = seconds;
    idle->read_delay = 0;
    return 0;
}

static void
start_read(PnDuplex *s)
{
    struct pn_idle *idle = s->idle;
    if (idle == NULL || s->destroyed)
        return;
    idle->read_delay = to_delay(idle->seconds, MAX_SECONDS, 1e9);
    idle->read_last = uv_hrtime();
    if (idle->read_delay > 0)
        arm_read(idle);
    else
        disarm(s, &idle->read_timer);
}

/* --- methods --- */

const char pn_set_socket_timeout_doc[] =
    "set_timeout($self, ms, callback=None)\n--\n\n"
    "Emits \"timeout\" after ms milliseconds without activity: once, until there is activity again. 0 switches it\n"
    "off. The connection stays open. callback is added as a once() listener, and removed if ms is 0. Returns\n"
    "the socket.\n\n"
    "Raises TypeError (ERR_INVALID_ARG_TYPE), ValueError (ERR_OUT_OF_RANGE). Node: socket.setTimeout().";

/* Adds the callback of set_timeout() or set_read_timeout() (`on`), or removes it. 0, or -1 with an exception. */
static int
note_callback(PnDuplex *s, PyObject *callback, bool on)
{
    PnState *st = s->em.st;
    if (callback == NULL)
        return 0;
    if (on)
        return pn_add_listener(&s->em, st->names.timeout, callback, true, false);
    PyObject *result = PyObject_CallMethod((PyObject *)s, "off", "OO", st->names.timeout, callback);
    Py_XDECREF(result);
    return result == NULL ? -1 : 0;
}

/* set_timeout() and set_read_timeout(): the arguments `names`, the first of them for `set`. */
static PyObject *
set_by_method(PnDuplex *s, const char *function, const char *const *names, int (*set)(PnDuplex *, double),
              void (*start)(PnDuplex *), PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    PnState *st = s->em.st;
    PyObject *a[2];
    double time;
    if (pn_check_alive(&s->em) < 0 || pn_unpack(function, names, 1, args, nargs, kwnames, a) < 0 ||
        pn_arg_ms(a[0], names[0], &time) < 0)
        return NULL;
    PyObject *callback = a[1] == Py_None ? NULL : a[1];
    if (callback != NULL && pn_check_callable(st, callback, "callback") < 0)
        return NULL;
    if (s->destroyed)
        return Py_NewRef((PyObject *)s);
    if (pn_state_loop(st) == NULL || set(s, time) < 0)
        return NULL;
    int noted = note_callback(s, callback, time > 0);
    start(s);
    if (noted < 0 || pn_driver_ensure(st) < 0)
        return NULL;
    return Py_NewRef((PyObject *)s);
}

PyObject *
pn_duplex_set_timeout_method(PyObject *op, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    static const char *const names[] = {"ms", "callback", NULL};
    return set_by_method(PN_DUPLEX(op), "set_timeout", names, set_ms, start_ms, args, nargs, kwnames);
}

const char pn_set_read_timeout_doc[] =
    "set_read_timeout($self, seconds, callback=None)\n--\n\n"
    "Emits \"timeout\" when the peer has sent nothing for that many seconds: once, until it sends again. Data\n"
    "that you write does not count. The time does not run while the socket does not read (not connected,\n"
    "paused). 0 switches it off. The connection stays open. callback is added as a once() listener, and removed\n"
    "if seconds is 0. Returns the socket.\n\n"
    "Raises TypeError (ERR_INVALID_ARG_TYPE), ValueError (ERR_OUT_OF_RANGE).";

PyObject *
pn_duplex_set_read_timeout_method(PyObject *op, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    static const char *const names[] = {"seconds", "callback", NULL};
    return set_by_method(PN_DUPLEX(op), "set_read_timeout", names, set_read, start_read, args, nargs, kwnames);
}

PyObject *
pn_duplex_get_read_timeout(PyObject *op, void *closure)
{
    const struct pn_idle *idle = PN_DUPLEX(op)->idle;
    (void)closure;
    if (idle == NULL || idle->seconds == 0)
        Py_RETURN_NONE;
    return PyFloat_FromDouble(idle->seconds);
}

PyObject *
pn_duplex_get_timeout(PyObject *op, void *closure)
{
    PnDuplex *s = PN_DUPLEX(op);
    (void)closure;
    if (s->idle == NULL || !s->idle->has_ms)
        Py_RETURN_NONE;
    double ms = s->idle->ms;
    if (ms == (double)(long long)ms)
        return PyLong_FromLongLong((long long)ms);
    return PyFloat_FromDouble(ms);
}

int
pn_duplex_set_timeout(PyObject *op, PyObject *value, void *closure)
{
    PnDuplex *s = PN_DUPLEX(op);
    PnState *st = s->em.st;
    double ms = 0;
    (void)closure;
    if (value == NULL) {
        PyErr_SetString(PyExc_TypeError, "cannot delete timeout");
        return -1;
    }
    if (pn_check_alive(&s->em) < 0 || (value != Py_None && pn_arg_ms(value, "timeout", &ms) < 0))
        return -1;
    if (s->destroyed)
        return 0;
    if (value == Py_None && s->idle != NULL && s->idle->read_delay > 0) {
        stop(s, false);
        s->idle->has_ms = false;
        s->idle->delay = 0;
        return 0;
    }
    if (value == Py_None) {
        pn_idle_free(s);
        return 0;
    }
    return pn_state_loop(st) == NULL || pn_idle_set(s, ms) < 0 ? -1 : pn_driver_ensure(st);
}
