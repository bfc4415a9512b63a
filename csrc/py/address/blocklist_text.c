/* blocklist_text.c - rules as text, in Node's notation and in ours; see blocklist_rules.h. */
#include <string.h>

#include "py/address/blocklist_rules.h"
#include "py/address/ip_objects.h"
#include "py/base/args.h"
#include "py/base/errors.h"

/* --- rules as text --- */

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
    char text[PN_RULE_TEXT];
    char *p = put_text(text, kind_words[rule->kind]);
    p = put_text(p, rule->start.family == 4 ? "IPv4 " : "IPv6 ");
    return ascii(text, (size_t)(put_body(p, rule) - text));
}

size_t
pn_rule_format(const struct pn_rule *rule, char out[PN_RULE_TEXT])
{
    return (size_t)(put_body(out, rule) - out);
}

PyObject *
pn_rule_short(const struct pn_rule *rule)
{
    char text[PN_RULE_TEXT];
    return ascii(text, pn_rule_format(rule, text));
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
