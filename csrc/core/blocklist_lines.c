/* blocklist_lines.c - parses rules and the lines of files of rules, in one pass and without allocations; see
 * blocklist_lines.h.
 *
 * A line that is wrong is never a guess: a text that looks like an address, but is none, is not the name of a p2p line. */
#include "core/blocklist_lines.h"

#include <string.h>

/* A part of a line. */
struct part {
    const char *at, *end;
};

/* --- one rule --- */

/* Parses the decimal digits of a prefix length, without leading zeros. */
static enum pn_text_status
prefix_from_text(const char *text, size_t len, uint8_t family, unsigned *out)
{
    size_t sign = len > 1 && text[0] == '-';
    if (len == sign || (text[sign] == '0' && len > 1) || len > 16)
        return PN_TEXT_PREFIX;
    unsigned value = 0;
    for (size_t i = sign; i < len; i++) {
        unsigned digit = (unsigned)(unsigned char)text[i] - '0';
        if (digit > 9)
            return PN_TEXT_PREFIX;
        value = value < 1000 ? value * 10 + digit : value;
    }
    if (sign != 0 || value > (family == 4 ? 32u : 128u))
        return PN_TEXT_PREFIX_RANGE;
    *out = value;
    return PN_TEXT_RULE;
}

static enum pn_text_status
cidr_from_text(const char *text, const char *slash, size_t len, struct pn_rule *out)
{
    /* The prefix is checked first, as Node reports its error first; the colon decides which limit applies. */
    uint8_t family = memchr(text, ':', (size_t)(slash - text)) != NULL ? 6 : 4;
    out->kind = PN_RULE_SUBNET;
    enum pn_text_status status = prefix_from_text(slash + 1, len - (size_t)(slash + 1 - text), family, &out->prefix);
    if (status == PN_TEXT_PREFIX)
        return status;
    out->start.family = family;
    return pn_ip_from_text(text, (size_t)(slash - text), &out->start) == 0 ? status : PN_TEXT_ADDRESS;
}

static size_t
trimmed(const char *text, size_t len)
{
    while (len > 0 && (text[len - 1] == ' ' || text[len - 1] == '\t'))
        len--;
    return len;
}

/* The longest first address of a range, with its zone: a long line with many dashes must not take long. */
#define LONGEST_FIRST 256

/* Parses "a-b", with optional blanks around the dash. Returns PN_TEXT_ADDRESS unless both are addresses. */
static enum pn_text_status
range_from_text(const char *text, const char *dash, size_t len, struct pn_rule *out)
{
    const char *second = dash + 1, *end = text + len;
    while (second != end && (*second == ' ' || *second == '\t'))
        second++;
    if (pn_ip_from_text(text, trimmed(text, (size_t)(dash - text)), &out->start) < 0 ||
        pn_ip_from_text(second, (size_t)(end - second), &out->end) < 0)
        return PN_TEXT_ADDRESS;
    out->kind = PN_RULE_RANGE;
    if (out->start.family != out->end.family)
        return PN_TEXT_MIXED;
    return pn_addr_compare(&out->start, &out->end) == 1 ? PN_TEXT_REVERSED : PN_TEXT_RULE;
}

/* The last of these characters, or NULL. */
static const char *
last_of(struct part in, char c)
{
    while (in.end != in.at) {
        if (*--in.end == c)
            return in.end;
    }
    return NULL;
}

enum pn_text_status
pn_rule_parse(const char *text, size_t len, struct pn_rule *out)
{
    memset(out, 0, sizeof(*out));
    const char *end = text + len, *slash = last_of((struct part){text, end}, '/');
    if (slash != NULL)
        return cidr_from_text(text, slash, len, out);
    /* Zones may contain a dash too: try each dash. */
    for (const char *dash = text; (dash = memchr(dash, '-', (size_t)(end - dash))) != NULL; dash++) {
        if (trimmed(text, (size_t)(dash - text)) > LONGEST_FIRST)
            break;
        enum pn_text_status status = range_from_text(text, dash, len, out);
        if (status != PN_TEXT_ADDRESS)
            return status;
    }
    out->kind = PN_RULE_ADDRESS;
    return pn_ip_from_text(text, len, &out->start) == 0 ? PN_TEXT_RULE : PN_TEXT_ADDRESS;
}

/* --- words --- */

static bool
is_blank(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

static bool
begins_comment(char c)
{
    return c == '#' || c == ';';
}

static struct part
trim(struct part p)
{
    while (p.at != p.end && is_blank(*p.at))
        p.at++;
    while (p.end != p.at && is_blank(p.end[-1]))
        p.end--;
    return p;
}

/* Takes the next word from `*rest`: it ends at a blank or a comment, and is empty at the end. A word in double quotes
 * may contain both. */
static struct part
next_word(struct part *rest)
{
    while (rest->at != rest->end && is_blank(*rest->at))
        rest->at++;
    struct part word = {rest->at, rest->at};
    const char *quote = NULL;
    if (rest->at != rest->end && *rest->at == '"')
        quote = memchr(rest->at + 1, '"', (size_t)(rest->end - rest->at - 1));
    if (quote != NULL)
        word.end = quote + 1;
    while (word.end != rest->end && !is_blank(*word.end) && !begins_comment(*word.end))
        word.end++;
    rest->at = word.end;
    return word;
}

static bool
is_word(struct part p, const char *word)
{
    size_t len = strlen(word);
    return (size_t)(p.end - p.at) == len && memcmp(p.at, word, len) == 0;
}

static bool
is_one_of(struct part p, const char *const *words)
{
    while (*words != NULL && !is_word(p, *words))
        words++;
    return *words != NULL;
}

static bool
begins_with(struct part p, const char *prefix)
{
    size_t len = strlen(prefix);
    return (size_t)(p.end - p.at) >= len && memcmp(p.at, prefix, len) == 0;
}

/* --- the forms of a line --- */

/* Returns whether the text was probably meant as an address, CIDR or range. */
static bool
looks_like_address(struct part p)
{
    bool colon = false, separator = false, digit = false;
    for (; p.at != p.end; p.at++) {
        unsigned u = (unsigned char)*p.at;
        if (u == ':')
            colon = true;
        else if (u == '.' || u == '/')
            separator = true;
        else if (u - '0' <= 9)
            digit = true;
        else if ((u | 0x20) - 'a' > 5 && u != '-' && u != '%')
            return false;
    }
    return colon || (separator && digit);
}

/* Checks the words after an element. Each has a value. */
static enum pn_text_status
check_ipset_options(struct part rest)
{
    static const char *const with_value[] = {"timeout", "packets", "bytes",    "comment",
                                             "skbmark", "skbprio", "skbqueue", NULL};
    for (;;) {
        struct part word = next_word(&rest);
        if (word.at == word.end)
            return PN_TEXT_RULE;
        if (is_word(word, "nomatch"))
            return PN_TEXT_IPSET;
        if (!is_one_of(word, with_value))
            return PN_TEXT_ADDRESS;
        word = next_word(&rest);
        if (word.at == word.end)
            return PN_TEXT_ADDRESS;
    }
}

/* Of a set with netmask or bitmask, an address means a network. */
static enum pn_text_status
check_ipset_header(struct part rest)
{
    static const char *const changes_elements[] = {"netmask", "bitmask", NULL};
    for (;;) {
        struct part word = next_word(&rest);
        if (word.at == word.end)
            return PN_TEXT_NOTHING;
        if (is_one_of(word, changes_elements))
            return PN_TEXT_IPSET;
    }
}

/* Reads a line of `ipset save`. Returns false if it is none; else `*status` is the result. */
static bool
read_ipset(struct part line, struct part *about, struct pn_rule *out, enum pn_text_status *status)
{
    static const char *const quiet[] = {"-exist", "-!", NULL};
    struct part command = next_word(&line), name = next_word(&line);
    if (is_one_of(name, quiet))
        name = next_word(&line);
    struct part third = next_word(&line);
    if (name.at == name.end || third.at == third.end)
        return false;
    if (is_word(command, "create")) {
        if (!begins_with(third, "hash:") && !begins_with(third, "bitmap:") && !begins_with(third, "list:"))
            return false;
        *status = check_ipset_header(line);
        return true;
    }
    if (!is_word(command, "add"))
        return false;
    *status = pn_rule_parse(third.at, (size_t)(third.end - third.at), out);
    if (*status == PN_TEXT_RULE)
        *status = check_ipset_options(line);
    else if (looks_like_address(third))
        *about = third;
    else
        return false; /* a p2p line whose name begins with this word */
    return true;
}

/* Reads NAME:1.2.3.0-1.2.3.255. Returns PN_TEXT_ADDRESS for anything else. */
static enum pn_text_status
read_p2p(struct part line, struct pn_rule *out)
{
    const char *colon = last_of(line, ':');
    if (colon == NULL)
        return PN_TEXT_ADDRESS;
    struct part name = trim((struct part){line.at, colon}), range = trim((struct part){colon + 1, line.end});
    size_t len = (size_t)(range.end - range.at);
    const char *dash = memchr(range.at, '-', len);
    if (dash == NULL || looks_like_address(name))
        return PN_TEXT_ADDRESS;
    memset(out, 0, sizeof(*out));
    return range_from_text(range.at, dash, len, out);
}

enum pn_text_status
pn_line_parse(const char **text, size_t *len, struct pn_rule *out)
{
    struct part line = trim((struct part){*text, *text + *len});
    struct part body = {line.at, line.at};
    while (body.end != line.end && !begins_comment(*body.end))
        body.end++;
    const bool comment = body.end != line.end;
    body = trim(body);
    enum pn_text_status status = PN_TEXT_NOTHING, other;
    if (body.at != body.end)
        status = pn_rule_parse(body.at, (size_t)(body.end - body.at), out);
    struct part about = body, start = body;
    if (status > PN_TEXT_NOTHING) {
        if (read_ipset(line, &about, out, &other) || (other = read_p2p(body, out)) != PN_TEXT_ADDRESS)
            status = other;
        else if (comment && !looks_like_address(next_word(&start)) && (other = read_p2p(line, out)) != PN_TEXT_ADDRESS)
            status = other, about = line;
    }
    *text = about.at;
    *len = (size_t)(about.end - about.at);
    return status;
}

/* --- lines --- */

void
pn_lines_init(struct pn_lines *lines, const char *data, size_t len)
{
    memset(lines, 0, sizeof(*lines));
    lines->at = data;
    lines->end = data + len;
    if (len >= 3 && memcmp(data, "\xef\xbb\xbf", 3) == 0)
        lines->at += 3;
}

enum pn_text_status
pn_lines_next(struct pn_lines *lines, struct pn_rule *out)
{
    while (lines->at != lines->end) {
        const char *stop = memchr(lines->at, '\n', (size_t)(lines->end - lines->at));
        lines->number++;
        lines->text = lines->at;
        lines->len = (size_t)((stop != NULL ? stop : lines->end) - lines->at);
        lines->at = stop != NULL ? stop + 1 : lines->end;
        enum pn_text_status status = pn_line_parse(&lines->text, &lines->len, out);
        if (status != PN_TEXT_NOTHING)
            return status;
    }
    return PN_TEXT_NOTHING;
}
