/* idle.c - set_timeout(): counts sock.timeout and emits `timeout` after so many milliseconds without activity.
 *
 * Activity only stores the time. The timer compares it when it fires, and is armed again for what is left. */
#include "py/base/args.h"
#include "py/events/emitter.h"
#include "py/loop/driver.h"
#include "py/stream/duplex.h"

#define MAX_MS 2147483647.0

struct pn_idle {
    struct pn_loop_timer timer; /* first */
    PnDuplex *socket;           /* borrowed: the socket frees us */
    double ms;                  /* as given */
    uint64_t delay;             /* nanoseconds; 0: switched off */
    uint64_t last;              /* time of the last activity */
    size_t queued;              /* bytes in libuv when the timer fired last */
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
stop(PnDuplex *s)
{
    if (s->idle == NULL || s->em.generation != s->em.st->generation || s->em.st->loop == NULL)
        return;
    pn_loop_disarm(s->em.st->loop, &s->idle->timer);
}

/* The connection is over: `timeout` keeps its value, and the next connection has none. */
void
pn_idle_end(PnDuplex *s)
{
    stop(s);
    if (s->idle != NULL)
        s->idle->delay = 0;
}

void
pn_idle_free(PnDuplex *s)
{
    stop(s);
    PyMem_RawFree(s->idle);
    s->idle = NULL;
}

int
pn_idle_set(PnDuplex *s, double ms)
{
    PnState *st = s->em.st;
    if (ms > MAX_MS &&
        PyErr_WarnFormat(st->TimeoutOverflowWarning, 1,
                         "a timeout does not fit into a 32-bit signed integer: it was cut to 2147483647 ms"))
        return -1;
    if (s->idle == NULL) {
        s->idle = PyMem_RawCalloc(1, sizeof(*s->idle));
        if (s->idle == NULL) {
            PyErr_NoMemory();
            return -1;
        }
        pn_loop_timer_init(&s->idle->timer, on_fire, false);
        s->idle->socket = s;
    }
    struct pn_idle *idle = s->idle;
    s->fast_dest = NULL;
    idle->ms = ms;
    idle->delay = (uint64_t)((ms > MAX_MS ? MAX_MS : ms) * 1e6);
    if (ms > 0 && idle->delay < 1000000)
        idle->delay = 1000000;
    if (idle->delay == 0) {
        stop(s);
        return 0;
    }
    idle->last = uv_hrtime();
    arm(idle, idle->last);
    return 0;
}

/* --- methods --- */

const char pn_set_socket_timeout_doc[] =
    "set_timeout($self, ms, callback=None)\n--\n\n"
    "Emits \"timeout\" after ms milliseconds without activity, once until there is activity again; 0 switches it off.\n"
    "The connection stays open. callback is added as a once() listener (removed when ms is 0). Returns the socket.\n\n"
    "Raises TypeError (ERR_INVALID_ARG_TYPE), ValueError (ERR_OUT_OF_RANGE). Node: socket.setTimeout().";

PyObject *
pn_duplex_set_timeout_method(PyObject *op, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    static const char *const names[] = {"ms", "callback", NULL};
    PnDuplex *s = PN_DUPLEX(op);
    PnState *st = s->em.st;
    PyObject *a[2];
    double ms;
    if (pn_check_alive(&s->em) < 0 || pn_unpack("set_timeout", names, 1, args, nargs, kwnames, a) < 0)
        return NULL;
    if (pn_arg_ms(a[0], "ms", &ms) < 0)
        return NULL;
    PyObject *callback = a[1] == Py_None ? NULL : a[1];
    if (callback != NULL && pn_check_callable(st, callback, "callback") < 0)
        return NULL;
    if (s->destroyed)
        return Py_NewRef(op);
    if (pn_state_loop(st) == NULL || pn_idle_set(s, ms) < 0)
        return NULL;
    if (callback != NULL && ms > 0 && pn_add_listener(&s->em, st->names.timeout, callback, true, false) < 0)
        return NULL;
    if (callback != NULL && ms == 0) {
        PyObject *result = PyObject_CallMethod(op, "off", "OO", st->names.timeout, callback);
        if (result == NULL)
            return NULL;
        Py_DECREF(result);
    }
    if (pn_driver_ensure(st) < 0)
        return NULL;
    return Py_NewRef(op);
}

PyObject *
pn_duplex_get_timeout(PyObject *op, void *closure)
{
    PnDuplex *s = PN_DUPLEX(op);
    (void)closure;
    if (s->idle == NULL)
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
    if (value == Py_None) {
        pn_idle_free(s);
        return 0;
    }
    return pn_state_loop(st) == NULL || pn_idle_set(s, ms) < 0 ? -1 : pn_driver_ensure(st);
}
