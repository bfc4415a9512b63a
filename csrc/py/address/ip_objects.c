/* ip_objects.c - is_ip() and its kin, and reads addresses and networks from str, bytes and objects of the module
 * ipaddress; see ip_objects.h.
 *
 * It never imports ipaddress: until other code has imported the module, no object of it can exist. */
#include "py/address/ip_objects.h"

#include <string.h>

#include "py/base/args.h"

/* --- text --- */

bool
pn_text_of_str(PyObject *str, const char **text, size_t *len)
{
    if (PyUnicode_IS_COMPACT_ASCII(str)) {
        *text = (const char *)PyUnicode_1BYTE_DATA(str);
        *len = (size_t)PyUnicode_GET_LENGTH(str);
        return true;
    }
    Py_ssize_t size;
    *text = PyUnicode_AsUTF8AndSize(str, &size);
    if (*text == NULL) {
        PyErr_Clear();
        return false;
    }
    *len = (size_t)size;
    return true;
}

/* --- objects of the module ipaddress --- */

static int
load_class(PyObject *module, const char *name, PyObject **out)
{
    if (*out == NULL)
        *out = PyObject_GetAttrString(module, name);
    return *out != NULL ? 0 : -1;
}

/* Returns 0 until the module has been imported (completely), then 1; -1 with MemoryError. */
static int
have_classes(PnState *st)
{
    if (st->IPv6Network != NULL)
        return 1;
    PyObject *name = PyUnicode_FromString("ipaddress");
    PyObject *module = name != NULL ? PyDict_GetItemWithError(PyImport_GetModuleDict(), name) : NULL;
    Py_XDECREF(name);
    if (module == NULL)
        return PyErr_Occurred() ? -1 : 0;
    if (load_class(module, "IPv4Address", &st->IPv4Address) == 0 &&
        load_class(module, "IPv6Address", &st->IPv6Address) == 0 &&
        load_class(module, "IPv4Network", &st->IPv4Network) == 0 &&
        load_class(module, "IPv6Network", &st->IPv6Network) == 0)
        return 1;
    if (!PyErr_ExceptionMatches(PyExc_AttributeError))
        return -1;
    PyErr_Clear();
    return 0;
}

/* Returns 4 or 6 if `obj` is an instance of one of the two classes, 0 if not, or -1 with an exception. */
static int
version_of(PyObject *obj, PyObject *v4, PyObject *v6)
{
    int is = PyObject_IsInstance(obj, v4);
    if (is != 0)
        return is < 0 ? -1 : 4;
    is = PyObject_IsInstance(obj, v6);
    return is > 0 ? 6 : is;
}

static bool
is_plain(PyObject *obj)
{
    return PyUnicode_Check(obj) || PyLong_Check(obj) || PyBytes_Check(obj) || obj == Py_None;
}

/* Returns 1, 0 if `packed` does not fit the class, or -1. */
static int
value_of(PyObject *obj, int version, struct pn_addr *out)
{
    PyObject *packed = PyObject_GetAttrString(obj, "packed");
    if (packed == NULL)
        return -1;
    Py_ssize_t size = version == 4 ? 4 : 16;
    int fits = PyBytes_Check(packed) && PyBytes_GET_SIZE(packed) == size;
    if (fits) {
        memset(out, 0, sizeof(*out));
        memcpy(out->bytes, PyBytes_AS_STRING(packed), (size_t)size);
        out->family = (uint8_t)version;
    }
    Py_DECREF(packed);
    return fits;
}

int
pn_ip_from_object(PnState *st, PyObject *obj, struct pn_addr *out)
{
    int loaded = is_plain(obj) ? 0 : have_classes(st);
    if (loaded <= 0)
        return loaded;
    int version = version_of(obj, st->IPv4Address, st->IPv6Address);
    return version > 0 ? value_of(obj, version, out) : version;
}

int
pn_net_from_object(PnState *st, PyObject *obj, struct pn_addr *out, unsigned *prefix)
{
    int loaded = is_plain(obj) ? 0 : have_classes(st);
    if (loaded <= 0)
        return loaded;
    int version = version_of(obj, st->IPv4Network, st->IPv6Network);
    if (version <= 0)
        return version;
    PyObject *base = PyObject_GetAttrString(obj, "network_address");
    int found = base != NULL ? value_of(base, version, out) : -1;
    Py_XDECREF(base);
    PyObject *bits = found > 0 ? PyObject_GetAttrString(obj, "prefixlen") : NULL;
    if (bits == NULL)
        return found > 0 ? -1 : found;
    long value = PyLong_AsLong(bits);
    Py_DECREF(bits);
    if (value < 0 || value > (version == 4 ? 32 : 128))
        return PyErr_Occurred() ? -1 : 0;
    *prefix = (unsigned)value;
    return 1;
}

int
pn_is_ip_object(PnState *st, PyObject *obj)
{
    int loaded = is_plain(obj) ? 0 : have_classes(st);
    if (loaded <= 0)
        return loaded;
    int version = version_of(obj, st->IPv4Address, st->IPv6Address);
    return version > 0 ? 1 : version;
}

PyObject *
pn_host_of_object(PnState *st, PyObject *obj)
{
    int is = pn_is_ip_object(st, obj);
    if (is <= 0)
        return is < 0 ? NULL : Py_NewRef(obj);
    /* The text of an interface ends in its prefix; its `ip` is the address. */
    PyObject *ip;
    int found = pn_attribute(obj, "ip", &ip);
    if (found <= 0)
        return found < 0 ? NULL : PyObject_Str(obj);
    PyObject *text = PyObject_Str(ip);
    Py_DECREF(ip);
    return text;
}

/* --- is_ip() --- */

/* Checks the str() of any other object. */
static int
version_of_other(PyObject *input)
{
    PyObject *str = PyObject_Str(input);
    if (str == NULL)
        return -1;
    const char *text;
    size_t len;
    int version = pn_text_of_str(str, &text, &len) ? pn_ip_version(text, len) : 0;
    Py_DECREF(str);
    return version;
}

/* Returns 0, 4 or 6; -1 with the exception of __str__. */
static inline int
ip_version(PyObject *input)
{
    const char *text;
    size_t len;
    if (PyUnicode_Check(input))
        return pn_text_of_str(input, &text, &len) ? pn_ip_version(text, len) : 0;
    if (PyBytes_Check(input))
        return pn_ip_version(PyBytes_AS_STRING(input), (size_t)PyBytes_GET_SIZE(input));
    if (PyByteArray_Check(input))
        return pn_ip_version(PyByteArray_AS_STRING(input), (size_t)PyByteArray_GET_SIZE(input));
    return version_of_other(input);
}

const char pn_is_ip_doc[] =
    "is_ip($module, input, /)\n--\n\n"
    "Returns 6 for an IPv6 address, 4 for an IPv4 address, and 0 for anything else. A zone (fe80::1%eth0) is\n"
    "allowed. White space, and leading zeros and short forms of IPv4, are not. bytes are read as ASCII,\n"
    "anything else as str(input). Node: net.isIP().";

PyObject *
pn_is_ip(PyObject *module, PyObject *input)
{
    (void)module;
    int version = ip_version(input);
    return version < 0 ? NULL : PyLong_FromLong(version);
}

const char pn_is_ipv4_doc[] = "is_ipv4($module, input, /)\n--\n\nTrue when is_ip(input) is 4. Node: net.isIPv4().";

PyObject *
pn_is_ipv4(PyObject *module, PyObject *input)
{
    (void)module;
    int version = ip_version(input);
    return version < 0 ? NULL : PyBool_FromLong(version == 4);
}

const char pn_is_ipv6_doc[] = "is_ipv6($module, input, /)\n--\n\nTrue when is_ip(input) is 6. Node: net.isIPv6().";

PyObject *
pn_is_ipv6(PyObject *module, PyObject *input)
{
    (void)module;
    int version = ip_version(input);
    return version < 0 ? NULL : PyBool_FromLong(version == 6);
}
