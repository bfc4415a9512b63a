/* server_proxy_options.c - the options proxy_protocol, proxy_untrusted and proxy_timeout of a server, and its properties
 * about them. */
#include "py/address/blocklist_rules.h"
#include "py/base/args.h"
#include "py/base/errors.h"
#include "py/server/server_proxy.h"

#define TIMEOUT_MS 3000.0 /* what the specification recommends */

/* A BlockList of those who must send a header: `*out` becomes NULL for True. 1; 0 for False; -1 with an exception. */
static int
read_trusted(PnState *st, PyObject *obj, PyObject **out)
{
    const char *name = "options.proxy_protocol";
    *out = NULL;
    if (obj == NULL || obj == Py_None || obj == Py_False)
        return 0;
    if (obj == Py_True)
        return 1;
    if (PyObject_TypeCheck(obj, st->BlockList)) {
        *out = Py_NewRef(obj);
        return 1;
    }
    if (PyUnicode_Check(obj) || PyBytes_Check(obj) || (Py_TYPE(obj)->tp_iter == NULL && !PySequence_Check(obj))) {
        pn_raise_arg_type(name, "True, a BlockList or a list of addresses and networks", obj);
        return -1;
    }
    *out = pn_blocklist_of(st, obj, name);
    return *out != NULL ? 1 : -1;
}

int
pn_proxy_options_read(PnState *st, PyObject *protocol, PyObject *untrusted, PyObject *timeout,
                      struct pn_proxy_options *out)
{
    *out = (struct pn_proxy_options){.timeout = TIMEOUT_MS};
    if (untrusted != NULL) {
        out->direct = PyUnicode_Check(untrusted) && PyUnicode_CompareWithASCIIString(untrusted, "direct") == 0;
        if (!PyUnicode_Check(untrusted)) {
            pn_raise_arg_type("options.proxy_untrusted", "'reject' or 'direct'", untrusted);
            return -1;
        }
        if (!out->direct && PyUnicode_CompareWithASCIIString(untrusted, "reject") != 0) {
            pn_raise_arg_value("options.proxy_untrusted", "must be 'reject' or 'direct'", untrusted);
            return -1;
        }
    }
    if (timeout != NULL) {
        if (pn_arg_ms(timeout, "options.proxy_timeout", &out->timeout) < 0)
            return -1;
        if (out->timeout < 1) {
            pn_raise_range("options.proxy_timeout", ">= 1", timeout);
            return -1;
        }
    }
    int on = read_trusted(st, protocol, &out->trusted);
    out->on = on > 0;
    return on < 0 ? -1 : 0;
}

int
pn_proxy_options_apply(PnServer *s, struct pn_proxy_options *o)
{
    PyObject *trusted = o->trusted;
    o->trusted = NULL;
    if (!o->on) {
        if (s->proxy != NULL) {
            pn_server_drop_waiting(s);
            pn_server_proxy_free(s);
        }
        return 0;
    }
    if (s->proxy == NULL && (s->proxy = PyMem_RawCalloc(1, sizeof(*s->proxy))) == NULL) {
        Py_XDECREF(trusted);
        PyErr_NoMemory();
        return -1;
    }
    s->proxy->direct = o->direct;
    s->proxy->timeout = o->timeout * 1e6;
    PyObject *old = s->proxy->trusted;
    s->proxy->trusted = trusted;
    Py_XDECREF(old); /* last: a subclass may run user code */
    return 0;
}

void
pn_server_proxy_free(PnServer *s)
{
    struct pn_server_proxy *p = s->proxy;
    if (p == NULL)
        return;
    s->proxy = NULL;
    PyObject *trusted = p->trusted;
    PyMem_RawFree(p->at);
    PyMem_RawFree(p);
    Py_XDECREF(trusted);
}

PyObject *
pn_server_get_proxy_protocol(PyObject *op, void *closure)
{
    PnServer *s = PN_SERVER(op);
    (void)closure;
    if (s->proxy == NULL)
        Py_RETURN_FALSE;
    return Py_NewRef(s->proxy->trusted != NULL ? s->proxy->trusted : Py_True);
}

int
pn_server_add_proxy(PnServer *s, PyObject *dict)
{
    const struct pn_server_proxy *p = s->proxy;
    if (p == NULL)
        return 0;
    const char *untrusted = p->direct ? "direct" : "reject";
    double timeout = p->timeout / 1e6;
    PyObject *trusted = Py_XNewRef(p->trusted); /* user code may set another one, and free `p` */
    PyObject *rules = trusted != NULL ? PyObject_GetAttrString(trusted, "rules") : Py_NewRef(Py_True);
    Py_XDECREF(trusted);
    PyObject *added = rules != NULL ? Py_BuildValue("{sNsssd}", "proxy_protocol", rules, "proxy_untrusted", untrusted,
                                                    "proxy_timeout", timeout)
                                    : NULL;
    int status = added != NULL ? PyDict_Update(dict, added) : -1;
    Py_XDECREF(added);
    return status;
}

PyObject *
pn_server_get_proxy_errors(PyObject *op, void *closure)
{
    PnServer *s = PN_SERVER(op);
    (void)closure;
    return PyLong_FromUnsignedLongLong(s->proxy != NULL ? s->proxy->errors : 0);
}

void
pn_server_proxy_listens(PnServer *s)
{
    if (s->proxy == NULL || s->proxy->trusted != NULL || s->listener->kind != PN_STREAM_TCP)
        return;
    if (PyErr_WarnEx(PyExc_RuntimeWarning,
                     "proxy_protocol=True on a TCP server: every client can claim any address. Pass the addresses of "
                     "your proxies instead",
                     1) < 0)
        PyErr_WriteUnraisable((PyObject *)s);
}
