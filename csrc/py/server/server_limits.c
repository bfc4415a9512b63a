/* server_limits.c - limits for each client address: the options and properties, and the place of a connection.
 *
 * Owns:    a server's `limits`, from the first time that one is set until the server is freed. Each connection that was
 *          admitted since, or was open then, has an entry in it, which its socket's extras borrow.
 * Threads: every function runs with the GIL held. Nothing here runs user code, except the release of an exception. */
#include <limits.h>
#include <math.h>

#include "py/base/args.h"
#include "py/server/server_limits.h"

struct pn_server_limits {
    struct pn_address_limits *table; /* own */
    struct pn_limit_options options;
};

static const struct pn_limit_options no_limits = {.most = -1, .prefix = 128};

#define SECOND 1e9 /* nanoseconds */
#define MOST   1e9 /* of both numbers of accept_rate */

/* --- options --- */

static int
most_of(PyObject *obj, const char *name, long *out)
{
    *out = -1;
    return obj == NULL || obj == Py_None ? 0 : pn_arg_int(obj, name, 0, INT_MAX, ">= 0 && <= 2147483647", out);
}

static int
prefix_of(PyObject *obj, const char *name, long *out)
{
    *out = no_limits.prefix;
    return obj == NULL || obj == Py_None ? 0 : pn_arg_int(obj, name, 1, 128, ">= 1 && <= 128", out);
}

static int
positive(PyObject *obj, const char *name, double *out)
{
    if (PyBool_Check(obj) || (!PyLong_Check(obj) && !PyFloat_Check(obj))) {
        pn_raise_arg_type(name, "an int or float, or a pair of them: (connections, seconds)", obj);
        return -1;
    }
    if (pn_arg_number(obj, name, out) < 0)
        return -1;
    if (*out > 0 && *out <= MOST)
        return 0;
    pn_raise_range(name, "> 0 && <= 1e9", obj);
    return -1;
}

/* A tuple or list of two: a new tuple; NULL without an exception if it is anything else. */
static PyObject *
pair_of(PyObject *obj)
{
    if (PyTuple_Check(obj) && PyTuple_GET_SIZE(obj) == 2)
        return Py_NewRef(obj);
    return PyList_Check(obj) && PyList_GET_SIZE(obj) == 2 ? PyList_AsTuple(obj) : NULL;
}

/* A number of connections a second, or a pair (connections, seconds). */
static int
rate_of(PyObject *obj, const char *name, struct pn_limit_options *out)
{
    double count = 0, seconds = 1;
    int status;
    if (obj == NULL || obj == Py_None) {
        out->count = out->seconds = 0;
        return 0;
    }
    PyObject *pair = pair_of(obj);
    if (pair != NULL)
        status = positive(PyTuple_GET_ITEM(pair, 0), name, &count) < 0
                     ? -1
                     : positive(PyTuple_GET_ITEM(pair, 1), name, &seconds);
    else if (PyErr_Occurred())
        return -1;
    else
        status = positive(obj, name, &count);
    Py_XDECREF(pair);
    if (status < 0)
        return -1;
    out->count = count;
    out->seconds = seconds;
    out->pair = pair != NULL;
    return 0;
}

int
pn_limit_options(PyObject *most, PyObject *rate, PyObject *prefix, struct pn_limit_options *out)
{
    *out = no_limits;
    return most_of(most, "options.max_connections_per_address", &out->most) < 0 ||
                   rate_of(rate, "options.accept_rate", out) < 0 ||
                   prefix_of(prefix, "options.ipv6_prefix", &out->prefix) < 0
               ? -1
               : 0;
}

/* --- setting them --- */

static void
set_table(struct pn_address_limits *table, const struct pn_limit_options *o)
{
    double interval = o->seconds > 0 ? fmin(fmax(o->seconds * SECOND / o->count, 1), MOST * SECOND) : 0;
    pn_address_limits_set_open(table, o->most < 0 ? PN_LIMITS_ANY : (uint32_t)o->most);
    pn_address_limits_set_rate(table, (uint64_t)interval, o->count > 1 ? (uint64_t)o->count : 1);
    pn_address_limits_set_prefix(table, (unsigned)o->prefix);
}

struct counting {
    PnServer *server;
    struct pn_address_limits *table; /* NULL: the entries are forgotten */
    bool failed;
};

/* The address of the client, also behind a proxy. False: it has none. */
static bool
client_of(const PnSocket *sock, const struct pn_stream *io, struct pn_addr *out)
{
    const struct pn_proxy_note *note = sock->extras != NULL ? sock->extras->proxy : NULL;
    const struct pn_addr *client = note != NULL ? pn_proxy_client(note) : NULL;
    if (client == NULL)
        return pn_stream_peer(io, out);
    *out = *client;
    return client->family != 0;
}

/* One connection from before the limits. */
static void
count(struct pn_stream *io, void *arg)
{
    struct counting *c = arg;
    struct pn_addr client;
    if (c->failed || io->owner == NULL || io->events != &pn_socket_stream_events)
        return;
    PnSocket *sock = io->owner;
    if (!sock->counted || sock->server != (PyObject *)c->server || !client_of(sock, io, &client))
        return;
    if (c->table == NULL) {
        if (sock->extras != NULL)
            sock->extras->limited = NULL;
        return;
    }
    struct pn_socket_extras *extras = pn_extras_of(sock);
    if (extras != NULL && (extras->limited = pn_address_limits_count(c->table, &client)) == NULL)
        PyErr_NoMemory();
    c->failed = PyErr_Occurred() != NULL;
}

static int
count_open(PnServer *s, struct pn_address_limits *table)
{
    PnState *st = s->em.st;
    struct counting c = {s, table, false};
    if (st->loop == NULL || st->closed || s->em.generation != st->generation)
        return 0;
    pn_stream_each(&s->streams, count, &c);
    if (!c.failed)
        return 0;
    c = (struct counting){s, NULL, false};
    pn_stream_each(&s->streams, count, &c);
    return -1;
}

static struct pn_server_limits *
new_limits(PnServer *s)
{
    uint64_t secrets[PN_LIMITS_SECRETS];
    int status = uv_random(NULL, NULL, secrets, sizeof(secrets), 0, NULL);
    if (status != 0) {
        (void)pn_raise_uv(s->em.st, status, "getrandom");
        return NULL;
    }
    struct pn_server_limits *limits = PyMem_RawCalloc(1, sizeof(*limits));
    if (limits != NULL && (limits->table = pn_address_limits_new(secrets, PN_LIMITS_MOST_IDLE)) == NULL) {
        PyMem_RawFree(limits);
        limits = NULL;
    }
    if (limits == NULL)
        PyErr_NoMemory();
    else if (count_open(s, limits->table) < 0) {
        pn_address_limits_free(limits->table);
        PyMem_RawFree(limits);
        limits = NULL;
    }
    return limits;
}

int
pn_server_set_limits(PnServer *s, const struct pn_limit_options *o)
{
    bool any = o->most >= 0 || o->seconds > 0 || o->prefix != no_limits.prefix;
    if (s->limits == NULL && (!any || (s->limits = new_limits(s)) == NULL))
        return any ? -1 : 0;
    s->limits->options = *o;
    set_table(s->limits->table, o);
    return 0;
}

void
pn_server_free_limits(PnServer *s)
{
    if (s->limits == NULL)
        return;
    pn_address_limits_free(s->limits->table);
    PyMem_RawFree(s->limits);
    s->limits = NULL;
}

/* --- the entry of a connection --- */

int
pn_limits_admit(PnServer *s, const struct pn_addr *client, struct pn_limited **entry, const char **reason)
{
    *entry = NULL;
    if (client->family == 0)
        return 0;
    switch (pn_address_limits_admit(s->limits->table, client, uv_hrtime(), entry)) {
    case PN_ADMITTED:
        return 0;
    case PN_TOO_MANY_OPEN:
        *reason = "max_connections_per_address";
        return 1;
    case PN_TOO_FAST:
        *reason = "accept_rate";
        return 1;
    default:
        PyErr_NoMemory();
        return -1;
    }
}

int
pn_limits_attach(PnServer *s, PnSocket *sock, struct pn_limited *entry)
{
    struct pn_socket_extras *extras = sock->counted ? pn_extras_of(sock) : NULL;
    if (extras == NULL) { /* destroyed already, or out of memory */
        pn_limits_release(s, entry);
        return sock->counted ? -1 : 0;
    }
    extras->limited = entry;
    return 0;
}

void
pn_limits_release(PnServer *s, struct pn_limited *entry)
{
    pn_address_limits_release(s->limits->table, entry, uv_hrtime());
}

void
pn_limits_detach(PnServer *s, PnSocket *sock)
{
    if (sock->extras == NULL || sock->extras->limited == NULL)
        return;
    pn_limits_release(s, sock->extras->limited);
    sock->extras->limited = NULL;
}

/* --- properties --- */

static struct pn_limit_options
options_of(PyObject *op)
{
    const PnServer *s = PN_SERVER(op);
    return s->limits != NULL ? s->limits->options : no_limits;
}

const char pn_per_address_doc[] =
    PyDoc_STR("When a client's address has this many connections open, the server drops new ones from it, and emits\n"
              "\"drop\". 0 drops all, None means no limit. Connections that are open already count, and stay. Without\n"
              "effect on a unix server. TypeError (ERR_INVALID_ARG_TYPE), ValueError (ERR_OUT_OF_RANGE).");

PyObject *
pn_server_get_per_address(PyObject *op, void *closure)
{
    long most = options_of(op).most;
    (void)closure;
    if (most < 0)
        Py_RETURN_NONE;
    return PyLong_FromLong(most);
}

int
pn_server_set_per_address(PyObject *op, PyObject *value, void *closure)
{
    struct pn_limit_options o = options_of(op);
    (void)closure;
    if (most_of(value, "max_connections_per_address", &o.most) < 0)
        return -1;
    return pn_server_set_limits(PN_SERVER(op), &o);
}

const char pn_accept_rate_doc[] = PyDoc_STR(
    "How many connections a second the server accepts from one client's address, or a pair (connections,\n"
    "seconds): so many at once, and in the long run so many in each period. It drops more, and emits \"drop\".\n"
    "None means no limit. Without effect on a unix server. TypeError (ERR_INVALID_ARG_TYPE), ValueError\n"
    "(ERR_OUT_OF_RANGE).");

static PyObject *
number_of(double value)
{
    return value == floor(value) ? PyLong_FromDouble(value) : PyFloat_FromDouble(value);
}

PyObject *
pn_server_get_accept_rate(PyObject *op, void *closure)
{
    struct pn_limit_options o = options_of(op);
    (void)closure;
    if (o.seconds <= 0)
        Py_RETURN_NONE;
    if (!o.pair)
        return number_of(o.count);
    PyObject *number = number_of(o.count), *seconds = number_of(o.seconds);
    PyObject *both = number != NULL && seconds != NULL ? PyTuple_Pack(2, number, seconds) : NULL;
    Py_XDECREF(number);
    Py_XDECREF(seconds);
    return both;
}

int
pn_server_set_accept_rate(PyObject *op, PyObject *value, void *closure)
{
    struct pn_limit_options o = options_of(op);
    (void)closure;
    if (rate_of(value, "accept_rate", &o) < 0)
        return -1;
    return pn_server_set_limits(PN_SERVER(op), &o);
}

const char pn_ipv6_prefix_doc[] = PyDoc_STR(
    "max_connections_per_address and accept_rate count the IPv6 addresses together that have the same first\n"
    "bits, 1 to 128. 64 is what a network has. 128, the default, counts each address for itself. A change is\n"
    "for new connections. TypeError (ERR_INVALID_ARG_TYPE), ValueError (ERR_OUT_OF_RANGE).");

PyObject *
pn_server_get_ipv6_prefix(PyObject *op, void *closure)
{
    (void)closure;
    return PyLong_FromLong(options_of(op).prefix);
}

int
pn_server_set_ipv6_prefix(PyObject *op, PyObject *value, void *closure)
{
    struct pn_limit_options o = options_of(op);
    (void)closure;
    if (prefix_of(value, "ipv6_prefix", &o.prefix) < 0)
        return -1;
    return pn_server_set_limits(PN_SERVER(op), &o);
}

int
pn_server_add_limits(PnServer *s, PyObject *dict)
{
    static PyObject *(*const getters[])(PyObject *, void *) = {
        pn_server_get_per_address,
        pn_server_get_accept_rate,
        pn_server_get_ipv6_prefix,
    };
    static const char *const names[] = {"max_connections_per_address", "accept_rate", "ipv6_prefix"};
    int status = 0;
    for (size_t i = 0; i < 3 && status == 0; i++) {
        PyObject *value = getters[i]((PyObject *)s, NULL);
        status = value != NULL ? PyDict_SetItemString(dict, names[i], value) : -1;
        Py_XDECREF(value);
    }
    return status;
}
