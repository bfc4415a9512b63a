/* connect_proxy.c - the option proxy_header of connect(): the header of the PROXY protocol that leaves before anything
 * else. pynet/_proxy.py reads the option. */
#include <string.h>

#include "core/proxy_header.h"
#include "py/address/address.h"
#include "py/base/args.h"
#include "py/connect/connect.h"
#include "py/stream/duplex.h"
#include "py/stream/writes.h"

/* One end: None, a SocketAddress, or the bytes of a path. 0, or -1 with an exception. */
static int
read_end(PnState *st, PyObject *obj, struct pn_proxy_header *h, bool source)
{
    const struct pn_addr *addr = pn_address_value(st, obj);
    if (addr != NULL) {
        h->family = addr->family;
        *(source ? &h->source : &h->destination) = *addr;
    }
    else if (PyBytes_Check(obj)) {
        h->family = PN_PROXY_UNIX;
        *(source ? &h->source_path : &h->destination_path) = (const uint8_t *)PyBytes_AS_STRING(obj);
        *(source ? &h->source_path_len : &h->destination_path_len) = (size_t)PyBytes_GET_SIZE(obj);
    }
    else if (obj != Py_None) {
        pn_raise_arg_type("source", "a SocketAddress, bytes or None", obj);
        return -1;
    }
    return 0;
}

PyObject *
pn_proxy_encode(PyObject *module, PyObject *args)
{
    PnState *st = pn_state_of_module(module);
    struct pn_proxy_header h = {0};
    int version, local, checksum;
    PyObject *source, *destination;
    const char *tlvs;
    Py_ssize_t tlvs_len;
    if (!PyArg_ParseTuple(args, "ipOOy#p", &version, &local, &source, &destination, &tlvs, &tlvs_len, &checksum) ||
        read_end(st, source, &h, true) < 0)
        return NULL;
    uint8_t family = h.family;
    if (read_end(st, destination, &h, false) < 0)
        return NULL;
    uint8_t *out = PyMem_RawMalloc(PN_PROXY_LONGEST);
    if (out == NULL)
        return PyErr_NoMemory();
    h.version = (uint8_t)version;
    h.local = local != 0;
    h.tlvs = (const uint8_t *)tlvs;
    h.tlvs_len = (size_t)tlvs_len;
    size_t len =
        family == h.family && pn_proxy_are_tlvs(h.tlvs, h.tlvs_len) ? pn_proxy_write(&h, checksum != 0, out) : 0;
    PyObject *bytes =
        len > 0 ? PyBytes_FromStringAndSize((const char *)out, (Py_ssize_t)len)
                : pn_raise_coded(PyExc_ValueError, "ERR_PROXY_HEADER_TOO_LONG",
                                 "The PROXY header has more than 4096 bytes, or version %d has no such form", version);
    PyMem_RawFree(out);
    return bytes;
}

int
pn_connect_read_proxy(PnSocket *s, PyObject **value)
{
    if (*value == NULL)
        return 0;
    if (pn_writable_length(&s->d) > 0) {
        pn_raise_coded(PyExc_ValueError, "ERR_INVALID_ARG_VALUE",
                       "The argument 'options.proxy_header' cannot be used after write()");
        return -1;
    }
    PyObject *module = PyImport_ImportModule("pynet._proxy");
    PyObject *bytes = module != NULL ? PyObject_CallMethod(module, "header_bytes", "(O)", *value) : NULL;
    Py_XDECREF(module);
    if (bytes == NULL)
        return -1;
    Py_SETREF(*value, bytes);
    return 0;
}

int
pn_connect_send_proxy(PnSocket *s, PyObject *header)
{
    int status = pn_writable_write(&s->d, header, PyBytes_AS_STRING(header), (size_t)PyBytes_GET_SIZE(header), NULL);
    return status < 0 ? -1 : 0;
}

void
pn_connect_take_proxy_back(PnSocket *s, PyObject *header)
{
    PyObject *error = pn_take_exception();
    pn_early_forget(&s->d);
    PyObject *callbacks = s->d.wq != NULL ? pn_writes_take_callbacks(&s->d) : NULL;
    PyErr_Clear();
    s->d.bytes_written -= (uint64_t)PyBytes_GET_SIZE(header);
    pn_writes_tidy(&s->d);
    Py_XDECREF(callbacks);
    pn_put_back_exception(error);
}
