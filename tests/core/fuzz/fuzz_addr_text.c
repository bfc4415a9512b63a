/* fuzz_addr_text.c - addresses with ports: the parser against one made of splitting and strtoull(). */
#include "fuzz.h"

#include "../check.h"

#include "core/addr_text.h"

#include <ctype.h>

enum { LONGEST = 200 };

/* One number of an IPv4 address; UINT64_MAX when it is none. */
static uint64_t
naive_number(const char *text)
{
    int base = 10;
    if (!isdigit((unsigned char)*text))
        return UINT64_MAX;
    if (text[0] == '0') {
        base = 8;
        if (text[1] == 'x' || text[1] == 'X') {
            base = 16;
            text += 2;
        }
    }
    for (const char *p = text; *p; p++)
        if (!isxdigit((unsigned char)*p))
            return UINT64_MAX;
    char *end;
    unsigned long long value = *text ? strtoull(text, &end, base) : 0;
    return *text && *end ? UINT64_MAX : value;
}

/* `text` is changed. */
static bool
naive_ipv4(char *text, uint8_t bytes[4])
{
    uint64_t parts[4], value;
    int count = 0;
    size_t len = strlen(text);
    if (len > 1 && text[len - 1] == '.')
        text[len - 1] = '\0';
    for (char *dot = text; dot != NULL;) {
        char *part = dot;
        dot = strchr(part, '.');
        if (dot != NULL)
            *dot++ = '\0';
        if (count == 4)
            return false;
        parts[count++] = naive_number(part);
    }
    value = parts[count - 1];
    if (value >= UINT64_C(1) << (8 * (5 - count)))
        return false;
    for (int i = 0; i + 1 < count; i++) {
        if (parts[i] > 255)
            return false;
        value |= parts[i] << (24 - 8 * i);
    }
    for (int i = 0; i < 4; i++)
        bytes[i] = (uint8_t)(value >> (24 - 8 * i));
    return true;
}

static bool
naive_port(const char *text, bool strict, uint16_t *port)
{
    if (strspn(text, "0123456789") != strlen(text))
        return false;
    if (strict && (*text == '\0' || (*text == '0' && text[1] != '\0')))
        return false;
    unsigned long long value = *text ? strtoull(text, NULL, 10) : 0;
    *port = (uint16_t)value;
    return value <= 65535;
}

static bool
naive_plain(const char *text, int family, struct pn_addr *out)
{
    return strchr(text, '%') == NULL && pn_addr_parse(text, strlen(text), out, NULL) == 0 && out->family == family;
}

static bool
naive_parse(const uint8_t *data, size_t size, bool strict, struct pn_addr *out)
{
    char text[LONGEST + 1];
    memcpy(text, data, size);
    text[size] = '\0';
    memset(out, 0, sizeof(*out));
    if (strlen(text) != size)
        return false;
    if (strict && naive_plain(text, 6, out))
        return true;
    char *colon = text[0] == '[' ? strchr(text, ']') : text;
    colon = colon != NULL ? strchr(colon, ':') : NULL;
    uint16_t port = 0;
    if (colon != NULL) {
        *colon = '\0';
        if (!naive_port(colon + 1, strict, &port))
            return false;
    }
    size_t len = strlen(text);
    if (text[0] == '[') {
        if (text[len - 1] != ']')
            return false;
        text[len - 1] = '\0';
        if (!naive_plain(text + 1, 6, out))
            return false;
    }
    else if (strict ? !naive_plain(text, 4, out) : !naive_ipv4(text, out->bytes)) {
        return false;
    }
    else {
        out->family = 4;
    }
    out->port = port;
    return true;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char text[PN_ENDPOINT_TEXT];
    struct pn_addr a, b, again;
    for (int strict = 0; strict < 2; strict++) {
        bool ok = pn_addr_text_parse((const char *)data, size, strict, &a) == 0;
        if (size <= LONGEST) {
            CHECK_INT(ok, naive_parse(data, size, strict, &b));
            CHECK(!ok || (pn_addr_same_ip(&a, &b) && a.port == b.port));
        }
        if (!ok)
            continue;
        size_t len = pn_addr_text_format(&a, text);
        CHECK(len == strlen(text) && len < sizeof(text));
        CHECK_INT(pn_addr_text_parse(text, len, true, &again), 0);
        CHECK(pn_addr_same_ip(&a, &again) && a.port == again.port);
    }
    return 0;
}
