/* server_options.c - the options of Server(): checks all of them, then applies them. */
#include "py/address/blocklist_rules.h"
#include "py/base/args.h"
#include "py/events/emitter.h"
#include "py/server/server.h"
#include "py/server/server_limits.h"
#include "py/server/server_proxy.h"
#include "py/server/server_tls.h"
#include "py/socket/socket_checks.h"

static const char *const server_names[] = {
    "allow_half_open",
    "pause_on_connect",
    "no_delay",
    "keep_alive",
    "keep_alive_initial_delay",
    "high_water_mark",
    "max_write_buffer",
    "listener",
    "block_list",
    "grace",
    "socket_factory",
    "proxy_protocol",
    "proxy_untrusted",
    "proxy_timeout",
    "max_connections_per_address",
    "accept_rate",
    "ipv6_prefix",
    "ssl",
    "handshake_timeout",
    "strict_end",
    NULL,
};
enum {
    S_HALF_OPEN,
    S_PAUSE,
    S_NO_DELAY,
    S_KEEP_ALIVE,
    S_DELAY,
    S_MARK,
    S_MAX_WRITE,
    S_LISTENER,
    S_BLOCK_LIST,
    S_GRACE,
    S_FACTORY,
    S_PROXY,
    S_PROXY_UNTRUSTED,
    S_PROXY_TIMEOUT,
    S_PER_ADDRESS,
    S_RATE,
    S_PREFIX,
    S_SSL,
    S_HANDSHAKE_TIMEOUT,
    S_STRICT_END,
    S_COUNT
};

PyObject *
pn_server_knows_option(PyObject *module, PyObject *name)
{
    (void)module;
    if (!PyUnicode_Check(name))
        return pn_raise_arg_type("name", "a str", name);
    return PyBool_FromLong(pn_knows_option(server_names, name));
}

int
pn_server_grace_of(PyObject *obj, const char *name, double *out)
{
    *out = -1;
    if (obj == NULL || obj == Py_None)
        return 0;
    if (pn_arg_number(obj, name, out) < 0)
        return -1;
    if (*out >= 0)
        return 0;
    pn_raise_range(name, ">= 0", obj);
    return -1;
}

static int
apply_options(PnServer *s, PyObject **v)
{
    uint32_t mark = s->em.st->default_mark, max_write = UINT32_MAX;
    uint16_t delay = 0;
    double grace;
    struct pn_limit_options limits;
    int flags[4];
    for (int i = 0; i < 4; i++) {
        flags[i] = pn_arg_bool(v[i]);
        if (flags[i] < 0)
            return -1;
    }
    if (pn_keep_alive_delay(v[S_DELAY], &delay) < 0 || pn_high_water_mark(v[S_MARK], &mark) < 0 ||
        pn_max_write_buffer(v[S_MAX_WRITE], &max_write) < 0 ||
        pn_server_grace_of(v[S_GRACE], "options.grace", &grace) < 0 ||
        pn_limit_options(v[S_PER_ADDRESS], v[S_RATE], v[S_PREFIX], &limits) < 0)
        return -1;
    if (v[S_LISTENER] != NULL && pn_check_callable(s->em.st, v[S_LISTENER], "listener") < 0)
        return -1;
    if (v[S_BLOCK_LIST] != NULL && pn_check_block_list(s->em.st, v[S_BLOCK_LIST], "options.block_list") < 0)
        return -1;
    if (v[S_FACTORY] != NULL && pn_check_callable(s->em.st, v[S_FACTORY], "options.socket_factory") < 0)
        return -1;
    struct pn_proxy_options proxy;
    if (pn_proxy_options_read(s->em.st, v[S_PROXY], v[S_PROXY_UNTRUSTED], v[S_PROXY_TIMEOUT], &proxy) < 0 ||
        pn_server_set_tls(s, v[S_SSL], v[S_HANDSHAKE_TIMEOUT], v[S_STRICT_END]) < 0 ||
        pn_proxy_options_apply(s, &proxy) < 0 || pn_server_set_limits(s, &limits) < 0)
        return -1;
    s->options.allow_half_open = flags[S_HALF_OPEN] != 0;
    s->options.pause_on_connect = flags[S_PAUSE] != 0;
    s->options.no_delay = v[S_NO_DELAY] != NULL ? flags[S_NO_DELAY] != 0 : s->em.st->no_delay;
    s->options.keep_alive = flags[S_KEEP_ALIVE] != 0;
    s->options.keep_alive_delay = delay;
    s->options.high_water_mark = mark;
    s->options.max_write_buffer = max_write;
    s->counts->grace = grace;
    Py_XSETREF(s->block_list, Py_XNewRef(v[S_BLOCK_LIST]));
    Py_XSETREF(s->options.factory, Py_XNewRef(v[S_FACTORY]));
    if (v[S_LISTENER] != NULL)
        return pn_add_listener(&s->em, s->em.st->names.connection, v[S_LISTENER], false, false);
    return 0;
}

/* Accepts Server(options, listener), both optional, with keyword options. */
int
pn_server_init(PyObject *op, PyObject *args, PyObject *kwargs)
{
    PnServer *s = PN_SERVER(op);
    PyObject *first = NULL, *second = NULL, *mapping = NULL, *listener = NULL;
    PyObject *v[S_COUNT];
    if (!PyArg_UnpackTuple(args, "Server", 0, 2, &first, &second))
        return -1;
    if (first != NULL && pn_is_callback(first) && second == NULL)
        listener = first;
    else if (first != NULL && first != Py_None && !pn_is_options(first)) {
        pn_raise_arg_type("options", "a mapping or a function", first);
        return -1;
    }
    else if (first != Py_None)
        mapping = first;
    if (second != NULL && second != Py_None) {
        if (pn_check_callable(s->em.st, second, "listener") < 0)
            return -1;
        listener = second;
    }
    if (pn_options_dict("Server", server_names, mapping, kwargs, v) < 0)
        return -1;
    if (listener != NULL)
        Py_XSETREF(v[S_LISTENER], Py_NewRef(listener));
    int status = apply_options(s, v);
    pn_options_clear(v, S_COUNT);
    return status;
}
