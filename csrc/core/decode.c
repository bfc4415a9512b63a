/* decode.c - splits off incomplete characters and decodes UTF-16, hex and base64; see decode.h. */
#include "core/decode.h"

#include <string.h>

void
pn_decoder_init(struct pn_decoder *d, enum pn_encoding encoding)
{
    memset(d, 0, sizeof(*d));
    d->encoding = (uint8_t)encoding;
}

/* --- incomplete characters --- */

/* Returns the length of a character by its first byte; 1 for a byte that begins no character. */
static size_t
utf8_length(unsigned char first)
{
    if (first < 0xc0 || first >= 0xf8)
        return 1;
    return first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
}

static size_t
utf8_incomplete(const char *base, size_t len)
{
    for (size_t back = 1; back <= 3 && back <= len; back++) {
        unsigned char c = (unsigned char)base[len - back];
        if ((c & 0xc0) != 0x80)
            return utf8_length(c) > back ? back : 0;
    }
    return 0;
}

static uint32_t
unit_at(const char *base, size_t i)
{
    return (uint32_t)(unsigned char)base[2 * i] | (uint32_t)(unsigned char)base[2 * i + 1] << 8;
}

static bool
is_high(uint32_t unit)
{
    return (unit & 0xfc00) == 0xd800;
}

static bool
is_low(uint32_t unit)
{
    return (unit & 0xfc00) == 0xdc00;
}

static size_t
utf16_incomplete(const char *base, size_t len)
{
    size_t units = len / 2, odd = len % 2;
    return units > 0 && is_high(unit_at(base, units - 1)) ? odd + 2 : odd;
}

size_t
pn_decode_incomplete(enum pn_encoding encoding, const char *base, size_t len)
{
    switch (encoding) {
    case PN_UTF8:
        return utf8_incomplete(base, len);
    case PN_UTF16LE:
        return utf16_incomplete(base, len);
    case PN_BASE64:
    case PN_BASE64URL:
        return len % 3;
    default:
        return 0;
    }
}

/* --- UTF-16 --- */

/* Returns the character at unit `*i` and moves `*i` behind it. */
static uint32_t
next_character(const char *base, size_t units, size_t *i)
{
    uint32_t unit = unit_at(base, (*i)++);
    if (!is_high(unit) || *i == units || !is_low(unit_at(base, *i)))
        return unit;
    return 0x10000 + ((unit & 0x3ff) << 10) + (unit_at(base, (*i)++) & 0x3ff);
}

size_t
pn_decode_utf16_count(const char *base, size_t len, uint32_t *max)
{
    size_t units = len / 2, count = 0;
    *max = 0;
    for (size_t i = 0; i < units; count++)
        *max |= next_character(base, units, &i);
    return count;
}

void
pn_decode_utf16(const char *base, size_t len, unsigned width, void *out)
{
    size_t units = len / 2, n = 0;
    for (size_t i = 0; i < units; n++) {
        uint32_t c = next_character(base, units, &i);
        if (width == 1)
            ((uint8_t *)out)[n] = (uint8_t)c;
        else if (width == 2)
            ((uint16_t *)out)[n] = (uint16_t)c;
        else
            ((uint32_t *)out)[n] = c;
    }
}

/* --- hex, base64 --- */

void
pn_decode_hex(const char *base, size_t len, char *out)
{
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)base[i];
        out[2 * i] = digits[c >> 4];
        out[2 * i + 1] = digits[c & 15];
    }
}

size_t
pn_decode_base64_length(size_t len, bool url)
{
    size_t rest = len % 3;
    return len / 3 * 4 + (rest == 0 ? 0 : url ? rest + 1 : 4);
}

void
pn_decode_base64(const char *base, size_t len, bool url, char *out)
{
    static const char plain_digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    static const char url_digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    const char *digits = url ? url_digits : plain_digits;
    const unsigned char *in = (const unsigned char *)base;
    size_t whole = len / 3, rest = len % 3;
    for (size_t i = 0; i < whole; i++, in += 3, out += 4) {
        uint32_t three = (uint32_t)in[0] << 16 | (uint32_t)in[1] << 8 | in[2];
        for (unsigned k = 0; k < 4; k++)
            out[k] = digits[three >> (18 - 6 * k) & 63];
    }
    if (rest == 0)
        return;
    uint32_t last = (uint32_t)in[0] << 16 | (rest == 2 ? (uint32_t)in[1] << 8 : 0);
    for (unsigned k = 0; k <= rest; k++)
        out[k] = digits[last >> (18 - 6 * k) & 63];
    if (!url)
        memset(out + rest + 1, '=', 3 - rest);
}
