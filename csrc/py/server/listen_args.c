/* listen_args.c - the arguments of Server.listen(): reads and checks all of them before anything changes.
 *
 * A new option goes into listen_names and the enum below, in the same order, into struct pn_listen, start() in
 * listen_method.c, its docstring there, and pynet/_options.pyi. */
#include <string.h>
#include <unistd.h>

#include "py/base/args.h"
#include "py/server/listen_request.h"

#define DEFAULT_BACKLOG 511

static const char *const listen_names[] = {
    "port",       "host",         "path",         "fd",           "handle", "backlog",  "exclusive", "ipv6_only",
    "reuse_port", "readable_all", "writable_all", "unlink_stale", "signal", "callback", NULL,
};
enum {
    L_PORT,
    L_HOST,
    L_PATH,
    L_FD,
    L_HANDLE,
    L_BACKLOG,
    L_EXCLUSIVE,
    L_IPV6_ONLY,
    L_REUSE_PORT,
    L_READABLE_ALL,
    L_WRITABLE_ALL,
    L_UNLINK_STALE,
    L_SIGNAL,
    L_CALLBACK,
    L_COUNT
};

/* --- values --- */

static int
backlog_of(PyObject *option, PyObject *positional, int *out)
{
    PyObject *obj = option != NULL ? option : positional;
    double value = 0;
    *out = DEFAULT_BACKLOG;
    if (obj == NULL)
        return 0;
    if (pn_arg_number(obj, "options.backlog", &value) < 0)
        return -1;
    if (value > 2147483647 || value < -2147483648.0) {
        pn_raise_range("options.backlog", "a 32-bit number", obj);
        return -1;
    }
    if (value != 0 && value == value && (value > 0 || option != NULL))
        *out = (int)value;
    return 0;
}

static int
read_flags(PyObject **v, struct pn_listen *l)
{
    static const struct {
        int option;
        unsigned flag;
    } rows[] = {
        {L_IPV6_ONLY, PN_BIND_IPV6_ONLY},       {L_REUSE_PORT, PN_BIND_REUSE_PORT},
        {L_READABLE_ALL, PN_BIND_READABLE_ALL}, {L_WRITABLE_ALL, PN_BIND_WRITABLE_ALL},
        {L_UNLINK_STALE, PN_BIND_UNLINK_STALE},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        int on = pn_arg_bool(v[rows[i].option]);
        if (on < 0)
            return -1;
        if (on > 0)
            l->flags |= rows[i].flag;
    }
    int exclusive = pn_arg_bool(v[L_EXCLUSIVE]);
    /* With reuse_port the kernel distributes the connections: the workers of a cluster must not do it again. */
    l->exclusive = exclusive > 0 || (l->flags & PN_BIND_REUSE_PORT) != 0;
    return exclusive < 0 ? -1 : 0;
}

static int
read_callback(PnState *st, PyObject *option, struct pn_endpoint *e)
{
    if (option == NULL)
        return 0;
    if (pn_check_callable(st, option, "callback") < 0)
        return -1;
    Py_XSETREF(e->callback, Py_NewRef(option));
    return 0;
}

/* --- where --- */

static int
check_path(struct pn_listen *l)
{
    PyObject *path = l->at.path;
    l->form = PN_LISTEN_PATH;
    if (PyBytes_GET_SIZE(path) == 0) {
        pn_raise_coded(PyExc_ValueError, "ERR_INVALID_ARG_VALUE", "The property 'options.path' must not be empty");
        return -1;
    }
    unsigned all = l->flags & (PN_BIND_READABLE_ALL | PN_BIND_WRITABLE_ALL);
    if (PyBytes_AS_STRING(path)[0] == '\0' && all != 0) {
        pn_raise_coded(PyExc_ValueError, "ERR_INVALID_ARG_VALUE",
                       "The property 'options.%s' cannot be set for an abstract name, which has no file",
                       (all & PN_BIND_READABLE_ALL) != 0 ? "readable_all" : "writable_all");
        return -1;
    }
    return 0;
}

static bool
has_name(PyObject *kwnames, const char *name)
{
    for (Py_ssize_t i = 0; kwnames != NULL && i < PyTuple_GET_SIZE(kwnames); i++) {
        if (PyUnicode_CompareWithASCIIString(PyTuple_GET_ITEM(kwnames, i), name) == 0)
            return true;
    }
    return false;
}

/* Returns whether the mapping has the key, or -1 with an exception other than KeyError. */
static int
has_key(PyObject *mapping, const char *key)
{
    PyObject *value = PyMapping_GetItemString(mapping, key);
    if (value == NULL && !PyErr_ExceptionMatches(PyExc_KeyError))
        return -1;
    if (value == NULL)
        PyErr_Clear();
    Py_XDECREF(value);
    return value != NULL;
}

/* 1 if the caller named a place and its value is None: a random port on all addresses is not what was meant.
 * {"port": None} is a random port, as in Node. 0 if not; -1 with an exception. */
static int
has_no_place(struct pn_endpoint *e, PyObject *kwnames)
{
    if (e->has_port || has_name(kwnames, "port"))
        return 0;
    if (e->options != NULL) {
        int found = has_key(e->options, "port");
        return found < 0 ? -1 : !found;
    }
    return has_name(kwnames, "path") || has_name(kwnames, "fd") || has_name(kwnames, "handle");
}

static int
check_port(PyObject *kwnames, struct pn_listen *l)
{
    struct pn_endpoint *e = &l->at;
    l->form = PN_LISTEN_PORT;
    int nowhere = has_no_place(e, kwnames);
    if (nowhere > 0)
        pn_raise_arg_value("options", "must have the property \"port\" or \"path\"", e->options);
    if (nowhere != 0)
        return -1;
    if (e->host == NULL)
        return 0;
    l->name = pn_host_bytes(e->host); /* among the checks: it may run Python code */
    return l->name != NULL ? 0 : -1;
}

static int
choose(PnState *st, PyObject **v, PyObject *kwnames, struct pn_listen *l)
{
    struct pn_endpoint *e = &l->at;
    if (v[L_HANDLE] != NULL)
        return pn_listen_take_handle(st, v[L_HANDLE], "options.handle", l);
    if (e->handle != NULL)
        return pn_listen_take_handle(st, e->handle, "handle", l);
    if (v[L_FD] != NULL)
        return pn_listen_take_number(st, v[L_FD], l);
    return e->path != NULL && !e->has_port ? check_path(l) : check_port(kwnames, l);
}

/* --- all --- */

int
pn_raise_already_listening(PnState *st)
{
    pn_raise_net(st, "ERR_SERVER_ALREADY_LISTEN", "Listen method has been called more than once without closing.");
    return -1;
}

static int
check(PnServer *s, PyObject **v, PyObject *kwnames, struct pn_listen *l)
{
    PnState *st = s->em.st;
    if (pn_endpoint_options(st, true, v[L_PORT], v[L_HOST], v[L_PATH], &l->at) < 0 ||
        backlog_of(v[L_BACKLOG], l->at.backlog, &l->backlog) < 0 || read_flags(v, l) < 0 ||
        read_callback(st, v[L_CALLBACK], &l->at) < 0)
        return -1;
    if (v[L_SIGNAL] != NULL && pn_check_abort_signal(st, v[L_SIGNAL], "options.signal") < 0)
        return -1;
    l->signal = Py_XNewRef(v[L_SIGNAL]);
    if (s->listener != NULL)
        return pn_raise_already_listening(st);
    if (choose(st, v, kwnames, l) < 0)
        return -1;
    return s->listener != NULL ? pn_raise_already_listening(st) : 0; /* a user's fileno() called listen() */
}

int
pn_listen_parse(PnServer *s, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames, struct pn_listen *l)
{
    PyObject *v[L_COUNT];
    memset(l, 0, sizeof(*l));
    l->fd = l->taken_fd = -1;
    if (pn_endpoint_parse(s->em.st, true, args, nargs, &l->at) < 0)
        return -1;
    int status = pn_options("listen", listen_names, l->at.options, args + nargs, kwnames, v);
    if (status == 0) {
        status = check(s, v, kwnames, l);
        pn_options_clear(v, L_COUNT);
    }
    if (status < 0)
        pn_listen_clear(l);
    return status;
}

void
pn_listen_clear(struct pn_listen *l)
{
    if (l->fd >= 0)
        close(l->fd);
    l->fd = -1;
    pn_endpoint_clear(&l->at);
    Py_CLEAR(l->name);
    Py_CLEAR(l->bound);
    Py_CLEAR(l->signal);
    if (l->listener != NULL)
        pn_listener_close(l->listener);
    l->listener = NULL;
    Py_CLEAR(l->path);
    Py_CLEAR(l->error);
}
