/* test_decode.c - incomplete characters, UTF-16, hex and base64, against slow and obvious implementations. */
#include "check.h"

#include "core/decode.h"

enum { LONGEST = 64 };

static const enum pn_encoding all[] = {
    PN_UTF8, PN_UTF16LE, PN_LATIN1, PN_ASCII, PN_HEX, PN_BASE64, PN_BASE64URL,
};
enum { ENCODINGS = sizeof(all) / sizeof(all[0]) };

#define INCOMPLETE(encoding, text) pn_decode_incomplete(encoding, text, sizeof(text) - 1)

/* --- incomplete characters --- */

static void
test_init(void)
{
    struct pn_decoder d = {.encoding = 99, .held = 3, .carry = {1, 2, 3, 4}};
    pn_decoder_init(&d, PN_BASE64);
    CHECK_INT(d.encoding, PN_BASE64);
    CHECK_INT(d.held, 0);
}

static void
test_utf8_waits_for_the_rest_of_a_character(void)
{
    CHECK_INT(INCOMPLETE(PN_UTF8, ""), 0);
    CHECK_INT(INCOMPLETE(PN_UTF8, "a"), 0);
    CHECK_INT(INCOMPLETE(PN_UTF8, "a\xc3"), 1);
    CHECK_INT(INCOMPLETE(PN_UTF8, "a\xc3\xa9"), 0);
    CHECK_INT(INCOMPLETE(PN_UTF8, "\xe2\x82"), 2);
    CHECK_INT(INCOMPLETE(PN_UTF8, "\xe2\x82\xac"), 0);
    CHECK_INT(INCOMPLETE(PN_UTF8, "\xf0"), 1);
    CHECK_INT(INCOMPLETE(PN_UTF8, "\xf0\x9f"), 2);
    CHECK_INT(INCOMPLETE(PN_UTF8, "\xf0\x9f\x98"), 3);
    CHECK_INT(INCOMPLETE(PN_UTF8, "\xf0\x9f\x98\x80"), 0);
    CHECK_INT(INCOMPLETE(PN_UTF8, "\xef\xbb"), 2);
}

static void
test_utf8_that_is_none(void)
{
    CHECK_INT(INCOMPLETE(PN_UTF8, "\x80"), 0);
    CHECK_INT(INCOMPLETE(PN_UTF8, "\x80\x80\x80\x80\x80"), 0);
    CHECK_INT(INCOMPLETE(PN_UTF8, "\xc3\x80\x80"), 0);
    CHECK_INT(INCOMPLETE(PN_UTF8, "\xf0\x80\x80\x80\x80"), 0);
    CHECK_INT(INCOMPLETE(PN_UTF8, "\xf8"), 0);
    CHECK_INT(INCOMPLETE(PN_UTF8, "\xff"), 0);
    /* These wait, though no byte can make them valid. */
    CHECK_INT(INCOMPLETE(PN_UTF8, "\xc0"), 1);
    CHECK_INT(INCOMPLETE(PN_UTF8, "\xe0\x80"), 2);
    CHECK_INT(INCOMPLETE(PN_UTF8, "\xed\xa0"), 2);
    CHECK_INT(INCOMPLETE(PN_UTF8, "\xf7\xbf\xbf"), 3);
}

static void
test_utf16_waits_for_the_rest_of_a_pair(void)
{
    CHECK_INT(INCOMPLETE(PN_UTF16LE, "a"), 1);
    CHECK_INT(pn_decode_incomplete(PN_UTF16LE, "a\0", 2), 0);
    CHECK_INT(pn_decode_incomplete(PN_UTF16LE, "a\0b", 3), 1);
    CHECK_INT(INCOMPLETE(PN_UTF16LE, "\x3d\xd8"), 2);
    CHECK_INT(INCOMPLETE(PN_UTF16LE, "\x3d\xd8\x3d"), 3);
    CHECK_INT(INCOMPLETE(PN_UTF16LE, "\x3d\xd8\x3d\xd8"), 2);
    CHECK_INT(pn_decode_incomplete(PN_UTF16LE, "\x3d\xd8\x00\xde", 4), 0);
    CHECK_INT(pn_decode_incomplete(PN_UTF16LE, "\x00\xde", 2), 0);
}

static void
test_base64_waits_for_three(void)
{
    for (size_t len = 0; len < 20; len++) {
        CHECK_INT(pn_decode_incomplete(PN_BASE64, "aaaaaaaaaaaaaaaaaaaa", len), len % 3);
        CHECK_INT(pn_decode_incomplete(PN_BASE64URL, "aaaaaaaaaaaaaaaaaaaa", len), len % 3);
    }
}

static void
test_the_others_never_wait(void)
{
    CHECK_INT(INCOMPLETE(PN_LATIN1, "\xf0\x9f\x98"), 0);
    CHECK_INT(INCOMPLETE(PN_ASCII, "\xf0\x9f\x98"), 0);
    CHECK_INT(INCOMPLETE(PN_HEX, "\xf0\x9f\x98"), 0);
}

/* Makes bytes that mostly begin, continue or break characters. */
static void
random_bytes(struct random_source *r, char *out, size_t len)
{
    static const unsigned char likely[] = {0x00, 0x41, 0x80, 0xbf, 0xc0, 0xc3, 0xd8, 0xdb, 0xdc, 0xdf, 0xe0,
                                           0xe2, 0xed, 0xef, 0xf0, 0xf4, 0xf5, 0xf7, 0xf8, 0xfc, 0xff};
    for (size_t i = 0; i < len; i++) {
        size_t n = random_below(r, sizeof(likely) + 8);
        out[i] = (char)(n < sizeof(likely) ? likely[n] : 0x80 + random_below(r, 64));
    }
}

/* The bytes that wait after several pieces, each appended to what the one before left, are those that wait after all
 * bytes in one piece. */
static void
test_pieces_do_not_matter(void)
{
    struct random_source r = {1};
    for (int round = 0; round < 200000; round++) {
        enum pn_encoding encoding = all[random_below(&r, ENCODINGS)];
        char bytes[LONGEST], *begin = bytes;
        size_t len = random_below(&r, 24);
        random_bytes(&r, bytes, len);
        size_t sent = 0;
        while (sent < len) {
            sent += 1 + random_below(&r, len - sent);
            size_t there = sent - (size_t)(begin - bytes);
            size_t wait = pn_decode_incomplete(encoding, begin, there);
            CHECK(wait <= 3 && wait <= there);
            begin = bytes + sent - wait;
        }
        CHECK_INT(pn_decode_incomplete(encoding, bytes, len), bytes + len - begin);
    }
}

/* --- UTF-16 --- */

static void
test_utf16_characters(void)
{
    static const char text[] = "a\0\xe9\0\xac\x20\x3d\xd8\x00\xde\x3d\xd8z\0\x00\xde\x3d\xd8";
    static const uint32_t want[] = {'a', 0xe9, 0x20ac, 0x1f600, 0xd83d, 'z', 0xde00, 0xd83d};
    uint32_t max, got[8];
    CHECK_INT(pn_decode_utf16_count(text, sizeof(text) - 1, &max), 8);
    CHECK(max > 0xffff);
    pn_decode_utf16(text, sizeof(text) - 1, 4, got);
    CHECK(memcmp(got, want, sizeof(want)) == 0);
}

static void
test_utf16_widths(void)
{
    uint32_t max, four[4] = {0, 0, 0, 7};
    uint16_t two[4] = {0, 0, 0, 7};
    uint8_t one[4] = {0, 0, 0, 7};
    CHECK_INT(pn_decode_utf16_count("a\0\xe9\0b\0", 6, &max), 3);
    CHECK(max > 127 && max < 256);
    pn_decode_utf16("a\0\xe9\0b\0", 6, 1, one);
    pn_decode_utf16("a\0\xe9\0b\0", 6, 2, two);
    pn_decode_utf16("a\0\xe9\0b\0", 6, 4, four);
    CHECK(one[0] == 'a' && one[1] == 0xe9 && one[2] == 'b' && one[3] == 7);
    CHECK(two[0] == 'a' && two[1] == 0xe9 && two[2] == 'b' && two[3] == 7);
    CHECK(four[0] == 'a' && four[1] == 0xe9 && four[2] == 'b' && four[3] == 7);
    CHECK_INT(pn_decode_utf16_count("", 0, &max), 0);
    CHECK_INT(max, 0);
}

static size_t
encode_utf16(const uint32_t *characters, size_t count, char *out)
{
    size_t n = 0;
    for (size_t i = 0; i < count; i++) {
        uint32_t c = characters[i], units[2] = {c, 0};
        if (c > 0xffff) {
            units[0] = 0xd800 + ((c - 0x10000) >> 10);
            units[1] = 0xdc00 + ((c - 0x10000) & 0x3ff);
        }
        for (size_t k = 0; k < (c > 0xffff ? 2 : 1); k++) {
            out[n++] = (char)(units[k] & 0xff);
            out[n++] = (char)(units[k] >> 8);
        }
    }
    return n;
}

static void
test_utf16_there_and_back(void)
{
    static const uint32_t some[] = {0, 'a', 0xff, 0x100, 0xd7ff, 0xd800, 0xdbff, 0xe000, 0xffff, 0x10000, 0x10ffff};
    struct random_source r = {2};
    for (int round = 0; round < 100000; round++) {
        uint32_t want[8], got[8], max, all_bits = 0;
        char bytes[LONGEST];
        size_t count = random_below(&r, 8);
        for (size_t i = 0; i < count; i++) {
            want[i] = some[random_below(&r, sizeof(some) / sizeof(some[0]))]; /* no low halves: none forms a pair */
            all_bits |= want[i];
        }
        size_t len = encode_utf16(want, count, bytes);
        CHECK_INT(pn_decode_utf16_count(bytes, len, &max), count);
        CHECK_INT(max, all_bits);
        pn_decode_utf16(bytes, len, 4, got);
        CHECK(memcmp(got, want, count * sizeof(*want)) == 0);
    }
}

/* --- hex, base64 --- */

static void
check_base64(const char *bytes, size_t len, bool url, const char *want)
{
    char out[LONGEST];
    memset(out, '?', sizeof(out));
    size_t n = pn_decode_base64_length(len, url);
    CHECK_INT(n, strlen(want));
    pn_decode_base64(bytes, len, url, out);
    CHECK_INT(out[n], '?');
    out[n] = '\0';
    CHECK_STR(out, want);
}

static void
test_base64_texts(void)
{
    check_base64("", 0, false, "");
    check_base64("f", 1, false, "Zg==");
    check_base64("fo", 2, false, "Zm8=");
    check_base64("foo", 3, false, "Zm9v");
    check_base64("foob", 4, false, "Zm9vYg==");
    check_base64("f", 1, true, "Zg");
    check_base64("fo", 2, true, "Zm8");
    check_base64("foo", 3, true, "Zm9v");
    check_base64("\xfb\xff\xbf", 3, false, "+/+/");
    check_base64("\xfb\xff\xbf", 3, true, "-_-_");
}

static int
digit_value(char c)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    return (int)(strchr(digits, c == '-' ? '+' : c == '_' ? '/' : c) - digits);
}

static void
test_base64_there_and_back(void)
{
    struct random_source r = {3};
    for (int round = 0; round < 50000; round++) {
        char bytes[24], out[LONGEST];
        size_t len = random_below(&r, sizeof(bytes)), got = 0;
        bool url = random_below(&r, 2) == 1;
        for (size_t i = 0; i < len; i++)
            bytes[i] = (char)random_below(&r, 256);
        size_t n = pn_decode_base64_length(len, url);
        pn_decode_base64(bytes, len, url, out);
        uint32_t bits = 0;
        for (size_t i = 0; i < n && out[i] != '='; i++) {
            bits = bits << 6 | (uint32_t)digit_value(out[i]);
            if (i % 4 != 0)
                CHECK_INT((char)(bits >> (6 - 2 * (i % 4))), bytes[got++]);
        }
        CHECK_INT(got, len);
    }
}

static void
test_hex(void)
{
    char bytes[256], out[513], want[3];
    for (int i = 0; i < 256; i++)
        bytes[i] = (char)i;
    out[512] = '?';
    pn_decode_hex(bytes, 256, out);
    CHECK_INT(out[512], '?');
    for (int i = 0; i < 256; i++) {
        snprintf(want, sizeof(want), "%02x", (unsigned)i);
        CHECK(memcmp(out + (size_t)i * 2, want, 2) == 0);
    }
}

int
main(void)
{
    RUN(test_init);
    RUN(test_utf8_waits_for_the_rest_of_a_character);
    RUN(test_utf8_that_is_none);
    RUN(test_utf16_waits_for_the_rest_of_a_pair);
    RUN(test_base64_waits_for_three);
    RUN(test_the_others_never_wait);
    RUN(test_pieces_do_not_matter);
    RUN(test_utf16_characters);
    RUN(test_utf16_widths);
    RUN(test_utf16_there_and_back);
    RUN(test_base64_texts);
    RUN(test_base64_there_and_back);
    RUN(test_hex);
    return 0;
}
