/* blocklist_rules.h - the BlockList type, and how rules are read and shown. */
#ifndef PN_PY_ADDRESS_BLOCKLIST_RULES_H
#define PN_PY_ADDRESS_BLOCKLIST_RULES_H

#include "core/blocklist.h"
#include "py/base/state.h"

typedef struct {
    PyObject_HEAD
    struct pn_blocklist list; /* own */
} PnBlockList;

#define PN_BLOCKLIST(op) ((PnBlockList *)(void *)(op))

/* --- blocklist_type.c --- */

extern PyType_Spec pn_blocklist_spec;
/* What the spec cannot say: PRIVATE_RANGES. */
int pn_blocklist_setup(PnState *st);
/* Whether a list (a BlockList) has a rule about the address. */
bool pn_blocklist_blocks(PyObject *list, const struct pn_addr *addr);

/* --- blocklist_args.c: reading rules. 0, or -1 with an exception that names the argument `name` --- */

/* What blames a part of an argument: rules[3], line 7. */
#define PN_RULE_NAME 48

/* Rules that are to be added together, or not at all. */
struct pn_rules {
    struct pn_rule *items; /* own */
    size_t count, capacity;
};
int pn_rules_push(struct pn_rules *rules, const struct pn_rule *rule);
void pn_rules_free(struct pn_rules *rules);

/* A text of the family that `type` names (NULL or None: IPv4), a SocketAddress or an object of ipaddress. */
int pn_rule_ip(PnState *st, PyObject *obj, PyObject *type, const char *name, struct pn_addr *out);
/* An IPv4 or IPv6 prefix length. */
int pn_rule_prefix(PyObject *obj, uint8_t family, unsigned *out);
/* "10.0.0.0/8", or a network of ipaddress. */
int pn_rule_cidr(PnState *st, PyObject *obj, const char *name, struct pn_rule *out);
/* What add() takes: the text of an address, CIDR or range, or an object that says all by itself. */
int pn_rule_any(PnState *st, PyObject *obj, const char *name, struct pn_rule *out);
/* The same for text that is no str; `where` ("line 7: ") begins the message. */
int pn_rule_text(const char *text, size_t len, const char *where, struct pn_rule *out);
/* Of equal families, and not the wrong way round. */
int pn_rule_range(const struct pn_addr *start, const struct pn_addr *end, PyObject *shown, struct pn_rule *out);

/* --- blocklist_text.c: rules as Node writes them, and files of rules --- */

/* "Subnet: IPv4 10.0.0.0/8" */
PyObject *pn_rule_show(const struct pn_rule *rule);
/* "10.0.0.0/8", as add() takes it. */
PyObject *pn_rule_short(const struct pn_rule *rule);
/* Reads what pn_rule_show() makes. */
int pn_rule_read(PyObject *str, const char *name, struct pn_rule *out);
/* Reads a list of lines, a path or something with read(). */
int pn_rules_load(PyObject *file, struct pn_rules *out);

#endif
