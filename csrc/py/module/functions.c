/* functions.c - the module's functions: connect(), create_server(), the defaults (high-water mark, happy eyeballs), and
 * _counts() for the tests. */
#include "py/module/functions.h"

#include <string.h>

#include "py/base/args.h"
#include "py/connect/connect.h"
#include "py/loop/diagnostics.h"
#include "py/loop/driver.h"
#include "py/socket/socket_checks.h"
#include "py/stream/duplex.h"

/* --- connect() --- */

/* The options of the constructor, then those of Socket.connect(), then `timeout`. */
static const char *const connect_names[] = {PN_SOCKET_OPTIONS, PN_CONNECT_OPTIONS, "timeout", NULL};
enum { C_CONNECT = PN_SOCKET_OPTION_COUNT, C_TIMEOUT = C_CONNECT + PN_CONNECT_OPTION_COUNT, C_COUNT };

const char pn_create_connection_doc[] =
    "connect(*args, **options)\n--\n\n"
    "connect(port, host=\"localhost\", listener=None, /, **options)\n"
    "connect(path, listener=None, /, **options)\n"
    "connect(options, listener=None, /, **more)\n\n"
    "Makes a Socket, starts to connect it, and returns it at once. Options: those of Socket, those of\n"
    "Socket.connect(), and timeout (milliseconds without activity), which is Socket.set_timeout(). A timeout\n"
    "below 100 warns, since the limit for connecting is connect_timeout (seconds).\n"
    "Node: net.createConnection().";

static PyObject *
make_connected(PnState *st, struct pn_endpoint *e, PyObject **v)
{
    double timeout = 0;
    if (v[C_TIMEOUT] != NULL && pn_check_idle_time(v[C_TIMEOUT], &timeout) < 0)
        return NULL;
    PyObject *op = pn_socket_new(st->Socket, NULL, NULL);
    if (op == NULL)
        return NULL;
    PnSocket *s = PN_SOCKET(op);
    int status = pn_socket_apply_options(s, v);
    if (status == 0)
        pn_publish(st, "net.client.socket", "socket", op, NULL, NULL);
    if (status == 0 && (pn_state_loop(st) == NULL || pn_connect_with(s, e, v, v + C_CONNECT) < 0))
        status = -1;
    if (status == 0 && timeout > 0 && (status = pn_idle_set(&s->d, timeout)) < 0) {
        PyObject *error = pn_take_exception();
        pn_duplex_destroy(&s->d, NULL);
        (void)pn_raise(error);
    }
    if (status < 0)
        Py_CLEAR(op);
    return op;
}

PyObject *
pn_create_connection(PyObject *module, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    PnState *st = pn_state_of_module(module);
    struct pn_endpoint e;
    PyObject *v[C_COUNT];
    if (pn_endpoint_parse(st, false, args, nargs, &e) < 0)
        return NULL;
    PyObject *result = NULL;
    if (pn_options("connect", connect_names, e.options, args + nargs, kwnames, v) == 0) {
        result = make_connected(st, &e, v);
        pn_options_clear(v, C_COUNT);
    }
    pn_endpoint_clear(&e);
    return result;
}

/* --- create_server() --- */

const char pn_create_server_doc[] =
    "create_server(*args, **options)\n--\n\n"
    "create_server(options=None, listener=None, /, **more)\n"
    "create_server(listener, /, **options)\n\n"
    "Makes a Server. The listener is added for \"connection\". The options are those of Server.\n"
    "Node: net.createServer().";

PyObject *
pn_create_server(PyObject *module, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    PnState *st = pn_state_of_module(module);
    return PyObject_Vectorcall((PyObject *)st->Server, args, (size_t)nargs, kwnames);
}

/* --- the default high-water mark --- */

const char pn_get_default_high_water_mark_doc[] =
    "get_default_high_water_mark()\n--\n\n"
    "Returns the high-water mark (bytes) of sockets and servers that are made without one: 65536 at first.\n"
    "Node: stream.getDefaultHighWaterMark().";

PyObject *
pn_get_default_high_water_mark(PyObject *module, PyObject *unused)
{
    (void)unused;
    return PyLong_FromUnsignedLong(pn_state_of_module(module)->default_mark);
}

const char pn_set_default_high_water_mark_doc[] =
    "set_default_high_water_mark(value, /)\n--\n\n"
    "Sets the high-water mark (bytes, an integer from 0 to 2147483647) of sockets and servers that are made\n"
    "without one after this call. Raises TypeError (ERR_INVALID_ARG_TYPE), ValueError (ERR_OUT_OF_RANGE).\n"
    "Node: stream.setDefaultHighWaterMark().";

PyObject *
pn_set_default_high_water_mark(PyObject *module, PyObject *value)
{
    double n;
    if (pn_arg_number(value, "value", &n) < 0)
        return NULL;
    if (!(n >= 0 && n <= 2147483647) || n != (double)(uint32_t)n)
        return pn_raise_range("value", "an integer >= 0 and <= 2147483647", value);
    pn_state_of_module(module)->default_mark = (uint32_t)n;
    Py_RETURN_NONE;
}

/* --- the default of no_delay --- */

const char pn_get_default_no_delay_doc[] = "get_default_no_delay()\n--\n\n"
                                           "Returns the default of the option no_delay: False at first.";

PyObject *
pn_get_default_no_delay(PyObject *module, PyObject *unused)
{
    (void)unused;
    return PyBool_FromLong(pn_state_of_module(module)->no_delay);
}

const char pn_set_default_no_delay_doc[] =
    "set_default_no_delay(value, /)\n--\n\n"
    "Sets the default of the option no_delay, a bool, of sockets and servers that are made after this call.\n"
    "Raises TypeError (ERR_INVALID_ARG_TYPE).";

PyObject *
pn_set_default_no_delay(PyObject *module, PyObject *value)
{
    if (!PyBool_Check(value))
        return pn_raise_arg_type("value", "a bool", value);
    pn_state_of_module(module)->no_delay = value == Py_True;
    Py_RETURN_NONE;
}

/* --- the defaults of happy eyeballs --- */

const char pn_get_default_auto_select_family_doc[] =
    "get_default_auto_select_family()\n--\n\n"
    "Returns the default of the option auto_select_family of connect(): True at first, unless\n"
    "PYNET_NO_NETWORK_FAMILY_AUTOSELECTION is in the environment. Node: net.getDefaultAutoSelectFamily().";

PyObject *
pn_get_default_auto_select_family(PyObject *module, PyObject *unused)
{
    (void)unused;
    return PyBool_FromLong(pn_state_of_module(module)->auto_select_family);
}

const char pn_set_default_auto_select_family_doc[] =
    "set_default_auto_select_family(value, /)\n--\n\n"
    "Sets the default of the option auto_select_family of connect(), a bool. Raises TypeError\n"
    "(ERR_INVALID_ARG_TYPE). Node: net.setDefaultAutoSelectFamily().";

PyObject *
pn_set_default_auto_select_family(PyObject *module, PyObject *value)
{
    if (!PyBool_Check(value))
        return pn_raise_arg_type("value", "a bool", value);
    pn_state_of_module(module)->auto_select_family = value == Py_True;
    Py_RETURN_NONE;
}

const char pn_get_default_auto_select_family_attempt_timeout_doc[] =
    "get_default_auto_select_family_attempt_timeout()\n--\n\n"
    "Returns the default of the option auto_select_family_attempt_timeout of connect(), in milliseconds: 250 at\n"
    "first, or the value of PYNET_NETWORK_FAMILY_AUTOSELECTION_ATTEMPT_TIMEOUT in the environment.\n"
    "Node: net.getDefaultAutoSelectFamilyAttemptTimeout().";

PyObject *
pn_get_default_auto_select_family_attempt_timeout(PyObject *module, PyObject *unused)
{
    (void)unused;
    return PyLong_FromDouble(pn_state_of_module(module)->attempt_timeout);
}

const char pn_set_default_auto_select_family_attempt_timeout_doc[] =
    "set_default_auto_select_family_attempt_timeout(value, /)\n--\n\n"
    "Sets the default of the option auto_select_family_attempt_timeout of connect(): milliseconds, an integer\n"
    "from 1 to 2147483647. A value below 10 counts as 10. Raises TypeError (ERR_INVALID_ARG_TYPE), ValueError\n"
    "(ERR_OUT_OF_RANGE). Node: net.setDefaultAutoSelectFamilyAttemptTimeout().";

PyObject *
pn_set_default_auto_select_family_attempt_timeout(PyObject *module, PyObject *value)
{
    if (pn_attempt_timeout(value, "value", &pn_state_of_module(module)->attempt_timeout) < 0)
        return NULL;
    Py_RETURN_NONE;
}

const char pn_get_default_happy_eyeballs_doc[] =
    "get_default_happy_eyeballs()\n--\n\n"
    "Returns the default of the option happy_eyeballs of connect(): \"race\" at first.";

PyObject *
pn_get_default_happy_eyeballs(PyObject *module, PyObject *unused)
{
    (void)unused;
    return PyUnicode_FromString(pn_state_of_module(module)->race ? "race" : "serial");
}

const char pn_set_default_happy_eyeballs_doc[] =
    "set_default_happy_eyeballs(value, /)\n--\n\n"
    "Sets the default of the option happy_eyeballs of connect(). With \"race\", an attempt that has had no answer\n"
    "in its time continues beside the next attempt. With \"serial\" it is cancelled, as in Node. Raises TypeError\n"
    "(ERR_INVALID_ARG_TYPE), ValueError (ERR_INVALID_ARG_VALUE).";

PyObject *
pn_set_default_happy_eyeballs(PyObject *module, PyObject *value)
{
    bool race;
    if (pn_happy_mode(value, "value", &race) < 0)
        return NULL;
    pn_state_of_module(module)->race = race;
    Py_RETURN_NONE;
}

/* --- for the tests --- */

static Py_ssize_t
count_links(const struct pn_link *list)
{
    Py_ssize_t count = 0;
    for (const struct pn_link *link = list->next; link != list; link = link->next)
        count++;
    return count;
}

PyObject *
pn_counts(PyObject *module, PyObject *unused)
{
    PnState *st = pn_state_of_module(module);
    (void)unused;
    struct pn_loop none;
    memset(&none, 0, sizeof(none));
    struct pn_loop *loop = st->loop != NULL ? st->loop : &none;
    return Py_BuildValue("{snsnsnsnsnsKsKsKsnsnsn}", "streams", (Py_ssize_t)loop->counts.streams, "listeners",
                         (Py_ssize_t)loop->counts.listeners, "requests", (Py_ssize_t)loop->counts.requests, "sockets",
                         (Py_ssize_t)st->sockets, "servers", (Py_ssize_t)st->servers, "turns",
                         (unsigned long long)loop->turns, "ready_turns", (unsigned long long)loop->ready_turns, "sends",
                         (unsigned long long)loop->syscalls_write, "ticks", (Py_ssize_t)st->ticks.count, "waits",
                         count_links(&st->waiters), "direct", count_links(&st->direct_reads));
}
