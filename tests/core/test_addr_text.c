/* needs: hooks */
/* test_addr_text.c - parses and formats addresses with ports. */
#include "check.h"
#include "hooks.h"

#include "core/addr_text.h"

struct example {
    const char *text, *want; /* want: the text by pn_addr_text_format(), NULL: refused */
};

static const struct example loose[] = {
    {"1.2.3.4", "1.2.3.4:0"},
    {"1.2.3.4:80", "1.2.3.4:80"},
    {"1.2.3.4:443", "1.2.3.4:443"},
    {"1.2.3.4:0", "1.2.3.4:0"},
    {"1.2.3.4:65535", "1.2.3.4:65535"},
    {"1.2.3.4:65536", NULL},
    {"1.2.3.4:99999", NULL},
    {"1.2.3.4:4294967376", NULL},
    {"1.2.3.4:18446744073709551696", NULL},
    {"1.2.3.4:", "1.2.3.4:0"},
    {"1.2.3.4:00081", "1.2.3.4:81"},
    {"1.2.3.4:0000000000000000000000065535", "1.2.3.4:65535"},
    {"1.2.3.4:-1", NULL},
    {"1.2.3.4:+1", NULL},
    {"1.2.3.4:0x50", NULL},
    {"1.2.3.4: 80", NULL},
    {"1.2.3.4:8 0", NULL},
    {"1.2.3.4:80:90", NULL},
    {"1.2.3.4::", NULL},
    {"1.2.3.4:80 ", NULL},
    {" 1.2.3.4:80", NULL},
    {"\t1.2.3.4", NULL},
    {"1.2\n.3.4:80", NULL},
    {"1.2.3.4/path", NULL},
    {"1.2.3.4?q", NULL},
    {"1.2.3.4#h", NULL},
    {"1.2.3.4\\x", NULL},
    {"user@1.2.3.4:5", NULL},
    {"@1.2.3.4", NULL},
    {"1.2.3", "1.2.0.3:0"},
    {"1.2", "1.0.0.2:0"},
    {"1", "0.0.0.1:0"},
    {"0", "0.0.0.0:0"},
    {"0:5", "0.0.0.0:5"},
    {"256", "0.0.1.0:0"},
    {"2130706433", "127.0.0.1:0"},
    {"2130706433:7", "127.0.0.1:7"},
    {"127.1:99", "127.0.0.1:99"},
    {"0x7f.1", "127.0.0.1:0"},
    {"0X7F.1", "127.0.0.1:0"},
    {"0x7f000001", "127.0.0.1:0"},
    {"0177.0.0.1", "127.0.0.1:0"},
    {"4294967295", "255.255.255.255:0"},
    {"0xffffffff", "255.255.255.255:0"},
    {"037777777777", "255.255.255.255:0"},
    {"4294967296", NULL},
    {"0x100000000", NULL},
    {"040000000000", NULL},
    {"18446744073709551617", NULL},
    {"0x10000000000000001", NULL},
    {"01.02.03.04", "1.2.3.4:0"},
    {"00.0.0.0", "0.0.0.0:0"},
    {"1.2.3.08", NULL},
    {"08", NULL},
    {"1.2.3.4.", "1.2.3.4:0"},
    {"1.2.3.4.:5", "1.2.3.4:5"},
    {"1.2.3.", "1.2.0.3:0"},
    {"256.", "0.0.1.0:0"},
    {"256.1.1.1", NULL},
    {"256.1", NULL},
    {"1.2.3.4.5", NULL},
    {"1.2.3.4.5.", NULL},
    {"1.2.3.256", NULL},
    {"1.2.65535", "1.2.255.255:0"},
    {"1.2.65536", NULL},
    {"1.16777215", "1.255.255.255:0"},
    {"1.16777216", NULL},
    {"1.0377", "1.0.0.255:0"},
    {"1.0400", "1.0.1.0:0"},
    {"1..2", NULL},
    {"1..", NULL},
    {"1.2.3.4..", NULL},
    {".1", NULL},
    {".", NULL},
    {"..", NULL},
    {"1.-2.3.4", NULL},
    {"-1", NULL},
    {"+1", NULL},
    {"1+", NULL},
    {"1e3", NULL},
    {"1_0", NULL},
    {"0x", "0.0.0.0:0"},
    {"0x.", "0.0.0.0:0"},
    {"1.0x", "1.0.0.0:0"},
    {"0xg", NULL},
    {"0b1", NULL},
    {"x1", NULL},
    {"ff", NULL},
    {"00000000000000000000000000000000000001", "0.0.0.1:0"},
    {"0x0000000000000000000000000000000000ff", "0.0.0.255:0"},
    {"1%2e2.3.4", NULL},
    {"%31.2.3.4", NULL},
    {"1.2.3.4%lo", NULL},
    {"//1.2.3.4", NULL},
    {"http://1.2.3.4", NULL},
    {"\xef\xbc\x91.2.3.4", NULL},
    {"1\343\200\2022.3.4", NULL},
    {"1.2.3.4:8\xef\xbc\x90", NULL},
    {"localhost", NULL},
    {"host:80", NULL},
    {"", NULL},
    {":", NULL},
    {":80", NULL},
    {"/", NULL},
    {"1.2.3.4,5", NULL},
    {"[::1]", "[::1]:0"},
    {"[::1]:", "[::1]:0"},
    {"[::1]:80", "[::1]:80"},
    {"[0:0::1]:5", "[::1]:5"},
    {"[2001:0DB8::00AB]:5", "[2001:db8::ab]:5"},
    {"[::ffff:102:304]", "[::ffff:1.2.3.4]:0"},
    {"[::FFFF:1.2.3.4]:0009", "[::ffff:1.2.3.4]:9"},
    {"[1:2:3:4:5:6:7::]", "[1:2:3:4:5:6:7:0]:0"},
    {"[::1]:65536", NULL},
    {"[::1]x", NULL},
    {"[::1].", NULL},
    {"[::1", NULL},
    {"::1]", NULL},
    {"[[::1]]", NULL},
    {"[]", NULL},
    {"[", NULL},
    {"]", NULL},
    {"[::g]", NULL},
    {"[::1::]", NULL},
    {"[1:2:3:4::5:6:7:8]", NULL},
    {"[::01.2.3.4]", NULL},
    {"[1.2.3.4]", NULL},
    {"::1", NULL},
    {"::1:80", NULL},
    {"1::2", NULL},
    {"[fe80::1%lo]", NULL},
    {"[fe80::1%25lo]", NULL},
    {"[::1%]", NULL},
    {"[::1%25]", NULL},
};

static const struct example strict[] = {
    {"1.2.3.4", "1.2.3.4:0"},
    {"1.2.3.4:80", "1.2.3.4:80"},
    {"1.2.3.4:0", "1.2.3.4:0"},
    {"1.2.3.4:65535", "1.2.3.4:65535"},
    {"1.2.3.4:65536", NULL},
    {"1.2.3.4:", NULL},
    {"1.2.3.4:00", NULL},
    {"1.2.3.4:080", NULL},
    {"1.2.3.4:8a", NULL},
    {"1.2.3.4.", NULL},
    {"1.2.3", NULL},
    {"1", NULL},
    {"01.2.3.4", NULL},
    {"0x7f.1", NULL},
    {"[::1]", "[::1]:0"},
    {"[::1]:80", "[::1]:80"},
    {"[::1]:", NULL},
    {"[::1]80", NULL},
    {"[1.2.3.4]", NULL},
    {"[::1%lo]", NULL},
    {"::1", "[::1]:0"},
    {"::", "[::]:0"},
    {"1::2", "[1::2]:0"},
    {"::1:80", "[::0.1.0.128]:0"},
    {"::ffff:1.2.3.4", "[::ffff:1.2.3.4]:0"},
    {"::ffff:1.2.3.4:80", NULL},
    {"::1%lo", NULL},
    {"::1]", NULL},
    {"", NULL},
    {":", NULL},
    {":80", NULL},
    {"localhost:80", NULL},
};

/* Parses from a block of exactly the text's size and formats the result; returns NULL if it was refused. */
static const char *
parsed(const char *text, size_t len, bool strictly, char out[PN_ENDPOINT_TEXT])
{
    struct pn_addr a, before;
    char *exact = malloc(len ? len : 1);
    CHECK(exact != NULL);
    memcpy(exact, text, len);
    memset(&a, 0xa5, sizeof(a));
    before = a;
    int status = pn_addr_text_parse(exact, len, strictly, &a);
    free(exact);
    if (status != 0) {
        CHECK_INT(status, -1);
        CHECK(memcmp(&a, &before, sizeof(a)) == 0);
        return NULL;
    }
    CHECK_INT(a.scope, 0);
    size_t length = pn_addr_text_format(&a, out);
    CHECK_INT(length, strlen(out));
    return out;
}

static void
check_examples(const struct example *e, size_t count, bool strictly)
{
    char out[PN_ENDPOINT_TEXT];
    for (size_t i = 0; i < count; i++) {
        const char *got = parsed(e[i].text, strlen(e[i].text), strictly, out);
        if (got == NULL ? e[i].want != NULL : e[i].want == NULL || strcmp(got, e[i].want) != 0) {
            fprintf(stderr, "%s \"%s\": %s, not %s\n", strictly ? "strict" : "loose", e[i].text, got ? got : "refused",
                    e[i].want ? e[i].want : "refused");
            check_stop();
        }
    }
}

static void
test_examples(void)
{
    check_examples(loose, sizeof(loose) / sizeof(*loose), false);
    check_examples(strict, sizeof(strict) / sizeof(*strict), true);
}

static void
test_length_counts(void)
{
    char out[PN_ENDPOINT_TEXT];
    CHECK(parsed("1.2.3.4\0", 8, false, out) == NULL);
    CHECK(parsed("1.2.3.4:8\0", 10, false, out) == NULL);
    CHECK(parsed("[::1]\0", 6, false, out) == NULL);
    CHECK(parsed("\0", 1, false, out) == NULL);
    CHECK_STR(parsed("1.2.3.4:80", 9, false, out), "1.2.3.4:8");
    CHECK_STR(parsed("1.2.3.4:80", 9, true, out), "1.2.3.4:8");
    CHECK(parsed("[::1]", 4, false, out) == NULL);
    /* a lone surrogate is only one more text that is not an address */
    CHECK(parsed("\xed\xa0\x80", 3, false, out) == NULL);
}

static void
test_very_long(void)
{
    char out[PN_ENDPOINT_TEXT];
    size_t len = 1000000;
    char *text = malloc(len);
    CHECK(text != NULL);
    memset(text, '0', len);
    CHECK_STR(parsed(text, len, false, out), "0.0.0.0:0");
    memcpy(text, "1.2.3.4:", 8);
    CHECK_STR(parsed(text, len, false, out), "1.2.3.4:0");
    CHECK(parsed(text, len, true, out) == NULL);
    text[len - 6] = '6';
    CHECK(parsed(text, len, false, out) == NULL);
    memset(text, '9', len);
    CHECK(parsed(text, len, false, out) == NULL);
    memset(text, '[', len);
    CHECK(parsed(text, len, false, out) == NULL);
    memset(text, '.', len);
    CHECK(parsed(text, len, false, out) == NULL);
    free(text);
}

static void
test_format_is_read_again(void)
{
    struct random_source r = {77};
    char text[PN_ENDPOINT_TEXT];
    struct pn_addr widest = {.family = 6, .port = 65535}, got;
    memset(widest.bytes, 0xff, 16);
    CHECK_INT(pn_addr_text_format(&widest, text), 39 + 8);
    for (int i = 0; i < 20000; i++) {
        struct pn_addr a = {.family = i & 1 ? 4 : 6, .port = (uint16_t)random_next(&r)};
        uint64_t zeros = random_next(&r);
        for (size_t k = 0; k < (a.family == 4 ? 4 : 16); k++)
            a.bytes[k] = zeros >> (k / 2) & 1 ? 0 : (uint8_t)(random_next(&r) >> 30);
        size_t len = pn_addr_text_format(&a, text);
        CHECK_INT(pn_addr_text_parse(text, len, i & 2, &got), 0);
        CHECK(pn_addr_same_ip(&a, &got) && a.port == got.port);
    }
}

int
main(void)
{
    RUN(test_examples);
    RUN(test_length_counts);
    RUN(test_very_long);
    RUN(test_format_is_read_again);
    return 0;
}
