/* listen_args.c - the arguments of Server.listen(): reads and checks all of them before anything changes.
 *
 * A new option goes into listen_names and the enum below, in the same order, into struct pn_listen, start() in
 * listen_method.c, its docstring there, and pynet/_options.pyi. */
#include <string.h>

#include "py/base/args.h"
#include "py/server/listen_request.h"
#include "py/socket/bound_socket.h"
#include "uvio/fd.h"
#include "uvio/platform.h"
#include "uvio/sockaddr.h"

#define DEFAULT_BACKLOG 511

static const char *const listen_names[] = {
    "port",         "host",         "path", "fd",    "handle",       "backlog", "exclusive", "ipv6_only", "reuse_port",
    "readable_all", "writable_all", "mode", "group", "unlink_stale", "signal",  "callback",  NULL,
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
    L_MODE,
    L_GROUP,
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
        {L_IPV6_ONLY, PN_BIND_IPV6_ONLY},
        {L_REUSE_PORT, PN_BIND_REUSE_PORT},
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

/* --- who may connect to a path --- */

#define MODE_FOR_GROUP 0660 /* what most umasks leave keeps the group out: it needs write permission */

static int
read_mode(PyObject *obj, int *out)
{
    int overflow;
    if (!PyLong_Check(obj) || PyBool_Check(obj)) {
        pn_raise_arg_type("options.mode", "an int such as 0o660", obj);
        return -1;
    }
    long mode = PyLong_AsLongAndOverflow(obj, &overflow);
    if (overflow != 0 || mode < 0 || mode > 0777) {
        pn_raise_range("options.mode", ">= 0 and <= 0o777, such as 0o660", obj);
        return -1;
    }
    *out = (int)mode;
    return 0;
}

/* A name that is looked up, or a number. */
static int
read_group(PnState *st, PyObject *obj, uint32_t *out)
{
    bool named = PyUnicode_Check(obj);
    if (!named && (!PyLong_Check(obj) || PyBool_Check(obj))) {
        pn_raise_arg_type("options.group", "the name of a group or its number", obj);
        return -1;
    }
    PyObject *number = named ? PyObject_CallOneArg(pn_state_run(st, PN_RUN_group_id), obj) : Py_NewRef(obj);
    if (number == NULL)
        return -1;
    int overflow = 0;
    long long gid = PyLong_Check(number) ? PyLong_AsLongLongAndOverflow(number, &overflow) : -1;
    Py_DECREF(number);
    if (overflow == 0 && gid >= 0 && gid < (long long)PN_GROUP_UNCHANGED) {
        *out = (uint32_t)gid;
        return 0;
    }
    if (named)
        pn_raise_arg_value("options.group", "must be a group of this system", obj);
    else
        pn_raise_range("options.group", ">= 0 and <= 4294967294", obj);
    return -1;
}

/* readable_all and writable_all are Node's: exactly these bits, as Node sets them. */
static int
read_modes_for_all(PyObject **v, struct pn_listen *l)
{
    static const struct {
        int option, bits;
    } rows[] = {
        {L_READABLE_ALL, 0444},
        {L_WRITABLE_ALL, 0222},
    };
    int bits = 0;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const char *name = listen_names[rows[i].option];
        int on = pn_arg_bool(v[rows[i].option]);
        if (on < 0)
            return -1;
        if (on > 0 && v[L_MODE] != NULL) {
            pn_raise_coded(PyExc_ValueError, "ERR_INVALID_ARG_VALUE",
                           "The property 'options.mode' cannot be set beside '%s', which is a mode itself", name);
            return -1;
        }
        if (on > 0 && l->needs_file == NULL)
            l->needs_file = name;
        bits |= on > 0 ? rows[i].bits : 0;
    }
    if (bits != 0)
        l->access.mode = bits;
    return 0;
}

/* Raises for the options of a file where paths have none. */
static int
check_files(PnState *st, PyObject **v, const struct pn_listen *l)
{
    const char *feature = v[L_MODE] != NULL                        ? "listen(mode=...)"
                          : v[L_GROUP] != NULL                     ? "listen(group=...)"
                          : (l->flags & PN_BIND_UNLINK_STALE) != 0 ? "listen(unlink_stale=True)"
                                                                   : NULL;
    if (PN_HAS_UNIX_SOCKETS || feature == NULL)
        return 0;
    pn_raise_unavailable(st, feature);
    return -1;
}

static int
read_access(PnState *st, PyObject **v, struct pn_listen *l)
{
    if (check_files(st, v, l) < 0)
        return -1;
    l->access.mode = v[L_GROUP] != NULL ? MODE_FOR_GROUP : PN_MODE_BY_UMASK;
    l->access.group = PN_GROUP_UNCHANGED;
    if (v[L_MODE] != NULL && read_mode(v[L_MODE], &l->access.mode) < 0)
        return -1;
    if (v[L_GROUP] != NULL && read_group(st, v[L_GROUP], &l->access.group) < 0)
        return -1;
    if (v[L_MODE] != NULL || v[L_GROUP] != NULL)
        l->needs_file = l->needs_path = listen_names[v[L_MODE] != NULL ? L_MODE : L_GROUP];
    return read_modes_for_all(v, l);
}

/* Raises for `mode` and `group` without a file. */
static int
check_access(struct pn_listen *l)
{
    const char *reason = NULL;
    if (l->needs_path == NULL)
        return 0;
    if (l->form == PN_LISTEN_FD)
        reason = "cannot be set with a descriptor: set the permissions where its path is bound";
    else if (l->form == PN_LISTEN_BOUND)
        reason = pn_bound_has_file(l->bound) ? NULL : "needs the path of a unix socket; this BoundSocket has no file";
    else if (!pn_places_have_path(l->places))
        reason = "needs the path of a unix socket; a port has no file";
    if (reason == NULL)
        return 0;
    pn_raise_coded(PyExc_ValueError, "ERR_INVALID_ARG_VALUE", "The property 'options.%s' %s", l->needs_path, reason);
    return -1;
}

/* --- the callback --- */

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
check_path(PyObject *path, const struct pn_listen *l)
{
    if (PyBytes_GET_SIZE(path) == 0) {
        pn_raise_coded(PyExc_ValueError, "ERR_INVALID_ARG_VALUE", "The property 'options.path' must not be empty");
        return -1;
    }
    if (PyBytes_AS_STRING(path)[0] == '\0' && l->needs_file != NULL) {
        pn_raise_coded(PyExc_ValueError, "ERR_INVALID_ARG_VALUE",
                       "The property 'options.%s' cannot be set for an abstract name, which has no file",
                       l->needs_file);
        return -1;
    }
    return 0;
}

/* The host: an IP address, or a name to look up. */
static int
take_host(PyObject *host, struct pn_place *p)
{
    Py_ssize_t len;
    p->name = pn_host_bytes(host); /* among the checks: it may run Python code */
    const char *text = p->name != NULL ? PyUnicode_AsUTF8AndSize(host, &len) : NULL;
    if (text == NULL)
        return -1;
    uint16_t port = p->addr.port;
    if (pn_addr_parse_scoped(text, (size_t)len, &p->addr) != 0)
        p->host = Py_NewRef(host);
    else
        Py_CLEAR(p->name);
    p->addr.port = port;
    return 0;
}

static int
take_place(const struct pn_endpoint *e, const struct pn_listen *l, struct pn_place *p)
{
    if (e->path != NULL && !e->has_port) {
        p->path = Py_NewRef(e->path);
        return check_path(p->path, l);
    }
    p->addr.port = e->port;
    return e->host != NULL ? take_host(e->host, p) : 0;
}

/* --- several places --- */

static int
take_item(PnState *st, PyObject *item, const struct pn_listen *l, struct pn_place *p)
{
    struct pn_endpoint e;
    if (pn_endpoint_parse(st, true, &item, 1, &e) < 0)
        return -1;
    int status = -1;
    if (e.has_port || e.path != NULL)
        status = take_place(&e, l, p);
    else
        pn_raise_arg_type("addresses", "a list of ports, (host, port) tuples, SocketAddresses and paths", item);
    pn_endpoint_clear(&e);
    return status;
}

static int
take_list(PnState *st, PyObject *list, struct pn_listen *l)
{
    PyObject *items = PyList_AsTuple(list); /* reading the items may run code that changes the list */
    Py_ssize_t count = items != NULL ? PyTuple_GET_SIZE(items) : 0;
    if (items != NULL && count == 0)
        pn_raise_arg_value("addresses", "must not be empty", list);
    l->form = PN_LISTEN_PLACES;
    l->places = count > 0 ? pn_places_new((size_t)count) : NULL;
    int status = l->places != NULL ? 0 : -1;
    for (Py_ssize_t i = 0; status == 0 && i < count; i++)
        status = take_item(st, PyTuple_GET_ITEM(items, i), l, &l->places->at[i]);
    Py_XDECREF(items);
    return status;
}

/* The options that name a place do not go together with a list. */
static int
check_alone(PnState *st, PyObject **v, struct pn_listen *l)
{
    static const int options[] = {L_PORT, L_HOST, L_PATH, L_FD, L_HANDLE};
    for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++) {
        if (v[options[i]] != NULL) {
            pn_raise_coded(PyExc_ValueError, "ERR_INVALID_ARG_VALUE",
                           "The property 'options.%s' cannot be set beside a list of addresses",
                           listen_names[options[i]]);
            return -1;
        }
    }
    return take_list(st, l->at.list, l);
}

/* --- one place --- */

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
choose(PnState *st, PyObject **v, PyObject *kwnames, struct pn_listen *l)
{
    struct pn_endpoint *e = &l->at;
    if (e->list != NULL)
        return check_alone(st, v, l);
    if (v[L_HANDLE] != NULL)
        return pn_listen_take_handle(st, v[L_HANDLE], "options.handle", l);
    if (e->handle != NULL)
        return pn_listen_take_handle(st, e->handle, "handle", l);
    if (v[L_FD] != NULL)
        return pn_listen_take_number(st, v[L_FD], l);
    int nowhere = e->path == NULL || e->has_port ? has_no_place(e, kwnames) : 0;
    if (nowhere > 0)
        pn_raise_arg_value("options", "must have the property \"port\" or \"path\"", e->options);
    if (nowhere != 0)
        return -1;
    l->form = PN_LISTEN_PLACES;
    l->places = pn_places_new(1);
    return l->places != NULL ? take_place(e, l, &l->places->at[0]) : -1;
}

/* --- all --- */

int
pn_raise_already_listening(PnState *st)
{
    pn_raise_net(st, "ERR_SERVER_ALREADY_LISTEN", "Listen method has been called more than once without closing.");
    return -1;
}

/* In a worker of a cluster: what its primary needs to know, as it was given, in a dict. */
static int
keep_options(PyObject **v, struct pn_listen *l)
{
    static const int flags[] = {L_IPV6_ONLY, L_READABLE_ALL, L_WRITABLE_ALL, L_UNLINK_STALE};
    bool has_backlog = v[L_BACKLOG] != NULL || l->at.backlog != NULL;
    PyObject *dict = PyDict_New();
    l->places->options = dict;
    if (dict == NULL)
        return -1;
    PyObject *backlog = has_backlog ? PyLong_FromLong(l->backlog) : Py_NewRef(Py_None);
    PyObject *mode = v[L_MODE] != NULL ? PyLong_FromLong(l->access.mode) : Py_NewRef(Py_None);
    PyObject *group = v[L_GROUP] != NULL ? PyLong_FromUnsignedLong(l->access.group) : Py_NewRef(Py_None);
    bool failed = backlog == NULL || mode == NULL || group == NULL ||
                  PyDict_SetItemString(dict, listen_names[L_BACKLOG], backlog) < 0 ||
                  PyDict_SetItemString(dict, listen_names[L_MODE], mode) < 0 ||
                  PyDict_SetItemString(dict, listen_names[L_GROUP], group) < 0;
    Py_XDECREF(backlog);
    Py_XDECREF(mode);
    Py_XDECREF(group);
    for (size_t i = 0; !failed && i < sizeof(flags) / sizeof(flags[0]); i++) {
        int on = pn_arg_bool(v[flags[i]]);
        PyObject *value = v[flags[i]] == NULL ? Py_None : on > 0 ? Py_True : Py_False;
        failed = on < 0 || PyDict_SetItemString(dict, listen_names[flags[i]], value) < 0;
    }
    return failed ? -1 : 0;
}

static int
check(PnServer *s, PyObject **v, PyObject *kwnames, struct pn_listen *l)
{
    PnState *st = s->em.st;
    if (pn_endpoint_options(st, true, v[L_PORT], v[L_HOST], v[L_PATH], &l->at) < 0 ||
        backlog_of(v[L_BACKLOG], l->at.backlog, &l->backlog) < 0 || read_flags(v, l) < 0 || read_access(st, v, l) < 0 ||
        read_callback(st, v[L_CALLBACK], &l->at) < 0)
        return -1;
    if (v[L_SIGNAL] != NULL && pn_check_abort_signal(st, v[L_SIGNAL], "options.signal") < 0)
        return -1;
    l->signal = Py_XNewRef(v[L_SIGNAL]);
    if (s->listener != NULL)
        return pn_raise_already_listening(st);
    if (choose(st, v, kwnames, l) < 0 || check_access(l) < 0)
        return -1;
    if (l->places != NULL)
        l->places->access = l->access;
    if (l->places != NULL && st->cluster_ask != NULL && !l->exclusive && keep_options(v, l) < 0)
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
        pn_fd_close(l->fd);
    l->fd = -1;
    pn_endpoint_clear(&l->at);
    pn_places_free(l->places);
    l->places = NULL;
    Py_CLEAR(l->bound);
    Py_CLEAR(l->signal);
    pn_outcome_clear(&l->outcome);
}
