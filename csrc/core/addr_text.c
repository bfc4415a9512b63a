/* addr_text.c - parses and formats an address with its port: SocketAddress.parse(), strict and loose; see
 * addr_text.h. */
#include "core/addr_text.h"

#include <string.h>

/* Returns the value of a digit in the base, or -1. */
static int
digit_of(char c, unsigned base)
{
    unsigned u = (unsigned char)c, value = u - '0';
    if (value > 9) {
        value = (u | 0x20) - 'a';
        if (value > 5)
            return -1;
        value += 10;
    }
    return value < base ? (int)value : -1;
}

/* Reads a number of a URL's IPv4 address: the prefix `0x` makes it hexadecimal (`0x` alone is 0), any other leading
 * 0 makes it octal. Returns the first character after it, or NULL. The value stops growing once it is above 2**32 -
 * 1. */
static const char *
scan_number(const char *p, const char *end, uint64_t *out)
{
    unsigned base = 10;
    uint64_t value = 0;
    int digit;
    if (p == end || digit_of(*p, 10) < 0)
        return NULL;
    if (*p == '0') {
        base = 8;
        p++;
        if (p != end && (*p == 'x' || *p == 'X')) {
            base = 16;
            p++;
        }
    }
    for (; p != end && (digit = digit_of(*p, base)) >= 0; p++)
        if (value <= UINT32_MAX)
            value = value * base + (unsigned)digit;
    *out = value;
    return p;
}

/* Reads one to four numbers separated by dots. The last number fills the rest of the 32 bits; one more dot may
 * follow it. Returns the first character after them, or NULL. */
static const char *
scan_loose_ipv4(const char *p, const char *end, uint8_t bytes[4])
{
    uint64_t value = 0;
    int count = 0;
    for (;;) {
        p = scan_number(p, end, &value);
        if (p == NULL)
            return NULL;
        count++;
        if (p == end || *p != '.')
            break;
        p++;
        if (p == end || *p == ':')
            break; /* a trailing dot */
        if (count == 4 || value > 255)
            return NULL;
        bytes[count - 1] = (uint8_t)value;
    }
    if (value >> (8 * (5 - count)) != 0)
        return NULL;
    for (int i = 3; i >= count - 1; i--) {
        bytes[i] = (uint8_t)value;
        value >>= 8;
    }
    return p;
}

/* Parses the port, which extends to the end of the text. Returns 0 or -1. */
static int
parse_port(const char *p, const char *end, bool strict, uint16_t *out)
{
    uint32_t port = 0;
    if (strict && (p == end || (*p == '0' && end - p > 1)))
        return -1;
    for (; p != end; p++) {
        unsigned digit = (unsigned)(unsigned char)*p - '0';
        if (digit > 9)
            return -1;
        port = port * 10 + digit;
        if (port > UINT16_MAX)
            return -1;
    }
    *out = (uint16_t)port;
    return 0;
}

/* Parses the address without its port and brackets. Returns 0 or -1. */
static int
parse_plain(const char *p, const char *end, uint8_t family, struct pn_addr *a)
{
    const char *zone;
    return pn_addr_parse(p, (size_t)(end - p), a, &zone) == 0 && a->family == family && zone == NULL ? 0 : -1;
}

int
pn_addr_text_parse(const char *text, size_t len, bool strict, struct pn_addr *out)
{
    const char *end = text + len, *rest;
    struct pn_addr a = {.family = 4};
    if (len == 0)
        return -1;
    if (*text == '[') {
        const char *closing = memchr(text, ']', len);
        if (closing == NULL || parse_plain(text + 1, closing, 6, &a) != 0)
            return -1;
        rest = closing + 1;
    }
    else if (strict) {
        const char *colon = memchr(text, ':', len);
        rest = colon != NULL ? colon : end;
        if (parse_plain(text, rest, 4, &a) != 0) {
            if (parse_plain(text, end, 6, &a) != 0)
                return -1;
            rest = end;
        }
    }
    else if ((rest = scan_loose_ipv4(text, end, a.bytes)) == NULL) {
        return -1;
    }
    if (rest != end && (*rest != ':' || parse_port(rest + 1, end, strict, &a.port) != 0))
        return -1;
    *out = a;
    return 0;
}

size_t
pn_addr_text_format(const struct pn_addr *a, char out[PN_ENDPOINT_TEXT])
{
    char *p = out;
    char digits[5];
    int n = 0;
    if (a->family == 6)
        *p++ = '[';
    p += pn_addr_format(a, p);
    if (a->family == 6)
        *p++ = ']';
    *p++ = ':';
    unsigned port = a->port;
    do {
        digits[n++] = (char)('0' + port % 10);
        port /= 10;
    } while (port != 0);
    while (n > 0)
        *p++ = digits[--n];
    *p = '\0';
    return (size_t)(p - out);
}
