/* blocklist_args.c - reads addresses, prefixes, CIDRs, ranges and rules from user arguments, and raises their
 * errors; see blocklist_rules.h. */

#include <math.h>
#include <string.h>

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
        struct pn_rule *items =
            capacity <= PY_SSIZE_T_MAX / sizeof(*items) ? PyMem_Realloc(rules->items, capacity * sizeof(*items)) : NULL;
        if (items == NULL) {
            PyErr_NoMemory();
            return -1;
        }
        rules->items = items;
        rules->capacity = capacity;
    }
    rules->items[rules->count++] = *rule;
    return 0;
}

void
pn_rules_free(struct pn_rules *rules)
{
    PyMem_Free(rules->items);
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
    bool whole = !isnan(value) && !isinf(value) && value == floor(value);
    pn_raise_range("prefix",
                   !whole && PyFloat_Check(obj) ? "an integer"
                   : bits == 32                 ? ">= 0 && <= 32"
                                                : ">= 0 && <= 128",
                   obj);
    return -1;
}

/* --- rules as text --- */

enum text_status { TEXT_OK, TEXT_ADDRESS, TEXT_PREFIX, TEXT_PREFIX_RANGE, TEXT_MIXED, TEXT_REVERSED };

/* Parses the decimal digits of a prefix length, without leading zeros. */
static enum text_status
prefix_from_text(const char *text, size_t len, uint8_t family, unsigned *out)
{
    size_t sign = len > 1 && text[0] == '-';
    if (len == sign || (text[sign] == '0' && len > 1) || len > 16)
        return TEXT_PREFIX;
    unsigned value = 0;
    for (size_t i = sign; i < len; i++) {
        unsigned digit = (unsigned)(unsigned char)text[i] - '0';
        if (digit > 9)
            return TEXT_PREFIX;
        value = value < 1000 ? value * 10 + digit : value;
    }
    if (sign != 0 || value > (family == 4 ? 32u : 128u))
        return TEXT_PREFIX_RANGE;
    *out = value;
    return TEXT_OK;
}

static enum text_status
cidr_from_text(const char *text, const char *slash, size_t len, struct pn_rule *out)
{
    /* The prefix is checked first, as Node reports its error first; the colon decides which limit applies. */
    uint8_t family = memchr(text, ':', (size_t)(slash - text)) != NULL ? 6 : 4;
    out->kind = PN_RULE_SUBNET;
    enum text_status status = prefix_from_text(slash + 1, len - (size_t)(slash + 1 - text), family, &out->prefix);
    if (status == TEXT_PREFIX)
        return status;
    out->start.family = family;
    return pn_ip_from_text(text, (size_t)(slash - text), &out->start) == 0 ? status : TEXT_ADDRESS;
}

static size_t
trimmed(const char *text, size_t len)
{
    while (len > 0 && (text[len - 1] == ' ' || text[len - 1] == '\t'))
        len--;
    return len;
}

/* Parses "a-b", with optional blanks around the dash. Returns TEXT_ADDRESS unless both are addresses. */
static enum text_status
range_from_text(const char *text, const char *dash, size_t len, struct pn_rule *out)
{
    const char *second = dash + 1, *end = text + len;
    while (second != end && (*second == ' ' || *second == '\t'))
        second++;
    if (pn_ip_from_text(text, trimmed(text, (size_t)(dash - text)), &out->start) < 0 ||
        pn_ip_from_text(second, (size_t)(end - second), &out->end) < 0)
        return TEXT_ADDRESS;
    out->kind = PN_RULE_RANGE;
    if (out->start.family != out->end.family)
        return TEXT_MIXED;
    return pn_addr_compare(&out->start, &out->end) == 1 ? TEXT_REVERSED : TEXT_OK;
}

static const char *
last_slash(const char *text, size_t len)
{
    const char *p = text + len;
    while (p != text) {
        if (*--p == '/')
            return p;
    }
    return NULL;
}

static enum text_status
rule_from_text(const char *text, size_t len, struct pn_rule *out)
{
    memset(out, 0, sizeof(*out));
    const char *slash = last_slash(text, len);
    if (slash != NULL)
        return cidr_from_text(text, slash, len, out);
    /* Zones may contain a dash too: try each dash. */
    const char *end = text + len;
    for (const char *dash = text; (dash = memchr(dash, '-', (size_t)(end - dash))) != NULL; dash++) {
        enum text_status status = range_from_text(text, dash, len, out);
        if (status != TEXT_ADDRESS)
            return status;
    }
    out->kind = PN_RULE_ADDRESS;
    return pn_ip_from_text(text, len, &out->start) == 0 ? TEXT_OK : TEXT_ADDRESS;
}

/* --- errors --- */

static int
raise_text(enum text_status status, const char *where, const char *name, const struct pn_rule *rule, PyObject *got)
{
    PyObject *received = pn_received(got);
    if (received == NULL)
        return -1;
    if (status == TEXT_ADDRESS)
        pn_raise_coded(PyExc_ValueError, "ERR_INVALID_ADDRESS",
                       "%sInvalid socket address: '%s' must be an IP address, a CIDR (10.0.0.0/8) or a range "
                       "(10.0.0.1-10.0.0.9). Received %U",
                       where, name, received);
    else if (status == TEXT_MIXED)
        pn_raise_coded(PyExc_ValueError, "ERR_INVALID_ADDRESS",
                       "%sInvalid socket address: the ends of the range '%s' must be of the same family. Received %U",
                       where, name, received);
    else if (status == TEXT_PREFIX)
        pn_raise_coded(PyExc_ValueError, "ERR_INVALID_ARG_VALUE",
                       "%sThe argument '%s' prefix length must be a valid integer. Received %U", where, name, received);
    else if (status == TEXT_REVERSED)
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
    enum text_status status = rule_from_text(text, len, out);
    if (status == TEXT_OK)
        return 0;
    PyObject *got = PyUnicode_DecodeUTF8(text, (Py_ssize_t)len, "backslashreplace");
    if (got != NULL)
        raise_text(status, where, "rule", out, got);
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
    enum text_status status = TEXT_ADDRESS;
    memset(out, 0, sizeof(*out));
    if (pn_text_of_str(obj, &text, &len)) {
        const char *slash = last_slash(text, len);
        if (slash == NULL) {
            pn_raise_arg_value(name, "must contain a prefix length (such as \"10.0.0.0/8\")", obj);
            return -1;
        }
        status = cidr_from_text(text, slash, len, out);
    }
    return status == TEXT_OK ? 0 : raise_text(status, "", name, out, obj);
}

int
pn_rule_any(PnState *st, PyObject *obj, const char *name, struct pn_rule *out)
{
    const char *text;
    size_t len;
    if (PyUnicode_Check(obj)) {
        enum text_status status = pn_text_of_str(obj, &text, &len) ? rule_from_text(text, len, out) : TEXT_ADDRESS;
        return status == TEXT_OK ? 0 : raise_text(status, "", name, out, obj);
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
