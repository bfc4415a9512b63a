/* accept_method.c - accept(): the threads and the tasks that wait for a connection, in their order.
 *
 * The first of them is woken when a connection is kept, and takes it where it waits; then the next one is looked at. A
 * call that gives up has taken none. */
#include "py/base/args.h"
#include "py/events/awaitable.h"
#include "py/events/emitter.h"
#include "py/loop/driver.h"
#include "py/server/server.h"

/* --- the list: a ring without a head; s->accepting is the first --- */

static void
link_in(PnServer *s, PnCall *c)
{
    if (s->accepting != NULL) {
        pn_link_append(&s->accepting->place, &c->place);
        return;
    }
    pn_links_init(&c->place);
    s->accepting = c;
}

static void
link_out(PnServer *s, PnCall *c)
{
    struct pn_link *next = c->place.next;
    if (s->accepting == c)
        s->accepting = next != &c->place ? PN_CALL_OF_PLACE(next) : NULL;
    pn_link_remove(&c->place);
    pn_link_clear(&c->place);
}

/* Another call is the first one: wakes it if there is a connection for it, else has one accepted. */
static void
look_for_first(PnServer *s)
{
    if (pn_server_has_kept(s))
        pn_server_wake_first(s);
    else
        pn_server_connection_listener(s);
}

/* --- the call --- */

static PyObject *
text_of(const PnCall *c)
{
    (void)c;
    return PyUnicode_FromString("server.accept()");
}

static PyObject *
look(PnCall *c)
{
    PnServer *s = PN_SERVER(c->source);
    if (pn_check_alive(&s->em) < 0)
        return NULL;
    if (s->accepting != NULL && s->accepting != c && s->listener != NULL && c->error == NULL)
        return NULL; /* others get the next one */
    PyObject *next = pn_server_next(s);
    if (next != Py_None && next != Py_False)
        return next; /* NULL: an exception is set */
    bool closed = next == Py_False;
    Py_DECREF(next);
    return pn_call_raise_over(c, closed);
}

static int
join(PnCall *c)
{
    PnServer *s = PN_SERVER(c->source);
    PnState *st = s->em.st;
    if (pn_check_alive(&s->em) < 0 || (st->loop != NULL && pn_driver_ensure(st) < 0) ||
        pn_add_internal_listener(&s->em, st->names.error, (PyObject *)c) < 0)
        return -1;
    if (pn_server_taker_begins(s) < 0) {
        pn_remove_internal_listener(&s->em, st->names.error, (PyObject *)c);
        return -1;
    }
    link_in(s, c);
    return 0;
}

static void
leave(PnCall *c, bool gave_up)
{
    PnServer *s = PN_SERVER(c->source);
    (void)gave_up;
    if (pn_link_is_clear(&c->place))
        return;
    link_out(s, c);
    pn_remove_internal_listener(&s->em, s->em.st->names.error, (PyObject *)c);
    if (pn_server_taker_ends(s) < 0)
        PyErr_WriteUnraisable((PyObject *)s);
    if (s->em.generation != s->em.st->generation)
        return;
    if (s->accepting != NULL)
        look_for_first(s);
    else
        pn_server_changed_soon(s);
}

static const struct pn_call_ops accept_ops = {
    .what = "accept()",
    .is_for_event = true,
    .text = text_of,
    .look = look,
    .join = join,
    .leave = leave,
};

const char pn_accept_doc[] =
    "accept($self, timeout=None)\n--\n\n"
    "Returns the next connection, a Socket, from the same queue as `for sock in server`. A connection that\n"
    "comes between two calls waits for the next call. Under a running asyncio loop it returns an awaitable;\n"
    "otherwise it blocks this thread.\n\n"
    "timeout is in seconds, None means no limit. Raises TimeoutError; the error of an \"error\" event; NetError\n"
    "(ERR_STREAM_PREMATURE_CLOSE) if the server closes first, or has closed; RuntimeError on the thread that\n"
    "drives the loop, in a listener and inside turn(); TypeError (ERR_INVALID_ARG_TYPE), ValueError\n"
    "(ERR_OUT_OF_RANGE).";

PyObject *
pn_server_accept_method(PyObject *op, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    static const char *const names[] = {"timeout", NULL};
    PyObject *a[1];
    if (pn_unpack("accept", names, 0, args, nargs, kwnames, a) < 0)
        return NULL;
    PnCall *c = pn_call_new(PN_EMITTER(op), &accept_ops, a[0]);
    if (c == NULL)
        return NULL;
    c->arg = Py_NewRef(c->st->names.connection);
    return pn_call_begin(c);
}
