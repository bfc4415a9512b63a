/* read_slot.c - the threads and the tasks that wait to read from one socket: read_exactly(), read_until().
 *
 * They take their turns: the first one gets its data, however it was cut into chunks, and then the next one looks. A
 * call that waits is a listener of `readable` in all that this does to the flow, but no function is called: the first
 * of the list is woken when there is enough, or no more can come. It takes the data itself, where it waits; until then
 * they stay in the queue, so a call that gives up loses none. Our listeners of `error`, `end` and `close` are a marker
 * as that of early.c; the socket has them from the first call on.
 *
 * Threads: every function runs with the GIL held, on any thread. */
#include "py/stream/read_slot.h"

#include "py/base/args.h"
#include "py/events/awaitable.h"
#include "py/events/emitter.h"
#include "py/loop/driver.h"
#include "py/stream/duplex.h"
#include "py/stream/framing.h"
#include "py/stream/read_direct.h"

#define DEFAULT_MAX 65536

PyObject *
pn_read_slot_python(const char *name)
{
    PyObject *module = PyImport_ImportModule("pynet._reading");
    PyObject *object = module != NULL ? PyObject_GetAttrString(module, name) : NULL;
    Py_XDECREF(module);
    return object;
}

/* --- the list --- */

/* The call whose turn it is, or NULL. */
static PnCall *
first_of(const PnDuplex *s)
{
    return pn_read_slot_waits(s) ? PN_CALL_OF_PLACE(s->r->waiting.next) : NULL;
}

bool
pn_read_slot_must_queue(const PnCall *c)
{
    const PnCall *first = first_of(PN_DUPLEX(c->source));
    return first != NULL && first != c && c->error == NULL && !PN_DUPLEX(c->source)->close_emitted;
}

int
pn_read_slot_check_connection(PnCall *c)
{
    if (pn_link_is_clear(&c->place) || c->source->connection == c->connection)
        return 0;
    if (c->error != NULL) {
        (void)pn_call_raise_error(c);
        return -1;
    }
    PyObject *raise = pn_read_slot_python("raise_over");
    PyObject *none = raise != NULL ? PyObject_CallOneArg(raise, (PyObject *)c->source) : NULL;
    Py_XDECREF(raise);
    Py_XDECREF(none);
    return -1;
}

static int
listen_to(PnDuplex *s, PyObject *name)
{
    return pn_add_internal_listener(&s->em, name, s->em.st->read_wait);
}

int
pn_read_slot_listen(PnDuplex *s)
{
    struct pn_names *n = &s->em.st->names;
    if (listen_to(s, n->end) == 0) {
        if (listen_to(s, n->close) == 0) {
            if (listen_to(s, n->error) == 0)
                return 0;
            pn_remove_internal_listener(&s->em, n->close, s->em.st->read_wait);
        }
        pn_remove_internal_listener(&s->em, n->end, s->em.st->read_wait);
    }
    return -1;
}

void
pn_read_slot_unlisten(PnDuplex *s)
{
    PnState *st = s->em.st;
    pn_remove_internal_listener(&s->em, st->names.error, st->read_wait);
    pn_remove_internal_listener(&s->em, st->names.end, st->read_wait);
    pn_remove_internal_listener(&s->em, st->names.close, st->read_wait);
}

/* For a socket that is read by calls: the next call raises its error, which with this listener is not uncaught. */
static int
listen_for_calls(PnDuplex *s)
{
    if (s->em.read_by_calls)
        return 0;
    s->em.read_by_calls = true;
    if (pn_read_slot_listen(s) == 0)
        return 0;
    s->em.read_by_calls = false;
    return -1;
}

int
pn_read_slot_join(PnCall *c)
{
    PnDuplex *s = PN_DUPLEX(c->source);
    PnState *st = s->em.st;
    if (pn_check_alive(&s->em) < 0 || (st->loop != NULL && pn_driver_ensure(st) < 0))
        return -1;
    struct pn_reads *r = pn_reads_of(s);
    if (r == NULL)
        return -1;
    bool first = pn_links_empty(&r->waiting);
    pn_read_direct_join(c);
    c->connection = s->em.connection;
    pn_link_append(&r->waiting, &c->place);
    return first ? pn_readable_readable_listener(s) : 0;
}

void
pn_read_slot_over(PnDuplex *s)
{
    struct pn_names *n = &s->em.st->names;
    if (!s->readable_listening || pn_read_slot_hears(s))
        return;
    if (s->resume_scheduled || pn_has_listeners(&s->em, n->data) || (s->r != NULL && s->r->deferred_data.count > 0)) {
        pn_readable_listener_gone(s, n->readable);
        return;
    }
    s->readable_listening = s->readable_left = 0; /* what its tick would do */
    s->flowing = PN_FLOWING_NULL;
}

void
pn_read_slot_leave(PnCall *c, bool gave_up)
{
    PnDuplex *s = PN_DUPLEX(c->source);
    if (pn_link_is_clear(&c->place))
        return;
    bool first = first_of(s) == c;
    pn_link_remove(&c->place);
    if (s->em.generation != s->em.st->generation)
        return;
    pn_read_direct_left(s);
    if (first && gave_up)
        pn_frame_unwanted(s);
    if (pn_read_slot_waits(s)) {
        pn_read_slot_look(s);
        return;
    }
    pn_read_slot_over(s);
    pn_reads_tidy(s);
}

void
pn_read_slot_event(PnDuplex *s, PyObject *name, PyObject *arg)
{
    bool error = name == s->em.st->names.error;
    if (s->r == NULL)
        return;
    if (error && s->r->loops > 0 && s->r->loop_error == NULL)
        s->r->loop_error = Py_NewRef(arg != NULL ? arg : Py_None);
    for (struct pn_link *link = s->r->waiting.next; link != &s->r->waiting; link = link->next) {
        PnCall *c = PN_CALL_OF_PLACE(link);
        if (error && c->error == NULL)
            c->error = Py_NewRef(arg != NULL ? arg : Py_None);
        pn_waiter_wake(&c->w);
    }
}

/* --- looking --- */

/* As Node's read() after the last byte: causes `end`, by a tick. */
static void
cause_end(PnDuplex *s)
{
    if (pn_readable_length(s) > 0)
        return; /* it follows what reads the rest */
    pn_readable_poll(s);
    if (pn_driver_ensure(s->em.st) < 0)
        PyErr_Clear(); /* the tick waits for a driver; the call has an exception of its own */
}

/* Nothing was there. Raises when nothing can come: NULL in both cases. */
static PyObject *
outcome(PnCall *c, bool at_end)
{
    PnDuplex *s = PN_DUPLEX(c->source);
    if (at_end)
        cause_end(s);
    if (!at_end && c->error != NULL) /* without a call of Python: there may be no memory for it */
        return pn_call_raise_error(c);
    if (!at_end && !s->close_emitted && !s->end_emitted)
        return NULL;
    PyObject *raise = pn_read_slot_python("raise_outcome");
    PyObject *expected = raise == NULL ? NULL : c->arg != NULL ? Py_NewRef(Py_None) : PyLong_FromSize_t(c->size);
    PyObject *none = NULL;
    if (expected != NULL)
        none = PyObject_CallFunctionObjArgs(raise, s, at_end ? Py_True : Py_False, expected, NULL);
    Py_XDECREF(none);
    Py_XDECREF(expected);
    Py_XDECREF(raise);
    return NULL;
}

/* `take` gives the result, or NULL as pn_frame_exactly(). */
static PyObject *
look_for(PnCall *c, PyObject *(*take)(PnCall *c))
{
    PnDuplex *s = PN_DUPLEX(c->source);
    if (pn_check_alive(&s->em) < 0 || listen_for_calls(s) < 0)
        return NULL;
    bool at_end = s->r_ended; /* before it takes: the rest may come with the end in between */
    if (pn_read_slot_check_connection(c) < 0)
        return NULL;
    if (c->size > 0 && pn_read_slot_must_queue(c))
        return NULL;
    PyObject *data = take(c);
    return data != NULL || PyErr_Occurred() ? data : outcome(c, at_end);
}

static PyObject *
take_exactly(PnCall *c)
{
    return pn_frame_exactly(PN_DUPLEX(c->source), c->size);
}

static PyObject *
look_exactly(PnCall *c)
{
    return look_for(c, take_exactly);
}

static PyObject *
take_some(PnCall *c)
{
    size_t length = pn_readable_length(PN_DUPLEX(c->source));
    return pn_frame_exactly(PN_DUPLEX(c->source), length == 0 ? 1 : c->size < length ? c->size : length);
}

static PyObject *
look_some(PnCall *c)
{
    return look_for(c, take_some);
}

static PyObject *
take_none(PnCall *c)
{
    return pn_frame_has(PN_DUPLEX(c->source), c->size) > 0 ? Py_NewRef(Py_True) : NULL;
}

static PyObject *
look_has(PnCall *c)
{
    return look_for(c, take_none);
}

static PyObject *
take_until(PnCall *c)
{
    return pn_frame_until(PN_DUPLEX(c->source), c->arg, c->size);
}

static PyObject *
look_until(PnCall *c)
{
    return look_for(c, take_until);
}

static PyObject *
text_exactly(const PnCall *c)
{
    return PyUnicode_FromFormat("sock.read_exactly(%zu)", c->size);
}

static PyObject *
text_some(const PnCall *c)
{
    return PyUnicode_FromFormat("_read_some(%zu)", c->size);
}

static PyObject *
text_has(const PnCall *c)
{
    return PyUnicode_FromFormat("_has_read(%zu)", c->size);
}

static PyObject *
text_until(const PnCall *c)
{
    return PyUnicode_FromFormat("sock.read_until(%R)", c->arg);
}

static Py_ssize_t
ready_exactly(PnCall *c)
{
    return pn_frame_has(PN_DUPLEX(c->source), c->size);
}

static Py_ssize_t
ready_some(PnCall *c)
{
    return pn_frame_has(PN_DUPLEX(c->source), 1);
}

static Py_ssize_t
ready_until(PnCall *c)
{
    return pn_frame_ends(PN_DUPLEX(c->source), c->arg, c->size);
}

static const struct pn_read_ops exactly_ops = {
    .call = {.what = "read_exactly()", .text = text_exactly, .look = look_exactly, PN_READ_CALL},
    .ready = ready_exactly,
};
static const struct pn_read_ops some_ops = {
    .call = {.what = "read()", .text = text_some, .look = look_some, PN_READ_CALL},
    .ready = ready_some,
};
static const struct pn_read_ops has_ops = {
    .call = {.what = "readuntil()", .text = text_has, .look = look_has, PN_READ_CALL},
    .ready = ready_exactly,
};
static const struct pn_read_ops until_ops = {
    .call = {.what = "read_until()", .text = text_until, .look = look_until, PN_READ_CALL},
    .ready = ready_until,
};

void
pn_read_slot_look_slow(PnDuplex *s)
{
    PnCall *c = first_of(s);
    if (c->w.woken)
        return;
    Py_ssize_t ready = 1;
    if (!s->r_ended && !s->close_emitted)
        ready = ((const struct pn_read_ops *)(const void *)c->ops)->ready(c);
    if (ready < 0)
        PyErr_Clear(); /* the call itself will raise it */
    c = ready != 0 ? first_of(s) : NULL;
    if (c != NULL)
        pn_waiter_wake(&c->w);
}

/* --- the methods --- */

const char pn_read_until_doc[] =
    "read_until($self, separator, max=65536, timeout=None)\n--\n\n"
    "Returns the data up to the separator, with the separator, as bytes or str. Under a running asyncio loop it\n"
    "returns an awaitable; otherwise it blocks this thread. Calls that wait at the same time get their data in\n"
    "their order.\n\n"
    "Raises NetError (ERR_READ_LIMIT) if the data would be more than max bytes (characters after\n"
    "set_encoding()); IncompleteReadError if the peer ends first; TimeoutError after `timeout` seconds; the\n"
    "error of the socket, or NetError (ERR_STREAM_PREMATURE_CLOSE); RuntimeError where wait() does. After each\n"
    "of these the data that has come stays in the socket. From the first call on, an \"error\" event without a\n"
    "listener is not uncaught: the next call raises it.";
const char pn_read_exactly_doc[] = "read_exactly($self, n, timeout=None)\n--\n\n"
                                   "Returns the next n bytes (characters after set_encoding()). Under a running "
                                   "asyncio loop it returns an awaitable;\n"
                                   "otherwise it blocks this thread. Raises IncompleteReadError if the peer ends "
                                   "first; also what read_until() raises.\n"
                                   "After each of these the data that has come stays in the socket.";

int
pn_read_slot_size(PyObject *value, const char *name, int least, size_t *out)
{
    if (PyLong_CheckExact(value)) {
        Py_ssize_t n = PyLong_AsSsize_t(value);
        if (n >= least) {
            *out = (size_t)n;
            return 0;
        }
        PyErr_Clear();
    }
    PyObject *check = pn_read_slot_python("check_size");
    PyObject *none = check != NULL ? PyObject_CallFunction(check, "sOi", name, value, least) : NULL;
    Py_XDECREF(check);
    if (none == NULL)
        return -1;
    Py_DECREF(none);
    *out = PyLong_AsSize_t(value); /* of a subclass */
    return *out == (size_t)-1 && PyErr_Occurred() ? -1 : 0;
}

/* The separator as bytes or str, not empty. New reference, or NULL with an exception. */
static PyObject *
parse_separator(PyObject *value)
{
    if ((PyBytes_CheckExact(value) && PyBytes_GET_SIZE(value) > 0) ||
        (PyUnicode_CheckExact(value) && PyUnicode_GET_LENGTH(value) > 0))
        return Py_NewRef(value);
    PyObject *check = pn_read_slot_python("separator_of");
    PyObject *separator = check != NULL ? PyObject_CallOneArg(check, value) : NULL;
    Py_XDECREF(check);
    return separator;
}

PyObject *
pn_duplex_read_exactly_method(PyObject *op, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    static const char *const names[] = {"n", "timeout", NULL};
    PyObject *a[2];
    size_t n;
    if (pn_unpack("read_exactly", names, 1, args, nargs, kwnames, a) < 0 || pn_read_slot_size(a[0], "n", 0, &n) < 0)
        return NULL;
    PnCall *c = pn_call_new(PN_EMITTER(op), &exactly_ops.call, a[1]);
    if (c == NULL)
        return NULL;
    c->size = n;
    return pn_call_begin(c);
}

PyObject *
pn_duplex_read_until_method(PyObject *op, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    static const char *const names[] = {"separator", "max", "timeout", NULL};
    PyObject *a[3];
    size_t max = DEFAULT_MAX;
    if (pn_unpack("read_until", names, 1, args, nargs, kwnames, a) < 0)
        return NULL;
    PyObject *separator = parse_separator(a[0]);
    if (separator == NULL)
        return NULL;
    PnCall *c = NULL;
    if (a[1] == NULL || pn_read_slot_size(a[1], "max", 1, &max) == 0)
        c = pn_call_new(PN_EMITTER(op), &until_ops.call, a[2]);
    if (c == NULL) {
        Py_DECREF(separator);
        return NULL;
    }
    c->arg = separator;
    c->size = max;
    return pn_call_begin(c);
}

/* --- for the streams of pynet.aio --- */

static PyObject *
begin_private(PyObject *module, const struct pn_read_ops *ops, PyObject *const *args, Py_ssize_t nargs)
{
    PnState *st = pn_state_of_module(module);
    if (nargs != 2)
        return PyErr_Format(PyExc_TypeError, "%s takes a socket and n", ops->call.what);
    if (!PN_IS_DUPLEX(st, args[0]))
        return pn_raise_arg_type("sock", "an instance of Socket", args[0]);
    size_t n;
    if (pn_read_slot_size(args[1], "n", 1, &n) < 0)
        return NULL;
    PnCall *c = pn_call_new(PN_EMITTER(args[0]), &ops->call, NULL);
    if (c == NULL)
        return NULL;
    c->size = n;
    return pn_call_begin(c);
}

PyObject *
pn_read_some(PyObject *module, PyObject *const *args, Py_ssize_t nargs)
{
    return begin_private(module, &some_ops, args, nargs);
}

PyObject *
pn_has_read(PyObject *module, PyObject *const *args, Py_ssize_t nargs)
{
    return begin_private(module, &has_ops, args, nargs);
}
