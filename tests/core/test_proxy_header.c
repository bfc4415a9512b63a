/* test_proxy_header.c - headers of the PROXY protocol: what is one, where it ends, what it says, and writing one. */
#include "check.h"

#include "core/proxy_header.h"

#define V2 "\r\n\r\n\0\r\nQUIT\n"

struct example {
    const char *text;
    size_t len;
    bool ok;
};
#define TEXT(text, ok) {text, sizeof(text) - 1, ok}

static const struct example examples[] = {
    TEXT("PROXY TCP4 192.0.2.1 198.51.100.2 56324 443\r\n", true),
    TEXT("PROXY TCP4 0.0.0.0 255.255.255.255 0 65535\r\n", true),
    TEXT("PROXY TCP6 2001:db8::1 ::1 1 2\r\n", true),
    TEXT("PROXY TCP6 ::ffff:1.2.3.4 ::1 1 2\r\n", true),
    TEXT("PROXY UNKNOWN\r\n", true),
    TEXT("PROXY UNKNOWN ffff:f...f:ffff anything at all\r\n", true),
    TEXT("PROXY UNKNOWN \r\n", true),
    TEXT("PROXY UNKNOWNS\r\n", false),
    TEXT("PROXY \r\n", false),
    TEXT("PROXY\r\n", false),
    TEXT("proxy TCP4 192.0.2.1 198.51.100.2 56324 443\r\n", false),
    TEXT("PROXY tcp4 192.0.2.1 198.51.100.2 56324 443\r\n", false),
    TEXT("PROXY TCP4 192.0.2.1 198.51.100.2 56324 443\n", false),
    TEXT("PROXY TCP4 192.0.2.1 198.51.100.2 56324 443 \r\n", false),
    TEXT("PROXY TCP4 192.0.2.1 198.51.100.2 56324 443 1\r\n", false),
    TEXT("PROXY TCP4  192.0.2.1 198.51.100.2 56324 443\r\n", false),
    TEXT("PROXY TCP4 192.0.2.01 198.51.100.2 56324 443\r\n", false),
    TEXT("PROXY TCP4 192.0.2 198.51.100.2 56324 443\r\n", false),
    TEXT("PROXY TCP4 192.0.2.1 198.51.100.2 056324 443\r\n", false),
    TEXT("PROXY TCP4 192.0.2.1 198.51.100.2 00 443\r\n", false),
    TEXT("PROXY TCP4 192.0.2.1 198.51.100.2 65536 443\r\n", false),
    TEXT("PROXY TCP4 192.0.2.1 198.51.100.2 99999 443\r\n", false),
    TEXT("PROXY TCP4 192.0.2.1 198.51.100.2 +1 443\r\n", false),
    TEXT("PROXY TCP4 192.0.2.1 198.51.100.2 1 -1\r\n", false),
    TEXT("PROXY TCP4 192.0.2.1 198.51.100.2 1\r\n", false),
    TEXT("PROXY TCP4 192.0.2.1 ::1 1 2\r\n", false),
    TEXT("PROXY TCP6 192.0.2.1 ::1 1 2\r\n", false),
    TEXT("PROXY TCP6 fe80::1%eth0 ::1 1 2\r\n", false),
    TEXT("PROXY TCP4 1.1.1.1 2.2.2.2 1 \r2\r\n", false),
    TEXT("PROXY UDP4 1.1.1.1 2.2.2.2 1 2\r\n", false),
    TEXT(V2 "\x21\x11\x00\x0c\x01\x02\x03\x04\x05\x06\x07\x08\x00\x50\x01\xbb", true),
    TEXT(V2 "\x21\x11\x00\x0b\x01\x02\x03\x04\x05\x06\x07\x08\x00\x50\x01", false),     /* too short for IPv4 */
    TEXT(V2 "\x21\x12\x00\x0c\x01\x02\x03\x04\x05\x06\x07\x08\x00\x50\x01\xbb", false), /* UDP */
    TEXT(V2 "\x21\x10\x00\x0c\x01\x02\x03\x04\x05\x06\x07\x08\x00\x50\x01\xbb", false),
    TEXT(V2 "\x21\x41\x00\x00", false),
    TEXT(V2 "\x21\x00\x00\x00", true),
    TEXT(V2 "\x20\x00\x00\x00", true),
    TEXT(V2 "\x20\xff\x00\x01\x00", true), /* LOCAL: what it says about addresses is ignored */
    TEXT(V2 "\x22\x00\x00\x00", false),    /* no such command */
    TEXT(V2 "\x11\x00\x00\x00", false),    /* no such version */
    TEXT(V2 "\x21\x00\x00\x03\x04\x00\x00", true),
    TEXT(V2 "\x21\x00\x00\x02\x04\x00", false),         /* half a TLV */
    TEXT(V2 "\x21\x00\x00\x03\x04\x00\x01", false),     /* a TLV without its value */
    TEXT(V2 "\x21\x00\x00\x04\x20\x00\x01\x01", false), /* TLS: too short */
    TEXT(V2 "\x21\x00\x00\x08\x20\x00\x05\x01\x00\x00\x00\x00", true),
    TEXT(V2 "\x21\x00\x00\x09\x20\x00\x06\x01\x00\x00\x00\x00\x21", false), /* TLS: half a TLV within */
    TEXT(V2 "\x21\x00\x00\x07\x03\x00\x04\x00\x00\x00\x00", false),         /* a wrong checksum */
    TEXT(V2 "\x21\x00\x00\x06\x03\x00\x03\x00\x00\x00", false),             /* a short checksum */
};

static void
test_examples(void)
{
    for (size_t i = 0; i < sizeof(examples) / sizeof(examples[0]); i++) {
        struct pn_proxy_header h;
        const char *reason = "?";
        int status = pn_proxy_parse((const uint8_t *)examples[i].text, examples[i].len, &h, &reason);
        if ((status == 0) != examples[i].ok)
            fprintf(stderr, "example %zu: %s\n", i, reason);
        CHECK_INT(status == 0, examples[i].ok);
        CHECK((status == 0) == (reason == NULL));
    }
}

/* Every beginning of a header asks for more; what follows it is not touched. */
static void
test_splits(void)
{
    for (size_t i = 0; i < sizeof(examples) / sizeof(examples[0]); i++) {
        uint8_t data[300];
        size_t len = examples[i].len, used;
        memcpy(data, examples[i].text, len);
        memcpy(data + len, "PROXY\n\r\n", 8);
        if (!examples[i].ok)
            continue;
        for (size_t n = 0; n < len; n++) {
            CHECK_INT(pn_proxy_scan(data, n, &used), PN_PROXY_MORE);
            CHECK_INT(used, n);
        }
        for (size_t n = len; n < len + 8; n++) {
            CHECK_INT(pn_proxy_scan(data, n, &used), PN_PROXY_WHOLE);
            CHECK_INT(used, len);
        }
    }
}

static enum pn_proxy_status
scan(const char *text, size_t len)
{
    size_t used;
    return pn_proxy_scan((const uint8_t *)text, len, &used);
}

static void
test_early_failures(void)
{
    CHECK_INT(scan("G", 1), PN_PROXY_INVALID);
    CHECK_INT(scan("PROXX", 5), PN_PROXY_INVALID);
    CHECK_INT(scan("\r\n\r\n\1", 5), PN_PROXY_INVALID);
    CHECK_INT(scan(V2 "\x31", 13), PN_PROXY_INVALID);
    CHECK_INT(scan(V2 "\x2f", 13), PN_PROXY_INVALID);
}

static void
test_limits(void)
{
    char v1[200] = "PROXY UNKNOWN ";
    memset(v1 + 14, 'x', sizeof(v1) - 14);
    CHECK_INT(scan(v1, 106), PN_PROXY_MORE);
    CHECK_INT(scan(v1, 107), PN_PROXY_TOO_LONG);
    memcpy(v1 + 105, "\r\n", 2);
    CHECK_INT(scan(v1, 107), PN_PROXY_WHOLE);
    memcpy(v1 + 105, "x\r\n", 3);
    CHECK_INT(scan(v1, 108), PN_PROXY_TOO_LONG);
    CHECK_INT(scan(V2 "\x21\x11\x10\x00", 16), PN_PROXY_MORE);
    CHECK_INT(scan(V2 "\x21\x11\x10\x01", 16), PN_PROXY_TOO_LONG);
}

static void
test_values(void)
{
    struct pn_proxy_header h;
    const char *reason;
    char text[PN_ADDR_TEXT];
    CHECK_INT(pn_proxy_parse((const uint8_t *)examples[0].text, examples[0].len, &h, &reason), 0);
    CHECK_INT(h.version, 1);
    CHECK_INT(h.family, 4);
    pn_addr_format(&h.source, text);
    CHECK_STR(text, "192.0.2.1");
    pn_addr_format(&h.destination, text);
    CHECK_STR(text, "198.51.100.2");
    CHECK_INT(h.source.port, 56324);
    CHECK_INT(h.destination.port, 443);
    CHECK_INT(pn_proxy_parse((const uint8_t *)V2 "\x20\x00\x00\x05\x05\x00\x02id", 21, &h, &reason), 0);
    CHECK(h.local && h.version == 2 && h.family == 0 && h.source.family == 0);
    size_t at = 0, len;
    uint8_t type;
    const uint8_t *value;
    CHECK(pn_proxy_next_tlv(&h, &at, &type, &value, &len));
    CHECK(type == PN_TLV_UNIQUE_ID && len == 2 && memcmp(value, "id", 2) == 0);
    CHECK(!pn_proxy_next_tlv(&h, &at, &type, &value, &len));
}

static void
test_unix_paths(void)
{
    static uint8_t out[PN_PROXY_LONGEST];
    struct pn_proxy_header h = {.version = 2, .family = PN_PROXY_UNIX}, again;
    const char *reason;
    h.source_path = (const uint8_t *)"/run/a";
    h.source_path_len = 6;
    h.destination_path = (const uint8_t *)"\0name";
    h.destination_path_len = 5;
    size_t len = pn_proxy_write(&h, true, out);
    CHECK_INT(len, 16 + 216 + 7);
    CHECK_INT(pn_proxy_parse(out, len, &again, &reason), 0);
    CHECK_INT(again.family, PN_PROXY_UNIX);
    CHECK(again.source_path_len == 6 && memcmp(again.source_path, "/run/a", 6) == 0);
    CHECK(again.destination_path_len == 5 && memcmp(again.destination_path, "\0name", 5) == 0);
    h.version = 1;
    CHECK_INT(pn_proxy_write(&h, false, out), 0);
}

static void
test_checksum(void)
{
    static uint8_t out[PN_PROXY_LONGEST];
    struct pn_proxy_header h = {.version = 2, .family = 4}, again;
    const char *reason;
    CHECK_INT(pn_crc32c(0, (const uint8_t *)"123456789", 9), 0xe3069283);
    CHECK_INT(pn_crc32c(pn_crc32c(0, (const uint8_t *)"1234", 4), (const uint8_t *)"56789", 5), 0xe3069283);
    h.tlvs = (const uint8_t *)"\x02\x00\x01h";
    h.tlvs_len = 4;
    size_t len = pn_proxy_write(&h, true, out);
    CHECK_INT(len, 16 + 12 + 4 + 7);
    CHECK_INT(pn_proxy_parse(out, len, &again, &reason), 0);
    for (size_t i = 16; i < len; i++) { /* the bits of the rest: each is noticed */
        for (int bit = 0; bit < 8; bit++) {
            out[i] ^= (uint8_t)(1 << bit);
            bool checked = i < 28 || i == 31 || i >= 35; /* elsewhere it is another TLV: no checksum may be left */
            if (checked)
                CHECK_INT(pn_proxy_parse(out, len, &again, &reason), -1);
            out[i] ^= (uint8_t)(1 << bit);
        }
    }
}

static void
test_writing(void)
{
    static uint8_t out[PN_PROXY_LONGEST], tlv[PN_PROXY_V2_REST] = {0xe0, 0x0f, 0xfd};
    struct pn_proxy_header h = {.version = 1, .local = true};
    CHECK_INT(pn_proxy_write(&h, false, out), 15);
    CHECK(memcmp(out, "PROXY UNKNOWN\r\n", 15) == 0);
    CHECK_INT(pn_proxy_write(&h, true, out), 0); /* version 1 has no checksum */
    h.version = 2;
    CHECK_INT(pn_proxy_write(&h, false, out), 16);
    CHECK_INT(out[12], 0x20);
    h.tlvs = tlv;
    h.tlvs_len = sizeof(tlv);
    CHECK(pn_proxy_are_tlvs(tlv, sizeof(tlv)));
    CHECK_INT(pn_proxy_write(&h, false, out), PN_PROXY_LONGEST);
    CHECK_INT(pn_proxy_write(&h, true, out), 0);
    h.local = false;
    h.family = 4;
    CHECK_INT(pn_proxy_write(&h, false, out), 0);
}

int
main(void)
{
    RUN(test_examples);
    RUN(test_splits);
    RUN(test_early_failures);
    RUN(test_limits);
    RUN(test_values);
    RUN(test_unix_paths);
    RUN(test_checksum);
    RUN(test_writing);
    return 0;
}
