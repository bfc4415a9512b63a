/* address_type.c - the SocketAddress type: an IP address with a port, as an immutable value. Constructor and its
 * checks, parse(), comparison, hash, pickling.
 *
 * Owns:    nothing but its type; the value is in the object.
 * Threads: immutable, so any. */

#include <string.h>

#include "core/addr_text.h"
#include "py/address/address.h"
#include "py/address/ip_objects.h"
#include "py/base/args.h"
#include "py/base/errors.h"

#define MAX_FLOWLABEL 0xFFFFF

/* --- helpers --- */

const struct pn_addr *
pn_address_value(PnState *st, PyObject *obj)
{
    return PyObject_TypeCheck(obj, st->SocketAddress) ? &PN_ADDRESS(obj)->addr : NULL;
}

PyObject *
pn_address_text(const struct pn_addr *addr)
{
    char text[PN_ADDR_TEXT];
    size_t len = pn_addr_format(addr, text);
    PyObject *str = PyUnicode_New((Py_ssize_t)len, 127);
    if (str != NULL)
        memcpy(PyUnicode_1BYTE_DATA(str), text, len);
    return str;
}

uint8_t
pn_family_of_text(PyObject *obj)
{
    if (!PyUnicode_Check(obj) || PyUnicode_GET_LENGTH(obj) != 4 || !PyUnicode_IS_ASCII(obj))
        return 0;
    const char *text = PyUnicode_DATA(obj);
    if (PyOS_strnicmp(text, "ipv", 3) != 0)
        return 0;
    return text[3] == '4' ? 4 : text[3] == '6' ? 6 : 0;
}

PyObject *
pn_raise_address(const char *name, uint8_t family, PyObject *got)
{
    struct pn_addr other;
    const char *text;
    size_t len;
    const char *hint = "";
    if (family != 0 && PyUnicode_Check(got) && pn_text_of_str(got, &text, &len) &&
        pn_ip_from_text(text, len, &other) == 0)
        hint = other.family == 6 ? " (an IPv6 address needs 'ipv6')" : " (an IPv4 address needs 'ipv4')";
    PyObject *received = pn_received(got);
    if (received != NULL)
        pn_raise_coded(PyExc_ValueError, "ERR_INVALID_ADDRESS",
                       "Invalid socket address: '%s' must be an %s address%s. Received %U", name,
                       family == 4   ? "IPv4"
                       : family == 6 ? "IPv6"
                                     : "IP",
                       hint, received);
    Py_XDECREF(received);
    return NULL;
}

static PyObject *
create(PyTypeObject *type, const struct pn_addr *addr, uint32_t flowlabel)
{
    PyObject *op = type->tp_alloc(type, 0);
    if (op != NULL) {
        PN_ADDRESS(op)->addr = *addr;
        PN_ADDRESS(op)->addr.scope = 0;
        PN_ADDRESS(op)->flowlabel = flowlabel;
    }
    return op;
}

static const char *
family_name(const PnAddress *self)
{
    return self->addr.family == 4 ? "ipv4" : "ipv6";
}

/* --- options --- */

static const char *const option_names[] = {"address", "family", "flowlabel", "port", NULL};
enum { O_ADDRESS, O_FAMILY, O_FLOWLABEL, O_PORT, O_COUNT };

/* Stores 0 if no family is given. */
static int
read_family(PyObject *obj, uint8_t *out)
{
    *out = 0;
    if (obj == NULL || (*out = pn_family_of_text(obj)) != 0)
        return 0;
    pn_raise_arg_value("options.family", "must be 'ipv4' or 'ipv6'", obj);
    return -1;
}

int
pn_options_port(PyObject *obj, uint16_t *out)
{
    if (obj == NULL)
        return 0;
    if (!PyBool_Check(obj) && (PyLong_Check(obj) || PyFloat_Check(obj) || PyUnicode_Check(obj)))
        return pn_arg_port(obj, "options.port", out);
    PyObject *received = pn_received(obj);
    if (received != NULL)
        pn_raise_coded(PyExc_ValueError, "ERR_SOCKET_BAD_PORT", "options.port should be >= 0 and < 65536. Received %U.",
                       received);
    Py_XDECREF(received);
    return -1;
}

static int
read_flowlabel(PyObject *obj, double *out)
{
    *out = 0;
    if (obj == NULL)
        return 0;
    if (pn_arg_number(obj, "options.flowlabel", out) < 0)
        return -1;
    if (*out >= 0 && *out <= UINT32_MAX && *out == (double)(uint32_t)*out)
        return 0;
    bool whole = *out < 0 || *out > UINT32_MAX;
    pn_raise_range("options.flowlabel", whole ? ">= 0 && <= 1048575" : "an integer", obj);
    return -1;
}

/* Reads an address of the requested family (0: any). */
static int
read_address(PnState *st, PyObject *obj, uint8_t family, struct pn_addr *out)
{
    static const struct pn_addr defaults[2] = {{.bytes = {127, 0, 0, 1}, .family = 4}, {.family = 6}};
    const char *text;
    size_t len;
    if (obj == NULL) {
        *out = defaults[family == 6];
        return 0;
    }
    int found = pn_ip_from_object(st, obj, out);
    if (found < 0)
        return -1;
    /* An object whose `packed` does not fit its class is neither. */
    if (found == 0 &&
        (!PyUnicode_Check(obj) || !pn_text_of_str(obj, &text, &len) || pn_ip_from_text(text, len, out) < 0))
        out->family = 0;
    if (out->family != 0 && (family == 0 || family == out->family))
        return 0;
    pn_raise_address("options.address", family, obj);
    return -1;
}

/* Checks in Node's order: family, type of the address, port, flow label, and the address last. */
static PyObject *
from_options(PnState *st, PyTypeObject *type, PyObject **v)
{
    struct pn_addr addr = {0};
    uint16_t port = 0;
    uint8_t family;
    double flowlabel;
    if (read_family(v[O_FAMILY], &family) < 0)
        return NULL;
    int fits = v[O_ADDRESS] == NULL || PyUnicode_Check(v[O_ADDRESS]) ? 1 : pn_is_ip_object(st, v[O_ADDRESS]);
    if (fits == 0)
        pn_raise_arg_type("options.address", "a str or an address of the module ipaddress", v[O_ADDRESS]);
    if (fits <= 0)
        return NULL;
    if (pn_options_port(v[O_PORT], &port) < 0 || read_flowlabel(v[O_FLOWLABEL], &flowlabel) < 0 ||
        read_address(st, v[O_ADDRESS], family, &addr) < 0)
        return NULL;
    if (addr.family == 6 && flowlabel > MAX_FLOWLABEL)
        return pn_raise_range("options.flowlabel", ">= 0 && <= 1048575", v[O_FLOWLABEL]);
    addr.port = port;
    return create(type, &addr, addr.family == 6 ? (uint32_t)flowlabel : 0);
}

static PyObject *
address_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    PnState *st = pn_state_of_type(type);
    PyObject *first = NULL, *port = NULL, *v[O_COUNT];
    if (!PyArg_UnpackTuple(args, "SocketAddress", 0, 2, &first, &port))
        return NULL;
    if (first == Py_None)
        first = NULL;
    bool mapping = first != NULL && pn_is_options(first);
    int fits = first == NULL || mapping || PyUnicode_Check(first) ? 1 : pn_is_ip_object(st, first);
    if (fits == 0)
        pn_raise_arg_type("options", "an address, as str or an object of the module ipaddress, or a mapping", first);
    if (fits <= 0)
        return NULL;
    if (pn_options_dict("SocketAddress", option_names, mapping ? first : NULL, kwargs, v) < 0)
        return NULL;
    PyObject *self = NULL;
    if ((first != NULL && !mapping && v[O_ADDRESS] != NULL) || (port != NULL && v[O_PORT] != NULL)) {
        PyErr_Format(PyExc_TypeError, "SocketAddress() got multiple values for argument '%s'",
                     port != NULL && v[O_PORT] != NULL ? "port" : "address");
    }
    else {
        if (first != NULL && !mapping)
            v[O_ADDRESS] = Py_NewRef(first);
        if (port != NULL && port != Py_None)
            v[O_PORT] = Py_NewRef(port);
        self = from_options(st, type, v);
    }
    pn_options_clear(v, O_COUNT);
    return self;
}

/* --- methods --- */

static const char parse_doc[] =
    "parse($type, text, *, strict=False)\n--\n\n"
    "Returns the SocketAddress of a text such as \"1.2.3.4:80\", \"[::1]:80\" or \"1.2.3.4\", or None if the text is\n"
    "not an address. IPv4 may be in one of its older forms (\"127.1\", \"0x7f.1\", octal). strict=True accepts only\n"
    "dotted quads, and also IPv6 without brackets. Raises TypeError (ERR_INVALID_ARG_TYPE) for anything but\n"
    "str. Node: SocketAddress.parse().";

static PyObject *
from_value(PyTypeObject *type, const struct pn_addr *addr)
{
    if (type == pn_state_of_type(type)->SocketAddress)
        return create(type, addr, 0);
    /* A subclass makes its own instance. */
    PyObject *text = pn_address_text(addr);
    PyObject *made = text != NULL ? PyObject_CallFunction((PyObject *)type, "Oi", text, (int)addr->port) : NULL;
    Py_XDECREF(text);
    return made;
}

/* Returns 1 if `strict` is true, 0 if not, -1 on wrong arguments. */
static int
read_parse_args(PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames, PyObject **text)
{
    static const char *const names[] = {"text", "strict", NULL};
    PyObject *v[2] = {NULL, NULL};
    if (nargs > 1) {
        PyErr_Format(PyExc_TypeError, "parse() takes 1 positional argument (%zd given)", nargs);
        return -1;
    }
    if (pn_unpack("parse", names, 1, args, nargs, kwnames, v) < 0)
        return -1;
    *text = v[0];
    return v[1] != NULL ? PyObject_IsTrue(v[1]) : 0;
}

static PyObject *
address_parse(PyObject *type, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    PyObject *input;
    int strict = 0;
    if (nargs == 1 && kwnames == NULL)
        input = args[0];
    else if ((strict = read_parse_args(args, nargs, kwnames, &input)) < 0)
        return NULL;
    if (!PyUnicode_Check(input))
        return pn_raise_arg_type("text", "a str", input);
    struct pn_addr addr;
    const char *text;
    size_t len;
    if (!pn_text_of_str(input, &text, &len) || pn_addr_text_parse(text, len, strict != 0, &addr) < 0)
        Py_RETURN_NONE;
    return from_value((PyTypeObject *)(void *)type, &addr);
}

static const char is_socket_address_doc[] =
    "is_socket_address($type, value, /)\n--\n\nTrue for a SocketAddress. Node: SocketAddress.isSocketAddress().";

static PyObject *
address_is_socket_address(PyObject *type, PyObject *value)
{
    PnState *st = pn_state_of_type((PyTypeObject *)(void *)type);
    return PyBool_FromLong(PyObject_TypeCheck(value, st->SocketAddress));
}

static const char to_json_doc[] =
    "to_json($self)\n--\n\n"
    "Returns a dict of address, port, family and flowlabel, for json.dumps(). Node: toJSON().";

static PyObject *
address_to_json(PyObject *op, PyObject *unused)
{
    (void)unused;
    PnAddress *self = PN_ADDRESS(op);
    return Py_BuildValue("{sNsisssk}", "address", pn_address_text(&self->addr), "port", (int)self->addr.port, "family",
                         family_name(self), "flowlabel", (unsigned long)self->flowlabel);
}

/* copyreg.__newobj__(type, to_json()), and the state that a subclass has added. */
static PyObject *
address_reduce(PyObject *op, PyObject *unused)
{
    PyObject *copyreg = PyImport_ImportModule("copyreg");
    PyObject *make = copyreg != NULL ? PyObject_GetAttrString(copyreg, "__newobj__") : NULL;
    PyObject *options = make != NULL ? address_to_json(op, unused) : NULL;
    PyObject *state = options != NULL ? PyObject_CallMethod(op, "__getstate__", NULL) : NULL;
    PyObject *result = state != NULL ? Py_BuildValue("O(OO)O", make, Py_TYPE(op), options, state) : NULL;
    Py_XDECREF(state);
    Py_XDECREF(options);
    Py_XDECREF(make);
    Py_XDECREF(copyreg);
    return result;
}

/* --- getters --- */

static PyObject *
address_get_address(PyObject *op, void *unused)
{
    (void)unused;
    return pn_address_text(&PN_ADDRESS(op)->addr);
}

static PyObject *
address_get_port(PyObject *op, void *unused)
{
    (void)unused;
    return PyLong_FromLong(PN_ADDRESS(op)->addr.port);
}

static PyObject *
address_get_family(PyObject *op, void *unused)
{
    (void)unused;
    PnState *st = pn_state_of_type(Py_TYPE(op));
    return Py_NewRef(PN_ADDRESS(op)->addr.family == 4 ? st->names.ipv4 : st->names.ipv6);
}

static PyObject *
address_get_flowlabel(PyObject *op, void *unused)
{
    (void)unused;
    return PyLong_FromUnsignedLong(PN_ADDRESS(op)->flowlabel);
}

/* --- as a value --- */

static PyObject *
address_str(PyObject *op)
{
    char text[PN_ENDPOINT_TEXT];
    return PyUnicode_FromStringAndSize(text, (Py_ssize_t)pn_addr_text_format(&PN_ADDRESS(op)->addr, text));
}

static PyObject *
address_repr(PyObject *op)
{
    PnAddress *self = PN_ADDRESS(op);
    char text[PN_ADDR_TEXT];
    const char *name = strrchr(Py_TYPE(op)->tp_name, '.');
    name = name != NULL ? name + 1 : Py_TYPE(op)->tp_name;
    (void)pn_addr_format(&self->addr, text);
    if (self->flowlabel == 0)
        return PyUnicode_FromFormat("%s('%s', port=%d)", name, text, (int)self->addr.port);
    return PyUnicode_FromFormat("%s('%s', port=%d, flowlabel=%lu)", name, text, (int)self->addr.port,
                                (unsigned long)self->flowlabel);
}

/* Makes the key for equality, order and hash: family, bytes, port, flow label. */
static void
put_key(const PnAddress *self, uint8_t key[23])
{
    key[0] = self->addr.family;
    memcpy(key + 1, self->addr.bytes, 16);
    key[17] = (uint8_t)(self->addr.port >> 8);
    key[18] = (uint8_t)self->addr.port;
    for (int i = 0; i < 4; i++)
        key[19 + i] = (uint8_t)(self->flowlabel >> (24 - 8 * i));
}

static Py_hash_t
address_hash(PyObject *op)
{
    uint8_t key[23];
    put_key(PN_ADDRESS(op), key);
    /* The keyed hash of bytes: an attacker may choose the addresses. */
    return PyHash_GetFuncDef()->hash(key, sizeof(key));
}

static PyObject *
address_richcompare(PyObject *op, PyObject *other, int how)
{
    PnState *st = pn_state_of_type(Py_TYPE(op));
    if (!PyObject_TypeCheck(other, st->SocketAddress))
        Py_RETURN_NOTIMPLEMENTED;
    uint8_t mine[23], theirs[23];
    put_key(PN_ADDRESS(op), mine);
    put_key(PN_ADDRESS(other), theirs);
    int order = memcmp(mine, theirs, sizeof(mine));
    Py_RETURN_RICHCOMPARE(order, 0, how);
}

/* --- lifetime --- */

static int
address_traverse(PyObject *op, visitproc visit, void *arg)
{
    Py_VISIT(Py_TYPE(op));
    return 0;
}

static void
address_dealloc(PyObject *op)
{
    PyTypeObject *type = Py_TYPE(op);
    PyObject_GC_UnTrack(op);
    type->tp_free(op);
    Py_DECREF(type);
}

/* --- tables --- */

static PyMethodDef address_methods[] = {
    {"parse", PN_FASTCALL(address_parse), METH_FASTCALL | METH_KEYWORDS | METH_CLASS, parse_doc},
    {"is_socket_address", address_is_socket_address, METH_O | METH_CLASS, is_socket_address_doc},
    {"to_json", address_to_json, METH_NOARGS, to_json_doc},
    {"__reduce__", address_reduce, METH_NOARGS, NULL},
    {NULL, NULL, 0, NULL},
};

static PyGetSetDef address_getset[] = {
    {"address", address_get_address, NULL, "The address in its canonical form, without zone.", NULL},
    {"port", address_get_port, NULL, "The port, 0 to 65535.", NULL},
    {"family", address_get_family, NULL, "'ipv4' or 'ipv6'.", NULL},
    {"flowlabel", address_get_flowlabel, NULL, "The flow label of IPv6, 0 to 1048575; 0 with IPv4.", NULL},
    {NULL, NULL, NULL, NULL, NULL},
};

static const char address_doc[] =
    "SocketAddress(address=None, port=0, *, family=None, flowlabel=0)\n--\n\n"
    "SocketAddress(options, /): the same in a mapping.\n\n"
    "An IP address with a port: an immutable value. You can compare, sort, hash and pickle it. Without an\n"
    "address it is 127.0.0.1, or :: with family='ipv6'. Without a family, it has the family of the address.\n\n"
    "Raises TypeError (ERR_INVALID_ARG_TYPE) and ValueError (ERR_INVALID_ARG_VALUE, ERR_INVALID_ADDRESS,\n"
    "ERR_SOCKET_BAD_PORT, ERR_OUT_OF_RANGE). Node: net.SocketAddress.";

static PyType_Slot address_slots[] = {
    {Py_tp_doc, (void *)address_doc},
    {Py_tp_new, address_new},
    {Py_tp_methods, address_methods},
    {Py_tp_getset, address_getset},
    {Py_tp_str, address_str},
    {Py_tp_repr, address_repr},
    {Py_tp_hash, address_hash},
    {Py_tp_richcompare, address_richcompare},
    {Py_tp_traverse, address_traverse},
    {Py_tp_dealloc, address_dealloc},
    {0, NULL},
};

PyType_Spec pn_address_spec = {
    .name = "pynet.SocketAddress",
    .basicsize = sizeof(PnAddress),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_BASETYPE,
    .slots = address_slots,
};

int
pn_address_setup(PnState *st)
{
    PyObject *names = Py_BuildValue("(ssss)", "address", "port", "family", "flowlabel");
    int status = names != NULL ? PyObject_SetAttrString((PyObject *)st->SocketAddress, "__match_args__", names) : -1;
    Py_XDECREF(names);
    return status;
}
