/* test_client_hello.c - the name of the server in a ClientHello. */
#include "check.h"

#include "core/client_hello.h"

static uint8_t hello[512];
static size_t hello_len;

static void
put(const void *data, size_t len)
{
    memcpy(hello + hello_len, data, len);
    hello_len += len;
}

/* A ClientHello with these extensions, in one record. */
static void
make(const void *extensions, size_t len)
{
    static const uint8_t zeros[34];
    size_t body = 34 + 1 + 2 + 2 + 1 + 1 + 2 + len;
    uint8_t head[9] = {22,           3, 1, (uint8_t)((body + 4) >> 8), (uint8_t)(body + 4), 1, 0, (uint8_t)(body >> 8),
                       (uint8_t)body};
    uint8_t all[2] = {(uint8_t)(len >> 8), (uint8_t)len};
    hello_len = 0;
    put(head, 9);
    put(zeros, 34);
    put("\0\0\2\x13\1\1\0", 7);
    put(all, 2);
    put(extensions, len);
}

static int
name_of(size_t len, const char **name, size_t *name_len)
{
    return pn_client_hello_name(hello, len, name, name_len);
}

static const char two[] = "\0\x2b\0\3\2\3\4\0\0\0\x10\0\x0e\0\0\x0b"
                          "example.com";

static void
test_the_name_is_found(void)
{
    const char *name;
    size_t len;
    make(two, sizeof(two) - 1);
    CHECK_INT(name_of(hello_len, &name, &len), 1);
    CHECK(len == 11 && memcmp(name, "example.com", 11) == 0);
}

static void
test_a_part_waits_for_the_rest(void)
{
    const char *name;
    size_t len;
    make(two, sizeof(two) - 1);
    for (size_t i = 0; i < hello_len; i++)
        CHECK_INT(name_of(i, &name, &len), 0);
}

static void
test_without_the_extension_there_is_no_name(void)
{
    const char *name;
    size_t len;
    make("\0\x2b\0\3\2\3\4", 7);
    CHECK_INT(name_of(hello_len, &name, &len), -1);
    make("", 0);
    CHECK_INT(name_of(hello_len, &name, &len), -1);
}

static void
test_a_name_that_is_not_printable_does_not_count(void)
{
    const char *name;
    size_t len;
    make("\0\0\0\x06\0\x04\0\0\x01\n", 10);
    CHECK_INT(name_of(hello_len, &name, &len), -1);
}

static void
test_lengths_beyond_the_record_do_not_count(void)
{
    const char *name;
    size_t len;
    make(two, sizeof(two) - 1);
    hello[8] = (uint8_t)(hello[8] + 1);
    CHECK_INT(name_of(hello_len, &name, &len), -1);
}

static void
test_other_protocols_have_no_name(void)
{
    const char *name;
    size_t len;
    CHECK_INT(pn_client_hello_name((const uint8_t *)"GET /", 5, &name, &len), -1);
    CHECK_INT(pn_client_hello_name((const uint8_t *)"\x16\x02", 2, &name, &len), -1);
    CHECK_INT(pn_client_hello_name((const uint8_t *)"\x16\x03\x01\xff\xff", 5, &name, &len), -1);
}

int
main(void)
{
    RUN(test_the_name_is_found);
    RUN(test_a_part_waits_for_the_rest);
    RUN(test_without_the_extension_there_is_no_name);
    RUN(test_a_name_that_is_not_printable_does_not_count);
    RUN(test_lengths_beyond_the_record_do_not_count);
    RUN(test_other_protocols_have_no_name);
    return 0;
}
