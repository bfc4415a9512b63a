/* blocklist_lines.h - reads the rules of a block list as text: one rule, or the lines of a file.
 *
 * A rule is an address (`10.0.0.1`), a CIDR (`10.0.0.0/8`) or a range (`10.0.0.1-10.0.0.9`), of either family. A line of
 * a file is one of these:
 *
 *     RULE                                  also with blanks around it
 *     add SET RULE [timeout 5] ...          of `ipset save`; `create SET hash:net ...` has no rule
 *     NAME:1.2.3.0-1.2.3.255                of the p2p format
 *     (nothing)
 *
 * `#` and `;` begin a comment, except in the name of a p2p line. */
#ifndef PN_CORE_BLOCKLIST_LINES_H
#define PN_CORE_BLOCKLIST_LINES_H

#include "core/blocklist.h"

enum pn_text_status {
    PN_TEXT_RULE,
    PN_TEXT_NOTHING,      /* a line without a rule; the end of the lines */
    PN_TEXT_ADDRESS,      /* neither an address, a CIDR nor a range */
    PN_TEXT_PREFIX,       /* the prefix length is not a number */
    PN_TEXT_PREFIX_RANGE, /* the prefix length is too big, or negative */
    PN_TEXT_MIXED,        /* a range of two families */
    PN_TEXT_REVERSED,     /* a range that ends before it starts */
    PN_TEXT_IPSET,        /* a feature of ipset that a block list does not have: nomatch, netmask, bitmask */
};

/* Parses one rule, without blanks around it. */
enum pn_text_status pn_rule_parse(const char *text, size_t len, struct pn_rule *out);

/* Parses a line without its line end. The text and its length become the part that the status is about: without its
 * comment, and for an element of a set without the words around it. */
enum pn_text_status pn_line_parse(const char **text, size_t *len, struct pn_rule *out);

/* The lines of a text in memory. */
struct pn_lines {
    const char *at, *end; /* borrowed: what has not been read */
    size_t number;        /* of the line read last; the first is 1 */
    const char *text;     /* the part of it that the status is about */
    size_t len;
};

/* Skips the byte order mark of UTF-8. */
void pn_lines_init(struct pn_lines *lines, const char *data, size_t len);
/* Reads up to the next rule: returns PN_TEXT_RULE, PN_TEXT_NOTHING at the end, or the status of a line that is wrong. */
enum pn_text_status pn_lines_next(struct pn_lines *lines, struct pn_rule *out);

#endif
