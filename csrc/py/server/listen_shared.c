/* listen_shared.c - listen() in a worker of a cluster: asks the primary for the listening sockets, and takes its answer.
 *
 * The asking is a Python function, cluster_ask(). Until the answer comes, the listen() is under way, as during a lookup.
 * On a thread that can wait, listen() waits for the answer. Elsewhere `listening` or `error` follows.
 *
 * Owns:    st->cluster_ask, st->cluster_watch.
 * Threads: every function runs with the GIL held; the answer may come on any thread. */
#include <limits.h>

#include "py/base/args.h"
#include "py/events/awaitable.h"
#include "py/events/emitter.h"
#include "py/loop/driver.h"
#include "py/server/listen_request.h"
#include "py/server/server.h"
#include "py/socket/bound_socket.h"
#include "uvio/fd.h"
#include "uvio/handles.h"
#include "uvio/sockaddr.h"
#include "uvio/user_fd.h"

#define WAIT_SECONDS 10

/* --- the functions of the cluster --- */

/* _cluster_hooks(ask, watch, seconds=10): this process is a worker. Server.listen() calls
 * ask(server, token, places, options) in place of binding, unless with `exclusive` or `reuse_port`. The answer is
 * _listen_answer() or _listen_failed(), at once, later, or on another thread. listen() waits for it at most `seconds`.
 *
 * places: a list of ("tcp", address, port, 4 or 6) and ("path", path as bytes); the address is None for all addresses.
 * options: a dict with backlog, ipv6_only, readable_all, writable_all, mode, group (a number), unlink_stale; None where not
 * given.
 *
 * watch(server, index, accepting) is called when a listener whose connections are delivered begins or ceases to accept;
 * watch(server, 0, None) when the server has closed the listeners that it shared.
 * Both None: not a worker any more. */
PyObject *
pn_cluster_hooks(PyObject *module, PyObject *const *args, Py_ssize_t nargs)
{
    PnState *st = pn_state_of_module(module);
    double seconds = WAIT_SECONDS;
    if (nargs < 2 || nargs > 3)
        return PyErr_Format(PyExc_TypeError, "_cluster_hooks(ask, watch, seconds=10)");
    if ((args[0] != Py_None && pn_check_callable(st, args[0], "ask") < 0) ||
        (args[1] != Py_None && pn_check_callable(st, args[1], "watch") < 0) ||
        (nargs == 3 && pn_arg_number(args[2], "seconds", &seconds) < 0))
        return NULL;
    if (!(seconds >= 0 && seconds < 1e6))
        return pn_raise_range("seconds", ">= 0 and < 1000000", args[2]);
    PyObject *ask = st->cluster_ask, *watch = st->cluster_watch;
    st->cluster_ask = args[0] != Py_None ? Py_NewRef(args[0]) : NULL;
    st->cluster_watch = args[1] != Py_None ? Py_NewRef(args[1]) : NULL;
    st->cluster_wait = seconds;
    Py_XDECREF(ask);
    Py_XDECREF(watch);
    Py_RETURN_NONE;
}

/* --- asking --- */

static PyObject *
place_tuple(const struct pn_place *p)
{
    char text[PN_ADDR_TEXT + 24];
    if (p->path != NULL)
        return Py_BuildValue("sO", "path", p->path);
    if (p->addr.family == 0)
        return Py_BuildValue("sOii", "tcp", Py_None, (int)p->addr.port, 6);
    (void)pn_addr_format_scoped(&p->addr, text, sizeof(text));
    return Py_BuildValue("ssii", "tcp", text, (int)p->addr.port, (int)p->addr.family);
}

static PyObject *
list_of(const struct pn_places *p)
{
    PyObject *list = PyList_New((Py_ssize_t)p->count);
    for (size_t i = 0; list != NULL && i < p->count; i++) {
        PyObject *tuple = place_tuple(&p->at[i]);
        if (tuple != NULL)
            PyList_SET_ITEM(list, (Py_ssize_t)i, tuple);
        else
            Py_CLEAR(list);
    }
    return list;
}

/* The listen() of this token waits for its answer. */
static bool
is_asking(const PnServer *s, long long token)
{
    const struct pn_places *p = s->places;
    if (s->em.generation != s->em.st->generation || s->em.st->closed || p == NULL || !p->asked || s->asks != token)
        return false;
    return p->call == NULL || (p->out->first.listener == NULL && p->out->error == NULL);
}

int
pn_server_ask(PnServer *s, struct pn_places *places)
{
    PnState *st = s->em.st;
    uint32_t token = s->asks + 1;
    PyObject *ask = Py_NewRef(st->cluster_ask);
    PyObject *list = list_of(places), *options = places->options, *result = NULL;
    PyObject *number = list != NULL ? PyLong_FromUnsignedLong(token) : NULL;
    places->options = NULL;
    if (number == NULL || s->places != NULL || s->listener != NULL) { /* a destructor has called listen() */
        if (number != NULL)
            (void)pn_raise_already_listening(st);
        pn_places_free(places);
    }
    else {
        s->asks = token;
        pn_server_begin_listen(s, places);
        places->asked = true;
        st->loop->asked++;
        PyObject *stack[5] = {NULL, (PyObject *)s, number, list, options};
        result = PyObject_Vectorcall(ask, stack + 1, 4 | PY_VECTORCALL_ARGUMENTS_OFFSET, NULL);
        if (result == NULL && is_asking(s, token)) {
            PyObject *error = pn_take_exception();
            pn_server_cancel_listen(s);
            pn_put_back_exception(error);
        }
    }
    Py_XDECREF(number);
    Py_XDECREF(list);
    Py_XDECREF(options);
    Py_DECREF(ask);
    Py_XDECREF(result);
    return result != NULL ? 0 : -1;
}

/* --- waiting for the answer --- */

static PyObject *
text_of(const PnCall *c)
{
    (void)c;
    return PyUnicode_FromString("server.listen()");
}

/* True: there is an answer; False: the listen() has been cancelled. */
static PyObject *
look(PnCall *c)
{
    const PnServer *s = PN_SERVER(c->source);
    const struct pn_places *p = s->places;
    if (pn_check_alive(c->source) < 0)
        return NULL;
    if (p == NULL || p->call != c)
        Py_RETURN_FALSE;
    if (p->out->first.listener != NULL || p->out->error != NULL)
        Py_RETURN_TRUE;
    return NULL;
}

/* The answer and the cancelling wake it: they find it in the places. */
static int
join(PnCall *c)
{
    return pn_driver_ensure(c->st);
}

static void
leave(PnCall *c, bool gave_up)
{
    (void)c;
    (void)gave_up;
}

static const struct pn_call_ops listen_ops = {
    .what = "listen()",
    .text = text_of,
    .look = look,
    .join = join,
    .leave = leave,
};

static PyObject *
wait_for_answer(PnCall *c)
{
    PyObject *result = pn_call_block(c);
    if (result == NULL && PyErr_ExceptionMatches(PyExc_TimeoutError)) {
        PyErr_Clear();
        return pn_raise_net(c->st, "ERR_IPC_TIMEOUT",
                            "listen() has waited for %d seconds: the primary of the cluster has not answered",
                            (int)c->seconds);
    }
    return result;
}

int
pn_server_ask_and_wait(PnServer *s, struct pn_places *places, struct pn_outcome *out)
{
    PnCall *c = pn_call_new(&s->em, &listen_ops, NULL);
    if (c == NULL) {
        pn_places_free(places);
        return -1;
    }
    c->seconds = s->em.st->cluster_wait;
    c->state = PN_CALL_DONE;
    places->call = c;
    places->out = out;
    PyObject *result = pn_server_ask(s, places) == 0 ? wait_for_answer(c) : NULL;
    if (s->places != NULL && s->places->call == c) {
        pn_places_free(pn_server_end_listen(s));
        Py_DECREF(s); /* the reference of the listen(); the caller has one */
    }
    int status = result == NULL ? -1 : result == Py_True;
    if (status <= 0 && out->first.listener != NULL && s->listener == NULL) { /* to the primary it listens */
        PyObject *error = pn_take_exception();
        pn_server_tell_closed(s);
        pn_put_back_exception(error);
    }
    Py_XDECREF(result);
    Py_DECREF(c);
    return status;
}

/* --- the answer --- */

/* Gives the server what came of its listen(); takes over the outcome. Returns True, or NULL with an exception. */
static PyObject *
conclude(PnServer *s, struct pn_outcome *out)
{
    PnState *st = s->em.st;
    struct pn_places *p = s->places;
    if (p->call != NULL) {
        *p->out = *out;
        pn_waiter_wake(&p->call->w);
        Py_RETURN_TRUE;
    }
    pn_places_free(pn_server_end_listen(s));
    if (out->error != NULL)
        pn_listen_failed_with(s, out->error);
    else
        pn_server_listening(s, out);
    Py_DECREF(s); /* the reference of the listen() */
    return pn_driver_ensure(st) < 0 ? NULL : Py_NewRef(Py_True);
}

/* Makes the listener of one place, which takes over the descriptor. 0, or a status. */
static int
take(PnState *st, const struct pn_place *p, int fd, enum pn_sharing sharing, struct pn_bound_place *b)
{
    enum pn_stream_kind kind = PN_STREAM_TCP;
    int status = pn_user_fd_listenable(fd, &kind);
    if (status == 0 && ((kind == PN_STREAM_PIPE) != (p->path != NULL) || !pn_user_fd_is_listening(fd)))
        status = UV_EINVAL;
    if (status == 0 && p->path != NULL && (b->path = pn_path_text(p->path)) == NULL) {
        PyErr_Clear();
        status = UV_ENOMEM;
    }
    if (status == 0)
        b->listener = pn_listener_shared(st->loop, fd, kind, sharing, &status);
    return status;
}

/* Makes all listeners, or the error; takes over the descriptors. */
static void
take_all(PnState *st, const struct pn_places *p, const int *fds, enum pn_sharing sharing, struct pn_outcome *out)
{
    int status = 0;
    size_t failed = 0;
    if (p->count > 1) {
        out->others = PyMem_RawCalloc(1, sizeof(*out->others) + (p->count - 1) * sizeof(out->others->at[0]));
        status = out->others != NULL ? 0 : UV_ENOMEM;
        if (out->others != NULL)
            out->others->count = p->count - 1;
    }
    for (size_t i = 0; i < p->count; i++) {
        if (status == 0) {
            status = take(st, &p->at[i], fds[i], sharing, i == 0 ? &out->first : &out->others->at[i - 1]);
            failed = i;
        }
        if (status != 0)
            pn_fd_close(fds[i]);
    }
    if (status == 0)
        return;
    pn_outcome_clear(out);
    const struct pn_place *at = &p->at[failed];
    PyObject *path = at->path != NULL ? pn_path_text(at->path) : NULL;
    PyErr_Clear(); /* out of memory: the error is without the path */
    out->error = pn_listen_error(st, status, at->path != NULL ? NULL : &at->addr, path);
    if (out->error == NULL)
        out->error = pn_take_exception();
    Py_XDECREF(path);
}

/* --- the arguments --- */

struct answer {
    PnServer *server; /* borrowed */
    long long token;
    size_t count;
    int *fds; /* own */
    enum pn_sharing sharing;
};

/* 0, or -1 with an exception. */
static int
parse_server(PnState *st, PyObject *op, PyObject *token, struct answer *a)
{
    int overflow;
    if (!PyObject_TypeCheck(op, st->Server)) {
        pn_raise_arg_type("server", "a Server", op);
        return -1;
    }
    a->server = PN_SERVER(op);
    if (!PyLong_Check(token)) {
        pn_raise_arg_type("token", "an int", token);
        return -1;
    }
    a->token = PyLong_AsLongLongAndOverflow(token, &overflow);
    if (overflow != 0)
        a->token = -1; /* no token at all */
    return 0;
}

static int
parse_fd(PnState *st, PyObject *list, size_t i, struct answer *a)
{
    int overflow = 1;
    PyObject *obj = PyList_GET_ITEM(list, (Py_ssize_t)i);
    long fd = PyLong_Check(obj) && !PyBool_Check(obj) ? PyLong_AsLongAndOverflow(obj, &overflow) : -1;
    bool taken = overflow != 0 || fd < 0 || fd > INT_MAX ||
                 (st->loop != NULL && pn_handles_have_fd(st->loop, (int)fd)) || pn_bound_has_fd(st, (int)fd);
    for (size_t j = 0; !taken && j < i; j++)
        taken = a->fds[j] == fd;
    if (taken) {
        pn_raise_arg_value("fds", "must have open descriptors, each once, that pynet does not have yet", list);
        return -1;
    }
    a->fds[i] = (int)fd;
    return 0;
}

static int
parse_fds(PnState *st, PyObject *list, struct answer *a)
{
    if (!PyList_Check(list)) {
        pn_raise_arg_type("fds", "a list", list);
        return -1;
    }
    a->count = (size_t)PyList_GET_SIZE(list);
    a->fds = PyMem_RawMalloc((a->count + 1) * sizeof(*a->fds));
    if (a->fds == NULL) {
        PyErr_NoMemory();
        return -1;
    }
    for (size_t i = 0; i < a->count; i++) {
        if (parse_fd(st, list, i, a) < 0)
            return -1;
    }
    return 0;
}

static int
parse_mode(PyObject *mode, struct answer *a)
{
    static const struct {
        const char *name;
        enum pn_sharing sharing;
    } modes[] = {{"fair", PN_SHARED_BRAKED}, {"none", PN_SHARED}, {"rr", PN_SHARED_DELIVERED}};
    for (size_t i = 0; PyUnicode_Check(mode) && i < sizeof(modes) / sizeof(modes[0]); i++) {
        if (PyUnicode_CompareWithASCIIString(mode, modes[i].name) == 0) {
            a->sharing = modes[i].sharing;
            return 0;
        }
    }
    pn_raise_arg_value("mode", "must be \"fair\", \"none\" or \"rr\"", mode);
    return -1;
}

/* libuv takes 0, 1 and 2 for the standard streams. */
static void
move_above_standard(struct answer *a)
{
    for (size_t i = 0; i < a->count; i++) {
        int copy = a->fds[i] <= PN_LAST_STANDARD_FD ? pn_user_fd_dup(a->fds[i]) : -1;
        if (copy >= 0) {
            pn_fd_close(a->fds[i]);
            a->fds[i] = copy;
        }
    }
}

static PyObject *
answer(PnState *st, struct answer *a)
{
    struct pn_outcome out = {0};
    bool asking = is_asking(a->server, a->token);
    size_t count = asking ? a->server->places->count : 0;
    if (!asking || count != a->count) {
        for (size_t i = 0; i < a->count; i++)
            pn_fd_close(a->fds[i]);
        if (!asking)
            Py_RETURN_FALSE;
        PyErr_Format(PyExc_ValueError, "fds must have %zu descriptors, one for each place, not %zu", count, a->count);
        return NULL;
    }
    move_above_standard(a);
    take_all(st, a->server->places, a->fds, a->sharing, &out);
    if (is_asking(a->server, a->token))
        return conclude(a->server, &out);
    pn_outcome_clear(&out); /* making the error has run user code */
    Py_RETURN_FALSE;
}

/* _listen_answer(server, token, fds, mode): the server listens on the descriptors, one for each place, which it takes over.
 * True; False if this listen() does not wait any more: the descriptors are closed then, as they are after ValueError for
 * their number. mode: "fair", "none", or "rr": the connections come by _accept_fd(). */
PyObject *
pn_listen_answer(PyObject *module, PyObject *const *args, Py_ssize_t nargs)
{
    PnState *st = pn_state_of_module(module);
    struct answer a = {0};
    if (nargs != 4)
        return PyErr_Format(PyExc_TypeError, "_listen_answer(server, token, fds, mode)");
    PyObject *result = NULL;
    if (parse_server(st, args[0], args[1], &a) == 0 && parse_mode(args[3], &a) == 0 && parse_fds(st, args[2], &a) == 0)
        result = answer(st, &a);
    PyMem_RawFree(a.fds);
    return result;
}

/* _listen_failed(server, token, error): the listen() fails with the exception. True; False if it does not wait any more. */
PyObject *
pn_listen_failed(PyObject *module, PyObject *const *args, Py_ssize_t nargs)
{
    struct answer a = {0};
    struct pn_outcome out = {0};
    if (nargs != 3)
        return PyErr_Format(PyExc_TypeError, "_listen_failed(server, token, error)");
    if (parse_server(pn_state_of_module(module), args[0], args[1], &a) < 0)
        return NULL;
    if (!PyExceptionInstance_Check(args[2]))
        return pn_raise_arg_type("error", "an exception", args[2]);
    if (!is_asking(a.server, a.token))
        Py_RETURN_FALSE;
    out.error = Py_NewRef(args[2]);
    return conclude(a.server, &out);
}
