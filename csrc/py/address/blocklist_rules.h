/* blocklist_rules.h - the BlockList type, and the functions that read and format its rules. */
#ifndef PN_PY_ADDRESS_BLOCKLIST_RULES_H
#define PN_PY_ADDRESS_BLOCKLIST_RULES_H

#include "core/blocklist_lines.h"
#include "py/base/state.h"

typedef struct {
    PyObject_HEAD
    struct pn_blocklist list; /* own */
} PnBlockList;

#define PN_BLOCKLIST(op) ((PnBlockList *)(void *)(op))

/* --- blocklist_type.c --- */

extern PyType_Spec pn_blocklist_spec;
/* Returns whether a rule of the list (a BlockList) covers the address. */
bool pn_blocklist_blocks(PyObject *list, const struct pn_addr *addr);
/* Makes a BlockList of an iterable of rules. New reference; NULL with an exception that names the argument `name`. */
PyObject *pn_blocklist_of(PnState *st, PyObject *rules, const char *name);

/* --- blocklist_ranges.c --- */

/* Sets what a spec cannot: PRIVATE_RANGES and SPECIAL_RANGES. */
int pn_blocklist_setup(PnState *st);

/* --- blocklist_args.c: reading rules. 0, or -1 with an exception that names the argument `name` --- */

/* The size of a buffer for a formatted rule: two addresses, a dash, and the words before them. */
#define PN_RULE_TEXT (2 * PN_ADDR_TEXT + 24)

/* The size of a buffer for the name of a part of an argument: rules[3]. */
#define PN_RULE_NAME 48

/* Rules to add together, or not at all. */
struct pn_rules {
    struct pn_rule *items; /* own */
    size_t count, capacity;
};
/* Returns 0, or -1 without an exception when out of memory. It needs no GIL. */
int pn_rules_push(struct pn_rules *rules, const struct pn_rule *rule);
void pn_rules_free(struct pn_rules *rules);

/* Reads a text of the family that `type` names (NULL or None: IPv4), a SocketAddress or an object of ipaddress. */
int pn_rule_ip(PnState *st, PyObject *obj, PyObject *type, const char *name, struct pn_addr *out);
/* Reads an IPv4 or IPv6 prefix length. */
int pn_rule_prefix(PyObject *obj, uint8_t family, unsigned *out);
/* Reads "10.0.0.0/8", or a network of ipaddress. */
int pn_rule_cidr(PnState *st, PyObject *obj, const char *name, struct pn_rule *out);
/* Reads what add() accepts: the text of an address, CIDR or range, a SocketAddress or an object of ipaddress. */
int pn_rule_any(PnState *st, PyObject *obj, const char *name, struct pn_rule *out);
/* The same for text that is not a str; the message starts with `where` ("line 7: "). */
int pn_rule_text(const char *text, size_t len, const char *where, struct pn_rule *out);
/* Raises the error of a text, `got`, which was read with this status into `rule`. Returns -1. */
int pn_rule_raise(enum pn_text_status status, const char *where, const char *name, const struct pn_rule *rule,
                  PyObject *got);
/* Makes a range of two addresses of one family. */
int pn_rule_range(const struct pn_addr *start, const struct pn_addr *end, PyObject *shown, struct pn_rule *out);

/* --- blocklist_text.c: rules in Node's notation and in ours --- */

/* Formats a rule as Node does: "Subnet: IPv4 10.0.0.0/8". */
PyObject *pn_rule_show(const struct pn_rule *rule);
/* Formats a rule as add() reads it: "10.0.0.0/8". */
PyObject *pn_rule_short(const struct pn_rule *rule);
/* The same into a buffer, without NUL. Returns the length. */
size_t pn_rule_format(const struct pn_rule *rule, char out[PN_RULE_TEXT]);
/* Reads a text made by pn_rule_show(). */
int pn_rule_read(PyObject *str, const char *name, struct pn_rule *out);

/* --- blocklist_files.c: files of rules. `op` is a BlockList --- */

PyObject *pn_blocklist_load(PyObject *op, PyObject *file);
PyObject *pn_blocklist_from_file(PyObject *type, PyObject *file);
PyObject *pn_blocklist_save(PyObject *op, PyObject *file);

#endif
