/* fuzz_addr.c - IP literals: the parser against a second one, and against its own formatter. */
#include "fuzz.h"

#include "../check.h"

#include "core/addr.h"

#include <arpa/inet.h>

/* The family by inet_pton(), which differs from node's isIP() in zones only: the shortest way to a second opinion. */
static int
second_opinion(const char *text, size_t len, uint8_t bytes[16])
{
    char copy[64];
    const char *percent = memchr(text, '%', len);
    size_t head = percent != NULL ? (size_t)(percent - text) : len;
    if (head >= sizeof(copy) || memchr(text, '\0', head) != NULL)
        return 0; /* no address is as long */
    memcpy(copy, text, head);
    copy[head] = '\0';
    if (percent == NULL)
        return inet_pton(AF_INET, copy, bytes) == 1 ? 4 : inet_pton(AF_INET6, copy, bytes) == 1 ? 6 : 0;
    const char *allowed = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.:-";
    if (head + 1 == len)
        return 0;
    for (size_t i = head + 1; i < len; i++)
        if (text[i] == '\0' || strchr(allowed, text[i]) == NULL)
            return 0;
    return inet_pton(AF_INET6, copy, bytes) == 1 ? 6 : 0;
}

static void
check_format(const struct pn_addr *a)
{
    char text[PN_ADDR_TEXT], expected[PN_ADDR_TEXT];
    struct pn_addr again;
    size_t len = pn_addr_format(a, text);
    CHECK_INT(len, strlen(text));
    CHECK(inet_ntop(a->family == 4 ? AF_INET : AF_INET6, a->bytes, expected, sizeof(expected)) != NULL);
    CHECK_STR(text, expected);
    CHECK_INT(pn_addr_parse(text, len, &again, NULL), 0);
    CHECK(pn_addr_same_ip(a, &again));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *text = (const char *)data, *zone = NULL;
    uint8_t bytes[16];
    struct pn_addr a;
    int family = pn_ip_version(text, size);
    CHECK_INT(family, second_opinion(text, size, bytes));
    CHECK_INT(pn_addr_parse(text, size, &a, &zone), family ? 0 : -1);
    if (family != 0) {
        CHECK_INT(a.family, family);
        CHECK(memcmp(a.bytes, bytes, family == 4 ? 4 : 16) == 0);
        CHECK_INT(zone != NULL, memchr(text, '%', size) != NULL);
        check_format(&a);
    }
    /* any 4 or 16 bytes are an address as well */
    if (size == 4 || size == 16) {
        a = (struct pn_addr){.family = size == 4 ? 4 : 6};
        memcpy(a.bytes, data, size);
        check_format(&a);
    }
    return 0;
}
