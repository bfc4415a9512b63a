/* blocklist_args.c - reads addresses, prefixes, CIDRs, ranges and rules from user arguments, and raises their
 * errors; see blocklist_rules.h. */

#include <float.h>
#include <math.h>
#include <string.h>

#include "core/blocklist_lines.h"
#include "py/address/address.h"
#include "py/address/blocklist_rules.h"
#include "py/address/ip_objects.h"
#include "py/base/args.h"
#include "py/base/errors.h"

/* --- a batch of rules --- */

int
pn_rules_push(struct pn_rules *rules, const struct pn_rule *rule)
{
    if (rules->count == rules->capacity) {
        size_t capacity = rules->capacity != 0 ? rules->capacity * 2 : 16;
        struct pn_rule *items = capacity <= PY_SSIZE_T_MAX / sizeof(*items)
                                    ? PyMem_RawRealloc(rules->items, capacity * sizeof(*items))
                                    : NULL;
        if (items == NULL)
            return -1;
        rules->items = items;
        rules->capacity = capacity;
    }
    rules->items[rules->count++] = *rule;
    return 0;
}

void
pn_rules_free(struct pn_rules *rules)
{
    PyMem_RawFree(rules->items);
    memset(rules, 0, sizeof(*rules));
}

/* --- addresses and prefixes --- */

static int
read_type(PyObject *type, uint8_t *family)
{
    *family = 4;
    if (type == NULL || type == Py_None)
        return 0;
    if (!PyUnicode_Check(type)) {
        pn_raise_arg_type("type", "a str", type);
        return -1;
    }
    *family = pn_family_of_text(type);
    if (*family != 0)
        return 0;
    pn_raise_arg_value("type", "must be 'ipv4' or 'ipv6'", type);
    return -1;
}

/* Reads a SocketAddress or an object of ipaddress. Returns 1, 0 if it is neither, or -1. */
static int
read_object(PnState *st, PyObject *obj, struct pn_addr *out)
{
    const struct pn_addr *value = pn_address_value(st, obj);
    if (value == NULL)
        return pn_ip_from_object(st, obj, out);
    *out = *value;
    out->port = 0;
    return 1;
}

int
pn_rule_ip(PnState *st, PyObject *obj, PyObject *type, const char *name, struct pn_addr *out)
{
    uint8_t family;
    const char *text;
    size_t len;
    if (!PyUnicode_Check(obj)) {
        int found = read_object(st, obj, out);
        if (found == 0)
            pn_raise_arg_type(name, "a str, a SocketAddress or an address of the module ipaddress", obj);
        return found > 0 ? 0 : -1;
    }
    if (read_type(type, &family) < 0)
        return -1;
    if (pn_text_of_str(obj, &text, &len) && pn_ip_from_text(text, len, out) == 0 && out->family == family)
        return 0;
    pn_raise_address(name, family, obj);
    return -1;
}

static int
raise_prefix(uint8_t family, const char *where, const char *received)
{
    pn_raise_coded(PyExc_ValueError, "ERR_OUT_OF_RANGE",
                   "%sThe value of \"prefix\" is out of range. It must be >= 0 && <= %d. Received %s", where,
                   family == 4 ? 32 : 128, received);
    return -1;
}

int
pn_rule_prefix(PyObject *obj, uint8_t family, unsigned *out)
{
    double value;
    int bits = family == 4 ? 32 : 128;
    if (obj == NULL)
        obj = Py_None;
    if (pn_arg_number(obj, "prefix", &value) < 0)
        return -1;
    if (value >= 0 && value <= bits && value == floor(value)) {
        *out = (unsigned)value;
        return 0;
    }
    bool whole = fabs(value) <= DBL_MAX && value == floor(value);
    pn_raise_range("prefix",
                   !whole && PyFloat_Check(obj) ? "an integer"
                   : bits == 32                 ? ">= 0 && <= 32"
                                                : ">= 0 && <= 128",
                   obj);
    return -1;
}

/* --- errors --- */

int
pn_rule_raise(enum pn_text_status status, const char *where, const char *name, const struct pn_rule *rule,
              PyObject *got)
{
    PyObject *received = pn_received(got);
    if (received == NULL)
        return -1;
    if (status == PN_TEXT_ADDRESS)
        pn_raise_coded(PyExc_ValueError, "ERR_INVALID_ADDRESS",
                       "%sInvalid socket address: '%s' must be an IP address, a CIDR (10.0.0.0/8) or a range "
                       "(10.0.0.1-10.0.0.9). Received %U",
                       where, name, received);
    else if (status == PN_TEXT_MIXED)
        pn_raise_coded(PyExc_ValueError, "ERR_INVALID_ADDRESS",
                       "%sInvalid socket address: the ends of the range '%s' must be of the same family. Received %U",
                       where, name, received);
    else if (status == PN_TEXT_IPSET)
        pn_raise_coded(PyExc_ValueError, "ERR_INVALID_ARG_VALUE",
                       "%sThe argument '%s' must be of an ipset without nomatch, netmask and bitmask. Received %U",
                       where, name, received);
    else if (status == PN_TEXT_PREFIX)
        pn_raise_coded(PyExc_ValueError, "ERR_INVALID_ARG_VALUE",
                       "%sThe argument '%s' prefix length must be a valid integer. Received %U", where, name, received);
    else if (status == PN_TEXT_REVERSED)
        pn_raise_coded(PyExc_ValueError, "ERR_INVALID_ARG_VALUE",
                       "%sThe argument '%s' must be a range whose start comes before its end. Received %U", where, name,
                       received);
    else {
        PyObject *prefix = PyUnicode_Substring(got, PyUnicode_FindChar(got, '/', 0, PyUnicode_GET_LENGTH(got), -1) + 1,
                                               PyUnicode_GET_LENGTH(got));
        const char *digits = prefix != NULL ? PyUnicode_AsUTF8(prefix) : NULL;
        if (digits != NULL)
            raise_prefix(rule->start.family, where, digits);
        Py_XDECREF(prefix);
    }
    Py_DECREF(received);
    return -1;
}

int
pn_rule_text(const char *text, size_t len, const char *where, struct pn_rule *out)
{
    enum pn_text_status status = pn_rule_parse(text, len, out);
    if (status == PN_TEXT_RULE)
        return 0;
    PyObject *got = PyUnicode_DecodeUTF8(text, (Py_ssize_t)len, "backslashreplace");
    if (got != NULL)
        pn_rule_raise(status, where, "rule", out, got);
    Py_XDECREF(got);
    return -1;
}

/* --- rules --- */

int
pn_rule_range(const struct pn_addr *start, const struct pn_addr *end, PyObject *shown, struct pn_rule *out)
{
    memset(out, 0, sizeof(*out));
    out->kind = PN_RULE_RANGE;
    out->start = *start;
    out->end = *end;
    if (start->family != end->family) {
        pn_raise_address("end", start->family, shown);
        return -1;
    }
    return 0;
}

/* Reads a network of ipaddress. Returns 1, 0 if it is none, or -1. */
static int
read_network(PnState *st, PyObject *obj, struct pn_rule *out)
{
    memset(out, 0, sizeof(*out));
    out->kind = PN_RULE_SUBNET;
    return pn_net_from_object(st, obj, &out->start, &out->prefix);
}

int
pn_rule_cidr(PnState *st, PyObject *obj, const char *name, struct pn_rule *out)
{
    const char *text = "";
    size_t len = 0;
    if (!PyUnicode_Check(obj)) {
        int found = read_network(st, obj, out);
        if (found == 0)
            pn_raise_arg_type(name, "a str or a network of the module ipaddress", obj);
        return found > 0 ? 0 : -1;
    }
    enum pn_text_status status = PN_TEXT_ADDRESS;
    memset(out, 0, sizeof(*out));
    if (pn_text_of_str(obj, &text, &len)) {
        if (memchr(text, '/', len) == NULL) {
            pn_raise_arg_value(name, "must contain a prefix length (such as \"10.0.0.0/8\")", obj);
            return -1;
        }
        status = pn_rule_parse(text, len, out);
    }
    return status == PN_TEXT_RULE ? 0 : pn_rule_raise(status, "", name, out, obj);
}

int
pn_rule_any(PnState *st, PyObject *obj, const char *name, struct pn_rule *out)
{
    const char *text;
    size_t len;
    if (PyUnicode_Check(obj)) {
        enum pn_text_status status = pn_text_of_str(obj, &text, &len) ? pn_rule_parse(text, len, out) : PN_TEXT_ADDRESS;
        return status == PN_TEXT_RULE ? 0 : pn_rule_raise(status, "", name, out, obj);
    }
    memset(out, 0, sizeof(*out));
    int found = read_object(st, obj, &out->start);
    out->kind = PN_RULE_ADDRESS;
    if (found == 0)
        found = read_network(st, obj, out);
    if (found == 0)
        pn_raise_arg_type(name, "a str, a SocketAddress or an object of the module ipaddress", obj);
    return found > 0 ? 0 : -1;
}
