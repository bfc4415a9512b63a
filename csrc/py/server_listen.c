/* server_listen.c - Server.listen(): its forms, the lookup of a host, binding. */
#include <string.h>

#include "../uvio/sockaddr.h"
#include "args.h"
#include "driver.h"
#include "endpoint.h"
#include "errors.h"
#include "server.h"

#define DEFAULT_BACKLOG 511

/* --- binding --- */

static void
listen_failed(PnServer *s, int status, const struct pn_addr *addr, PyObject *path)
{
    struct pn_where where = {.syscall = "listen", .addr = addr, .path = path, .describe = true};
    pn_server_failed(s, pn_uv_error(s->em.st, status, &where));
}

static void
listen_at(PnServer *s, const struct pn_addr *addr)
{
    int status;
    struct pn_listener *l = pn_listener_tcp(s->em.st->loop, addr, 0, s->backlog, &status);
    if (l == NULL)
        listen_failed(s, status, addr, NULL);
    else
        pn_server_listening(s, l);
}

/* Without a host: `::` for both families, or 0.0.0.0 where there is no IPv6. */
static void
listen_anywhere(PnServer *s, uint16_t port)
{
    struct pn_addr any = {.family = 6, .port = port};
    int status;
    struct pn_listener *l = pn_listener_tcp(s->em.st->loop, &any, 0, s->backlog, &status);
    if (l == NULL && (status == UV_EADDRNOTAVAIL || status == UV_EAFNOSUPPORT || status == UV_EINVAL)) {
        any.family = 4;
        l = pn_listener_tcp(s->em.st->loop, &any, 0, s->backlog, &status);
    }
    if (l == NULL)
        listen_failed(s, status, &any, NULL);
    else
        pn_server_listening(s, l);
}

static int
listen_path(PnServer *s, PyObject *path)
{
    int status;
    PyObject *text = pn_path_text(path);
    if (text == NULL)
        return -1;
    struct pn_listener *l =
        pn_listener_path(s->em.st->loop, PyBytes_AS_STRING(path), (size_t)PyBytes_GET_SIZE(path), s->backlog, &status);
    if (l == NULL) {
        listen_failed(s, status, NULL, text);
    }
    else {
        Py_XSETREF(s->path, Py_NewRef(text));
        pn_server_listening(s, l);
    }
    Py_DECREF(text);
    return 0;
}

/* --- the lookup --- */

void
pn_server_cancel_lookup(PnServer *s)
{
    if (s->lookup == NULL)
        return;
    if (s->em.generation == s->em.st->generation)
        pn_lookup_cancel(s->lookup);
    s->lookup = NULL;
    Py_CLEAR(s->lookup_host);
    Py_DECREF(s); /* the lookup's reference */
}

static bool
is_link_local(const struct pn_addr *a)
{
    return a->family == 6 && a->bytes[0] == 0xfe && (a->bytes[1] & 0xc0) == 0x80;
}

static void
looked_up(PnServer *s, int status, int sys_errno, const struct pn_addr *addrs, size_t count, PyObject *host)
{
    if (status != 0 || count == 0) {
        pn_server_failed(s, pn_lookup_error(s->em.st, status, sys_errno, host));
        return;
    }
    size_t i = 0;
    while (i + 1 < count && is_link_local(&addrs[i]))
        i++;
    struct pn_addr addr = addrs[i];
    addr.port = s->port;
    listen_at(s, &addr);
}

static void
on_lookup(void *data, int status, int sys_errno, const struct pn_addr *addrs, size_t count)
{
    PnServer *s = data;
    PnState *st = s->em.st;
    PyObject *host = s->lookup_host;
    s->lookup = NULL;
    s->lookup_host = NULL;
    if (!st->closed) {
        unsigned scope = pn_enter(st);
        looked_up(s, status, sys_errno, addrs, count, host);
        pn_leave(st, scope);
    }
    Py_XDECREF(host);
    Py_DECREF(s); /* the lookup's reference */
}

static int
listen_host(PnServer *s, struct pn_endpoint *e)
{
    PnState *st = s->em.st;
    struct pn_addr addr;
    Py_ssize_t len;
    const char *text = PyUnicode_AsUTF8AndSize(e->host, &len);
    if (text == NULL)
        return -1;
    if (pn_addr_parse_scoped(text, (size_t)len, &addr) == 0) {
        addr.port = e->port;
        listen_at(s, &addr);
        return 0;
    }
    PyObject *name = pn_host_bytes(e->host);
    struct pn_resolver *r = pn_loop_resolver(st->loop);
    if (name == NULL)
        return -1;
    if (r != NULL)
        s->lookup = pn_resolver_start(r, PyBytes_AS_STRING(name), 0, 0, on_lookup, s);
    Py_DECREF(name);
    if (s->lookup == NULL) {
        PyErr_NoMemory();
        return -1;
    }
    Py_INCREF(s);
    s->lookup_host = Py_NewRef(e->host);
    s->port = e->port;
    return 0;
}

/* --- arguments --- */

static const char *const listen_names[] = {"port", "host", "path", "backlog", "callback", NULL};
enum { L_PORT, L_HOST, L_PATH, L_BACKLOG, L_CALLBACK, L_COUNT };

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
raise_listening(PnState *st)
{
    pn_raise_net(st, "ERR_SERVER_ALREADY_LISTEN", "Listen method has been called more than once without closing.");
    return -1;
}

/* Everything is checked before anything happens. */
static int
check(PnServer *s, struct pn_endpoint *e, PyObject **v, int *backlog)
{
    PnState *st = s->em.st;
    if (backlog_of(v[L_BACKLOG], e->backlog, backlog) < 0)
        return -1;
    if (v[L_CALLBACK] != NULL) {
        if (pn_check_callable(st, v[L_CALLBACK], "callback") < 0)
            return -1;
        Py_XSETREF(e->callback, Py_NewRef(v[L_CALLBACK]));
    }
    if (s->listener != NULL)
        return raise_listening(st);
    /* {"port": None} is a random port, as in Node. */
    if (e->options != NULL && !e->has_port && e->path == NULL && !PyMapping_HasKeyString(e->options, "port")) {
        pn_raise_arg_value("options", "must have the property \"port\" or \"path\"", e->options);
        return -1;
    }
    if (e->path != NULL && !e->has_port && PyBytes_GET_SIZE(e->path) == 0) {
        pn_raise_coded(PyExc_ValueError, "ERR_INVALID_ARG_VALUE", "The property 'options.path' must not be empty");
        return -1;
    }
    if (e->host != NULL) {
        PyObject *bytes = pn_host_bytes(e->host);
        if (bytes == NULL)
            return -1;
        Py_DECREF(bytes);
    }
    return 0;
}

static int
start(PnServer *s, struct pn_endpoint *e, PyObject **v)
{
    PnState *st = s->em.st;
    int backlog;
    if (check(s, e, v, &backlog) < 0 || pn_state_loop(st) == NULL)
        return -1;
    pn_mark_outside(&s->em);
    if (e->callback != NULL && pn_add_listener(&s->em, st->names.listening, e->callback, true, false) < 0)
        return -1;
    if (s->listener != NULL)
        return raise_listening(st); /* a `newListener` listener was faster */
    pn_server_cancel_lookup(s);
    s->close_emitted = 0;
    s->backlog = backlog;
    int status = 0;
    if (e->path != NULL && !e->has_port)
        status = listen_path(s, e->path);
    else if (e->host != NULL)
        status = listen_host(s, e);
    else
        listen_anywhere(s, e->port);
    return status < 0 ? -1 : pn_notify(st);
}

const char pn_listen_doc[] =
    "listen($self, /, *args, **options)\n--\n\n"
    "listen(port=0, host=None, backlog=511, callback=None, /)\nlisten(path, backlog=511, callback=None, /)\n"
    "listen(options, callback=None, /, **more)\n\n"
    "Starts to listen and returns the server. Port 0 is any free one; without a host on all addresses (\"::\", both\n"
    "families). A path makes a unix server (\"\\0name\": abstract). Options: port, host, path, backlog. The callback "
    "is\n"
    "added with once(\"listening\"). address() is right at once, except for a host that must be looked up.\n\n"
    "Events: listening, or error (EADDRINUSE, EACCES, EINVAL, a failed lookup). Raises NetError\n"
    "(ERR_SERVER_ALREADY_LISTEN), TypeError, ValueError (ERR_SOCKET_BAD_PORT, ERR_INVALID_ARG_VALUE).\n"
    "Node: server.listen().";

PyObject *
pn_server_listen_method(PyObject *op, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    PnServer *s = PN_SERVER(op);
    PnState *st = s->em.st;
    struct pn_endpoint e;
    PyObject *v[L_COUNT];
    if (pn_check_alive(&s->em) < 0 || pn_endpoint_parse(st, true, args, nargs, &e) < 0)
        return NULL;
    int status = pn_options("listen", listen_names, e.options, args + nargs, kwnames, v);
    if (status == 0) {
        status = pn_endpoint_options(st, true, v[L_PORT], v[L_HOST], v[L_PATH], &e);
        if (status == 0)
            status = start(s, &e, v);
        pn_options_clear(v, L_COUNT);
    }
    pn_endpoint_clear(&e);
    return status < 0 ? NULL : Py_NewRef(op);
}
