/* addr.c - formats an IP address as canonical text (the shortest IPv6 form, RFC 5952) and compares two addresses. */
#include "core/addr.h"

#include <string.h>

static char *
put_decimal(char *p, unsigned value)
{
    if (value >= 100)
        *p++ = (char)('0' + value / 100);
    if (value >= 10)
        *p++ = (char)('0' + value / 10 % 10);
    *p++ = (char)('0' + value % 10);
    return p;
}

static char *
put_ipv4(char *p, const uint8_t bytes[4])
{
    for (int i = 0; i < 4; i++) {
        if (i > 0)
            *p++ = '.';
        p = put_decimal(p, bytes[i]);
    }
    return p;
}

static char *
put_hex(char *p, unsigned group)
{
    static const char digits[] = "0123456789abcdef";
    if (group >= 0x1000)
        *p++ = digits[group >> 12];
    if (group >= 0x100)
        *p++ = digits[group >> 8 & 15];
    if (group >= 0x10)
        *p++ = digits[group >> 4 & 15];
    *p++ = digits[group & 15];
    return p;
}

/* Finds the longest run of two or more zero groups. Of equally long runs the first one wins. Returns the index of
 * its first group and stores its length in `*run`; without such a run, returns 8 with `*run` 1. */
static unsigned
longest_zero_run(const unsigned groups[8], unsigned *run)
{
    unsigned best = 8;
    *run = 1;
    for (unsigned i = 0; i < 8; i++) {
        unsigned start = i;
        while (i < 8 && groups[i] == 0)
            i++;
        if (i - start > *run) {
            best = start;
            *run = i - start;
        }
    }
    return best;
}

static char *
put_ipv6(char *p, const uint8_t bytes[16])
{
    unsigned groups[8], run;
    for (int i = 0; i < 8; i++)
        groups[i] = (unsigned)bytes[2 * i] << 8 | bytes[2 * i + 1];
    unsigned gap = longest_zero_run(groups, &run);
    /* IPv4-compatible and IPv4-mapped addresses end in dotted IPv4 notation, as inet_ntop() prints them. */
    bool dotted = gap == 0 && (run == 6 || (run == 5 && groups[5] == 0xffff));
    unsigned count = dotted ? 6 : 8;

    for (unsigned i = 0; i < count; i++) {
        if (i == gap) {
            *p++ = ':';
            i += run - 1;
            if (i == 7)
                *p++ = ':';
            continue;
        }
        if (i > 0)
            *p++ = ':';
        p = put_hex(p, groups[i]);
    }
    if (dotted) {
        *p++ = ':';
        p = put_ipv4(p, bytes + 12);
    }
    return p;
}

size_t
pn_addr_format(const struct pn_addr *a, char out[PN_ADDR_TEXT])
{
    char *p = out;
    if (a->family == 4)
        p = put_ipv4(p, a->bytes);
    else if (a->family == 6)
        p = put_ipv6(p, a->bytes);
    *p = '\0';
    return (size_t)(p - out);
}

bool
pn_addr_same_ip(const struct pn_addr *a, const struct pn_addr *b)
{
    if (a->family != b->family)
        return false;
    if (a->family == 4)
        return memcmp(a->bytes, b->bytes, 4) == 0;
    return memcmp(a->bytes, b->bytes, 16) == 0 && a->scope == b->scope;
}

/* Returns whether the address is in ::ffff:0.0.0.0/96. */
static bool
is_mapped(const struct pn_addr *a)
{
    static const uint8_t prefix[12] = {[10] = 0xff, [11] = 0xff};
    return a->family == 6 && memcmp(a->bytes, prefix, sizeof(prefix)) == 0;
}

bool
pn_addr_is_unspecified(const struct pn_addr *a)
{
    static const uint8_t zeros[16];
    if (a->family == 4)
        return memcmp(a->bytes, zeros, 4) == 0;
    if (is_mapped(a))
        return memcmp(a->bytes + 12, zeros, 4) == 0;
    return a->family == 6 && memcmp(a->bytes, zeros, 16) == 0;
}

struct pn_addr
pn_addr_loopback(const struct pn_addr *a)
{
    if (a->family == 6 && !is_mapped(a))
        return (struct pn_addr){.family = 6, .bytes = {[15] = 1}};
    return (struct pn_addr){.family = 4, .bytes = {127, 0, 0, 1}};
}
