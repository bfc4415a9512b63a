/* test_blocklist_lines.c - the lines of files of rules, and what is wrong with them. */
#include "check.h"

#include "core/blocklist_lines.h"

struct example {
    const char *line;
    enum pn_text_status want;
    const char *about; /* the rule as text, or the part that is wrong */
};

static const struct example lines[] = {
    {"", PN_TEXT_NOTHING, NULL},
    {" \t\r", PN_TEXT_NOTHING, NULL},
    {"# 1.2.3.4", PN_TEXT_NOTHING, NULL},
    {"  ; 1.2.3.4", PN_TEXT_NOTHING, NULL},
    {"# a:1.2.3.4-1.2.3.5", PN_TEXT_NOTHING, NULL},
    {"1.2.3.4", PN_TEXT_RULE, "1.2.3.4"},
    {"\t1.2.3.4 \r", PN_TEXT_RULE, "1.2.3.4"},
    {"1.2.3.4#x", PN_TEXT_RULE, "1.2.3.4"},
    {"1.10.16.0/20 ; SBL256894", PN_TEXT_RULE, "1.10.16.0/20"},
    {"1.2.3.4 # a:5.6.7.8-5.6.7.9", PN_TEXT_RULE, "1.2.3.4"},
    {"2001:db8::/32", PN_TEXT_RULE, "2001:db8::/32"},
    {"1.2.3.4 - 1.2.3.9", PN_TEXT_RULE, "1.2.3.4-1.2.3.9"},
    {"fe80::1%a-b - fe80::2%c", PN_TEXT_RULE, "fe80::1-fe80::2"},
    {"1.2.3.4,5.6.7.8", PN_TEXT_ADDRESS, "1.2.3.4,5.6.7.8"},
    {"1.2.3.4 5.6.7.8 # two", PN_TEXT_ADDRESS, "1.2.3.4 5.6.7.8"},
    {"1.2.3.0/255.255.255.0", PN_TEXT_PREFIX, "1.2.3.0/255.255.255.0"},
    {"1.2.3.0/33", PN_TEXT_PREFIX_RANGE, "1.2.3.0/33"},
    {"1.2.3.4-1.2.3.3", PN_TEXT_REVERSED, "1.2.3.4-1.2.3.3"},
    {"::1-1.2.3.3", PN_TEXT_MIXED, "::1-1.2.3.3"},
    /* ipset save */
    {"create a hash:net family inet hashsize 1024 maxelem 65536", PN_TEXT_NOTHING, NULL},
    {"create -exist a bitmap:ip range 10.0.0.0/16", PN_TEXT_NOTHING, NULL},
    {"create a hash:ip family inet netmask 24", PN_TEXT_IPSET, "create a hash:ip family inet netmask 24"},
    {"create a hash:ip bitmask 255.255.0.0", PN_TEXT_IPSET, "create a hash:ip bitmask 255.255.0.0"},
    {"create a new:thing", PN_TEXT_ADDRESS, "create a new:thing"},
    {"add a 1.2.3.0/24", PN_TEXT_RULE, "1.2.3.0/24"},
    {"add -! a ::1", PN_TEXT_RULE, "::1"},
    {"add a 1.2.3.4-1.2.3.9 timeout 300 packets 1 bytes 2", PN_TEXT_RULE, "1.2.3.4-1.2.3.9"},
    {"add a 1.2.3.4 comment \"x # y; z:5.6.7.8-5.6.7.9 #\"", PN_TEXT_RULE, "1.2.3.4"},
    {"add a 1.2.3.4 timeout", PN_TEXT_ADDRESS, "add a 1.2.3.4 timeout"},
    {"add a 1.2.3.4 5.6.7.8", PN_TEXT_ADDRESS, "add a 1.2.3.4 5.6.7.8"},
    {"add a 1.2.3.4 nomatch", PN_TEXT_IPSET, "add a 1.2.3.4 nomatch"},
    {"add a 1.2.3.4 comment \"x\" nomatch", PN_TEXT_IPSET, "add a 1.2.3.4 comment \"x\" nomatch"},
    {"add a 1.2.3.0/33 # c", PN_TEXT_PREFIX_RANGE, "1.2.3.0/33"},
    {"add a 1.2.3.4,tcp:80", PN_TEXT_ADDRESS, "add a 1.2.3.4,tcp:80"},
    {"add 1.2.3.4", PN_TEXT_ADDRESS, "add 1.2.3.4"},
    {"add a eth0", PN_TEXT_ADDRESS, "add a eth0"},
    {"add a 1.2.3.999 comment \"x:5.6.7.8-5.6.7.9 #\"", PN_TEXT_ADDRESS, "1.2.3.999"},
    /* p2p */
    {"Some Org, Inc.:1.2.3.4-1.2.3.9", PN_TEXT_RULE, "1.2.3.4-1.2.3.9"},
    {"http://a: b:1.2.3.4-1.2.3.9", PN_TEXT_RULE, "1.2.3.4-1.2.3.9"},
    {":1.2.3.4-1.2.3.9", PN_TEXT_RULE, "1.2.3.4-1.2.3.9"},
    {"AC/DC:1.2.3.4-1.2.3.9", PN_TEXT_RULE, "1.2.3.4-1.2.3.9"},
    {"007:1.2.3.4-1.2.3.9", PN_TEXT_RULE, "1.2.3.4-1.2.3.9"},
    {"Org #2; a &amp; b:1.2.3.4-1.2.3.9", PN_TEXT_RULE, "1.2.3.4-1.2.3.9"},
    {"add me to it:1.2.3.4-1.2.3.9", PN_TEXT_RULE, "1.2.3.4-1.2.3.9"},
    {"a:1.2.3.4-1.2.3.9 # b", PN_TEXT_RULE, "1.2.3.4-1.2.3.9"},
    {"a:1.2.3.9-1.2.3.4", PN_TEXT_REVERSED, "a:1.2.3.9-1.2.3.4"},
    {"a:1.2.3.4", PN_TEXT_ADDRESS, "a:1.2.3.4"},
    {"a:1.2.3.4-1.2.3.999", PN_TEXT_ADDRESS, "a:1.2.3.4-1.2.3.999"},
    /* nothing that looks like an address is a name */
    {"2001:db8:1.2.3.4-1.2.3.9", PN_TEXT_ADDRESS, "2001:db8:1.2.3.4-1.2.3.9"},
    {"10.0.0.999:1.2.3.4-1.2.3.9", PN_TEXT_ADDRESS, "10.0.0.999:1.2.3.4-1.2.3.9"},
    {"10.0.0.999 # was:1.2.3.4-1.2.3.9", PN_TEXT_ADDRESS, "10.0.0.999"},
    {"10.0.0.0/33 # was:1.2.3.4-1.2.3.9", PN_TEXT_PREFIX_RANGE, "10.0.0.0/33"},
};

static const char *
show(const struct pn_rule *rule)
{
    static char text[128];
    size_t len = pn_addr_format(&rule->start, text);
    if (rule->kind == PN_RULE_SUBNET)
        sprintf(text + len, "/%u", rule->prefix);
    else if (rule->kind == PN_RULE_RANGE) {
        text[len++] = '-';
        pn_addr_format(&rule->end, text + len);
    }
    return text;
}

static void
test_lines(void)
{
    for (size_t i = 0; i < sizeof(lines) / sizeof(*lines); i++) {
        const char *text = lines[i].line;
        size_t len = strlen(text);
        struct pn_rule rule;
        char about[128];
        check_running = lines[i].line;
        CHECK_INT(pn_line_parse(&text, &len, &rule), lines[i].want);
        snprintf(about, sizeof(about), "%.*s", (int)len, text);
        if (lines[i].want != PN_TEXT_NOTHING)
            CHECK_STR(lines[i].want == PN_TEXT_RULE ? show(&rule) : about, lines[i].about);
    }
}

static void
test_numbers(void)
{
    static const char text[] = "\xef\xbb\xbf# one\r\n1.2.3.4\r\n\n::1\nx\n9.9.9.9";
    struct pn_lines all;
    struct pn_rule rule;
    pn_lines_init(&all, text, sizeof(text) - 1);
    CHECK_INT(pn_lines_next(&all, &rule), PN_TEXT_RULE);
    CHECK_INT(all.number, 2);
    CHECK_INT(pn_lines_next(&all, &rule), PN_TEXT_RULE);
    CHECK_INT(all.number, 4);
    CHECK_INT(pn_lines_next(&all, &rule), PN_TEXT_ADDRESS);
    CHECK_INT(all.number, 5);
    CHECK(all.len == 1 && *all.text == 'x');
    CHECK_INT(pn_lines_next(&all, &rule), PN_TEXT_RULE);
    CHECK_INT(pn_lines_next(&all, &rule), PN_TEXT_NOTHING);
    CHECK_INT(all.number, 6);
}

int
main(void)
{
    RUN(test_lines);
    RUN(test_numbers);
    return 0;
}
