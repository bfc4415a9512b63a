/* blocklist_text.c - to_json(), from_json() and load(): rules in Node's notation, and files of rules; see
 * blocklist_rules.h. */
#include <string.h>

#include "py/address/blocklist_rules.h"
#include "py/address/ip_objects.h"
#include "py/base/args.h"
#include "py/base/errors.h"

/* --- rules as text --- */

/* Two addresses, a dash, and the words before them. */
#define RULE_TEXT (2 * PN_ADDR_TEXT + 24)

static const char *const kind_words[] = {"", "Address: ", "Range: ", "Subnet: "};

static char *
put_text(char *p, const char *text)
{
    size_t len = strlen(text);
    memcpy(p, text, len);
    return p + len;
}

/* Writes the part after the family. */
static char *
put_body(char *p, const struct pn_rule *rule)
{
    p += pn_addr_format(&rule->start, p);
    if (rule->kind == PN_RULE_RANGE) {
        *p++ = '-';
        p += pn_addr_format(&rule->end, p);
    }
    else if (rule->kind == PN_RULE_SUBNET) {
        p += PyOS_snprintf(p, 8, "/%u", rule->prefix);
    }
    return p;
}

static PyObject *
ascii(const char *text, size_t len)
{
    PyObject *str = PyUnicode_New((Py_ssize_t)len, 127);
    if (str != NULL)
        memcpy(PyUnicode_1BYTE_DATA(str), text, len);
    return str;
}

PyObject *
pn_rule_show(const struct pn_rule *rule)
{
    char text[RULE_TEXT];
    char *p = put_text(text, kind_words[rule->kind]);
    p = put_text(p, rule->start.family == 4 ? "IPv4 " : "IPv6 ");
    return ascii(text, (size_t)(put_body(p, rule) - text));
}

PyObject *
pn_rule_short(const struct pn_rule *rule)
{
    char text[RULE_TEXT];
    return ascii(text, (size_t)(put_body(text, rule) - text));
}

/* --- parsing --- */

static bool
starts_with(const char **p, const char *end, const char *word)
{
    size_t len = strlen(word);
    if ((size_t)(end - *p) < len || memcmp(*p, word, len) != 0)
        return false;
    *p += len;
    return true;
}

/* Reads the kind and the family at the start of a rule's text. Returns 0 if it does not start with them. */
static unsigned
read_words(const char **p, const char *end, uint8_t *family)
{
    for (unsigned kind = PN_RULE_ADDRESS; kind <= PN_RULE_SUBNET; kind++) {
        if (!starts_with(p, end, kind_words[kind]))
            continue;
        *family = starts_with(p, end, "IPv4 ") ? 4 : starts_with(p, end, "IPv6 ") ? 6 : 0;
        return *family != 0 ? kind : 0;
    }
    return 0;
}

int
pn_rule_read(PyObject *str, const char *name, struct pn_rule *out)
{
    const char *p;
    size_t len;
    uint8_t family = 0;
    unsigned kind = 0;
    const char *end = NULL;
    if (pn_text_of_str(str, &p, &len)) {
        end = p + len;
        kind = read_words(&p, end, &family);
    }
    if (kind == 0) {
        pn_raise_arg_value(name, "must be a rule such as \"Subnet: IPv4 10.0.0.0/8\"", str);
        return -1;
    }
    char where[PN_RULE_NAME + 4];
    PyOS_snprintf(where, sizeof(where), "%s: ", name);
    if (pn_rule_text(p, (size_t)(end - p), where, out) < 0)
        return -1;
    if ((unsigned)out->kind == kind && out->start.family == family)
        return 0;
    pn_raise_coded(PyExc_ValueError, "ERR_INVALID_ADDRESS",
                   "Invalid socket address: '%s' does not fit the kind and family that it names. Received %R", name,
                   str);
    return -1;
}

/* --- files of rules --- */

static bool
is_blank(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

/* Reads one line, without its comment and the surrounding blanks. */
static int
read_line(const char *text, const char *end, unsigned long number, struct pn_rules *out)
{
    struct pn_rule rule;
    char where[32];
    const char *stop = text;
    while (stop != end && *stop != '#' && *stop != ';')
        stop++;
    while (text != stop && is_blank(*text))
        text++;
    while (stop != text && is_blank(stop[-1]))
        stop--;
    if (text == stop)
        return 0;
    PyOS_snprintf(where, sizeof(where), "line %lu: ", number);
    return pn_rule_text(text, (size_t)(stop - text), where, &rule) < 0 ? -1 : pn_rules_push(out, &rule);
}

static int
read_lines(const char *text, size_t len, struct pn_rules *out)
{
    const char *end = text + len;
    if (len >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0)
        text += 3;
    for (unsigned long number = 1; text != end; number++) {
        const char *stop = memchr(text, '\n', (size_t)(end - text));
        if (read_line(text, stop != NULL ? stop : end, number, out) < 0)
            return -1;
        text = stop != NULL ? stop + 1 : end;
    }
    return 0;
}

static PyObject *
read_path(PyObject *path)
{
    PyObject *io = PyImport_ImportModule("io");
    PyObject *file = io != NULL ? PyObject_CallMethod(io, "open", "Os", path, "rb") : NULL;
    PyObject *data = file != NULL ? PyObject_CallMethod(file, "read", NULL) : NULL;
    if (file != NULL) {
        PyObject *type, *value, *traceback;
        PyErr_Fetch(&type, &value, &traceback);
        PyObject *closed = PyObject_CallMethod(file, "close", NULL);
        if (closed == NULL)
            PyErr_Clear();
        Py_XDECREF(closed);
        PyErr_Restore(type, value, traceback);
    }
    Py_XDECREF(file);
    Py_XDECREF(io);
    return data;
}

static PyObject *
read_all(PyObject *file)
{
    PyObject *read;
    int found = pn_is_path(file);
    if (found != 0)
        return found < 0 ? NULL : read_path(file);
    found = pn_attribute(file, "read", &read);
    if (found <= 0)
        return found < 0 ? NULL : pn_raise_arg_type("file", "a path or an open file", file);
    PyObject *data = PyObject_CallNoArgs(read);
    Py_DECREF(read);
    if (data == NULL || !PyUnicode_Check(data))
        return data;
    PyObject *bytes = PyUnicode_AsEncodedString(data, "utf-8", "surrogatepass");
    Py_DECREF(data);
    return bytes;
}

int
pn_rules_load(PyObject *file, struct pn_rules *out)
{
    PyObject *data = read_all(file);
    if (data == NULL)
        return -1;
    int status = -1;
    if (PyBytes_Check(data))
        status = read_lines(PyBytes_AS_STRING(data), (size_t)PyBytes_GET_SIZE(data), out);
    else
        pn_raise_arg_type("file", "a file whose read() gives str or bytes", file);
    Py_DECREF(data);
    return status;
}
