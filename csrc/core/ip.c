/* ip.c - is_ip() and the parser of IP literals, with exactly the grammar of Node's isIP().
 *
 * It makes one pass over the text, without allocations or library calls. Node is stricter than inet_aton() and
 * looser than inet_pton(): no leading zeros and no short forms in IPv4, a non-empty zone of [0-9A-Za-z.:-] after
 * IPv6. */
#include "core/addr.h"

#include <string.h>

/* The value of a hexadecimal digit plus one, 0 for any other character. A table, since digits and letters mix at
 * random and would defeat branch prediction. */
static const uint8_t hex_digit[256] = {
    ['0'] = 1,  ['1'] = 2,  ['2'] = 3,  ['3'] = 4,  ['4'] = 5,  ['5'] = 6,  ['6'] = 7,  ['7'] = 8,
    ['8'] = 9,  ['9'] = 10, ['a'] = 11, ['b'] = 12, ['c'] = 13, ['d'] = 14, ['e'] = 15, ['f'] = 16,
    ['A'] = 11, ['B'] = 12, ['C'] = 13, ['D'] = 14, ['E'] = 15, ['F'] = 16,
};

/* Reads a dotted quad at `p`. Returns the first character after it, or NULL. The caller checks what follows. */
static const char *
scan_ipv4(const char *p, const char *end, uint8_t out[4])
{
    for (int i = 0;; i++) {
        unsigned digit, value;
        if (p == end || (value = (unsigned)(unsigned char)*p - '0') > 9)
            return NULL;
        p++;
        /* No digit may follow a leading 0: the check for a dot, or the caller's, refuses it. */
        while (value != 0 && p != end && (digit = (unsigned)(unsigned char)*p - '0') <= 9) {
            value = value * 10 + digit;
            if (value > 255)
                return NULL;
            p++;
        }
        out[i] = (uint8_t)value;
        if (i == 3)
            return p;
        if (p == end || *p != '.')
            return NULL;
        p++;
    }
}

/* Returns whether the text from `p` to `end` is a zone by Node's rules. */
static bool
is_zone(const char *p, const char *end)
{
    if (p == end)
        return false;
    for (; p != end; p++) {
        unsigned u = (unsigned char)*p;
        bool alnum = u - '0' <= 9 || (u | 0x20) - 'a' <= 25;
        if (!alnum && u != '.' && u != ':' && u != '-')
            return false;
    }
    return true;
}

/* Moves the groups after the `::` to the end and zeroes the gap. */
static void
open_gap(uint8_t out[16], size_t gap, size_t used)
{
    size_t tail = used - gap;
    memmove(out + 16 - tail, out + gap, tail);
    memset(out + gap, 0, 16 - used);
}

/* Reads the IPv6 address at `p`, without a zone. Returns the first character after it (`end`, or its '%'), or NULL. */
static const char *
scan_ipv6(const char *p, const char *end, uint8_t out[16])
{
    size_t used = 0; /* bytes of `out` written */
    size_t gap = 17; /* the offset of the `::` in them; 17: none seen */
    if (end - p >= 2 && p[0] == ':' && p[1] == ':') {
        gap = 0;
        p += 2;
    }
    bool more = gap != 0 || (p != end && *p != '%');
    while (more) {
        const char *group = p;
        unsigned value = 0, digit;
        while (p != end && (digit = hex_digit[(unsigned char)*p]) != 0 && p - group < 4) {
            value = value << 4 | (digit - 1);
            p++;
        }
        if (p == group || used == 16)
            return NULL;
        if (p != end && *p == '.') {
            if (used > 12 || (p = scan_ipv4(group, end, out + used)) == NULL)
                return NULL;
            used += 4;
            break;
        }
        out[used++] = (uint8_t)(value >> 8);
        out[used++] = (uint8_t)value;
        if (p == end || *p != ':')
            break;
        p++;
        if (p != end && *p == ':') {
            if (gap != 17)
                return NULL;
            gap = used;
            p++;
            more = p != end && *p != '%';
        }
    }
    /* A `::` stands for one group at least. */
    if (gap == 17 ? used != 16 : used > 14)
        return NULL;
    if (gap != 17)
        open_gap(out, gap, used);
    return p == end || *p == '%' ? p : NULL;
}

/* Returns the family, or 0; `bytes` is undefined then. Sets `*zone` for an IPv6 address only. */
static uint8_t
scan(const char *text, size_t len, uint8_t bytes[16], const char **zone)
{
    const char *end = text + len;
    if (len == 0)
        return 0;
    if (scan_ipv4(text, end, bytes) == end)
        return 4;
    const char *p = scan_ipv6(text, end, bytes);
    if (p == NULL || (p != end && !is_zone(p + 1, end)))
        return 0;
    *zone = p == end ? NULL : p + 1;
    return 6;
}

int
pn_ip_version(const char *text, size_t len)
{
    uint8_t bytes[16];
    const char *zone;
    return scan(text, len, bytes, &zone);
}

int
pn_addr_parse(const char *text, size_t len, struct pn_addr *out, const char **zone)
{
    struct pn_addr a = {0};
    const char *found = NULL;
    a.family = scan(text, len, a.bytes, &found);
    if (a.family == 0)
        return -1;
    *out = a;
    if (zone != NULL)
        *zone = found;
    return 0;
}

/* The name of an interface contains no white space, slash or control character. */
static bool
may_be_zone(const char *zone, const char *end)
{
    while (zone != end && (unsigned char)*zone > ' ' && *zone != '/' && *zone != 127)
        zone++;
    return zone == end;
}

int
pn_ip_from_text(const char *text, size_t len, struct pn_addr *out)
{
    if (pn_addr_parse(text, len, out, NULL) == 0)
        return 0;
    const char *zone = memchr(text, '%', len);
    if (zone == NULL || !may_be_zone(zone + 1, text + len))
        return -1;
    struct pn_addr a;
    if (pn_addr_parse(text, (size_t)(zone - text), &a, NULL) < 0 || a.family != 6)
        return -1;
    *out = a;
    return 0;
}
