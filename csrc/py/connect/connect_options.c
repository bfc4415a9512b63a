/* connect_options.c - the options of connect(): reads and checks them before anything changes; the defaults of happy
 * eyeballs from the environment; the options that a BoundSocket excludes. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "py/address/ip_objects.h"
#include "py/base/args.h"
#include "py/connect/connect.h"
#include "py/socket/bound_socket.h"
#include "uvio/sockaddr.h"

#define MAX_DELAY 2147483647 /* ms, the limit of Node's timers */

/* --- single values --- */

static int
read_family(PyObject *obj, struct pn_connect_options *o)
{
    if (obj == NULL)
        return 0;
    o->family_given = true;
    if (PyLong_Check(obj) && !PyBool_Check(obj)) {
        long value = PyLong_AsLong(obj);
        PyErr_Clear();
        o->family = (int)value;
        if (value == 0 || value == 4 || value == 6)
            return 0;
    }
    else if (PyUnicode_Check(obj)) {
        o->family = PyUnicode_CompareWithASCIIString(obj, "IPv4") == 0   ? 4
                    : PyUnicode_CompareWithASCIIString(obj, "IPv6") == 0 ? 6
                                                                         : 0;
        if (o->family != 0)
            return 0;
    }
    pn_raise_arg_value("options.family", "must be one of: 0, 4, 6", obj);
    return -1;
}

static int
read_hints(PyObject *obj, struct pn_connect_options *o)
{
    double value = 0;
    if (obj != NULL && pn_arg_number(obj, "options.hints", &value) < 0)
        return -1;
    if (!(value >= 0 && value <= INT_MAX) || value != floor(value) || !pn_resolver_flags_ok((int)value)) {
        pn_raise_arg_value("options.hints", "must be a combination of ADDRCONFIG, V4MAPPED and ALL", obj);
        return -1;
    }
    o->hints = (int)value;
    if (o->hints == 0 && o->family == 0)
        o->hints = pn_resolver_default_flags();
    return 0;
}

static int
read_local_address(PnState *st, PyObject *obj, struct pn_connect_options *o)
{
    Py_ssize_t len;
    if (obj == NULL)
        return 0;
    PyObject *text = pn_host_of_object(st, obj);
    const char *utf8 = text != NULL && PyUnicode_Check(text) ? PyUnicode_AsUTF8AndSize(text, &len) : NULL;
    bool empty = utf8 != NULL && len == 0;
    int status = text == NULL ? -1 : 0;
    if (status == 0 && !empty && (utf8 == NULL || pn_addr_parse_scoped(utf8, (size_t)len, &o->local) < 0)) {
        PyErr_Clear();
        pn_raise_coded(PyExc_ValueError, "ERR_INVALID_IP_ADDRESS", "Invalid IP address: %.60S (options.local_address)",
                       obj);
        status = -1;
    }
    Py_XDECREF(text);
    return status;
}

static int
read_local_port(PyObject *obj, struct pn_connect_options *o)
{
    double value;
    if (obj == NULL)
        return 0;
    if (pn_arg_number(obj, "options.local_port", &value) < 0)
        return -1;
    if (!(value >= 0 && value <= 65535) || value != floor(value)) {
        pn_raise_range("options.local_port", "an integer >= 0 and <= 65535", obj);
        return -1;
    }
    o->local_port = (uint16_t)value;
    return 0;
}

static int
read_limit(PyObject *obj, struct pn_connect_options *o)
{
    if (obj == NULL)
        return 0;
    if (pn_arg_number(obj, "options.connect_timeout", &o->limit) < 0)
        return -1;
    if (o->limit > 0)
        return 0;
    pn_raise_range("options.connect_timeout", "a number of seconds > 0", obj);
    return -1;
}

int
pn_happy_mode(PyObject *obj, const char *name, bool *race)
{
    if (!PyUnicode_Check(obj)) {
        pn_raise_arg_type(name, "a str", obj);
        return -1;
    }
    *race = PyUnicode_CompareWithASCIIString(obj, "race") == 0;
    if (*race || PyUnicode_CompareWithASCIIString(obj, "serial") == 0)
        return 0;
    pn_raise_arg_value(name, "must be \"race\" or \"serial\"", obj);
    return -1;
}

int
pn_attempt_timeout(PyObject *obj, const char *name, double *ms)
{
    double value;
    if (pn_arg_number(obj, name, &value) < 0)
        return -1;
    if (!(value >= 1 && value <= MAX_DELAY) || value != floor(value)) {
        pn_raise_range(name, "an integer >= 1 and <= 2147483647", obj);
        return -1;
    }
    *ms = value < 10 ? 10 : value;
    return 0;
}

static int
read_happy_eyeballs(PnState *st, PyObject **v, struct pn_connect_options *o)
{
    double ms = st->attempt_timeout;
    PyObject *auto_select = v[PN_C_AUTO_SELECT];
    o->auto_select = st->auto_select_family;
    o->race = st->race;
    if (auto_select != NULL) {
        if (!PyBool_Check(auto_select)) {
            pn_raise_arg_type("options.auto_select_family", "a bool", auto_select);
            return -1;
        }
        o->auto_select = auto_select == Py_True;
    }
    if (v[PN_C_ATTEMPT_TIMEOUT] != NULL &&
        pn_attempt_timeout(v[PN_C_ATTEMPT_TIMEOUT], "options.auto_select_family_attempt_timeout", &ms) < 0)
        return -1;
    if (v[PN_C_HAPPY_EYEBALLS] != NULL && pn_happy_mode(v[PN_C_HAPPY_EYEBALLS], "options.happy_eyeballs", &o->race) < 0)
        return -1;
    o->attempt_delay = (uint64_t)(ms * 1e6);
    return 0;
}

/* --- all of them --- */

int
pn_connect_read_options(PnState *st, PyObject **v, struct pn_connect_options *out)
{
    memset(out, 0, sizeof(*out));
    if (read_family(v[PN_C_FAMILY], out) < 0 || read_hints(v[PN_C_HINTS], out) < 0 ||
        read_local_address(st, v[PN_C_LOCAL_ADDRESS], out) < 0 || read_local_port(v[PN_C_LOCAL_PORT], out) < 0 ||
        read_happy_eyeballs(st, v, out) < 0 || read_limit(v[PN_C_CONNECT_TIMEOUT], out) < 0)
        return -1;
    if (v[PN_C_LOOKUP] != NULL && pn_check_callable(st, v[PN_C_LOOKUP], "options.lookup") < 0)
        return -1;
    out->lookup = v[PN_C_LOOKUP];
    out->proxy_header = v[PN_C_PROXY_HEADER];
    if (out->family != 0 || out->local.family != 0)
        out->auto_select = false;
    return 0;
}

/* --- what a BoundSocket excludes --- */

int
pn_connect_bound(PnSocket *s, PyObject *handle, const struct pn_endpoint *e, struct pn_connect_options *o)
{
    const char *wrong = NULL;
    struct pn_addr local = {0};
    bool is_pipe = s->is_pipe;
    if (handle != NULL)
        pn_bound_describe(handle, &is_pipe, &local.family);
    else
        (void)pn_socket_local(s, &local);
    if (o->local.family != 0 || o->local_port != 0)
        wrong = "local_address and local_port cannot be used with an adopted BoundSocket";
    else if (is_pipe && e->path == NULL)
        wrong = "a BoundSocket with a path connects to a path only";
    else if (!is_pipe && e->path != NULL)
        wrong = "a BoundSocket with an address connects to a port only";
    if (wrong != NULL) {
        pn_raise_coded(PyExc_ValueError, "ERR_INVALID_ARG_VALUE", "The argument 'options': %s", wrong);
        return -1;
    }
    o->auto_select = false; /* one handle makes one attempt */
    if (o->lookup == NULL && o->family == 0)
        o->family = local.family; /* a bound handle reaches no other family */
    return 0;
}

/* --- the environment --- */

int
pn_connect_read_environment(PnState *st)
{
    static const char timeout_name[] = "PYNET_NETWORK_FAMILY_AUTOSELECTION_ATTEMPT_TIMEOUT";
    const char *off = getenv("PYNET_NO_NETWORK_FAMILY_AUTOSELECTION");
    const char *timeout = getenv(timeout_name);
    if (off != NULL && off[0] != '\0' && strcmp(off, "0") != 0)
        st->auto_select_family = false;
    if (timeout == NULL || timeout[0] == '\0')
        return 0;
    double ms = pn_js_number(timeout, strlen(timeout));
    if (PyErr_Occurred())
        return -1;
    if (ms >= 1 && ms <= MAX_DELAY && ms == floor(ms)) {
        st->attempt_timeout = ms < 10 ? 10 : ms;
        return 0;
    }
    return PyErr_WarnFormat(PyExc_RuntimeWarning, 1, "%s=%s is not a number of milliseconds: ignored", timeout_name,
                            timeout);
}
