/* fuzz_blocklist_lines.c - the lines of files of rules: what is a rule stays one, in each form of a line. */
#include "fuzz.h"

#include "../check.h"

#include "core/blocklist_lines.h"

static bool
same(const struct pn_rule *a, const struct pn_rule *b)
{
    return a->kind == b->kind && a->prefix == b->prefix && pn_addr_same_ip(&a->start, &b->start) &&
           (a->kind != PN_RULE_RANGE || pn_addr_same_ip(&a->end, &b->end));
}

static size_t
format(const struct pn_rule *rule, char *out)
{
    size_t len = pn_addr_format(&rule->start, out);
    if (rule->kind == PN_RULE_SUBNET)
        len += (size_t)sprintf(out + len, "/%u", rule->prefix);
    if (rule->kind == PN_RULE_RANGE) {
        out[len++] = '-';
        len += pn_addr_format(&rule->end, out + len);
    }
    return len;
}

/* The line before + rule + after has this rule. */
static void
check_form(const struct pn_rule *rule, const char *before, const char *after)
{
    char line[256], body[2 * PN_ADDR_TEXT + 8];
    struct pn_rule again;
    int len = snprintf(line, sizeof(line), "%s%.*s%s", before, (int)format(rule, body), body, after);
    const char *text = line;
    size_t left = (size_t)len;
    CHECK_INT(pn_line_parse(&text, &left, &again), PN_TEXT_RULE);
    CHECK(same(rule, &again));
}

static void
check_rule(const struct pn_rule *rule)
{
    check_form(rule, "", "");
    check_form(rule, " \t", " ; SBL1 # two\r");
    check_form(rule, "", "#x");
    check_form(rule, "add a ", " timeout 5 comment \"a # b\"");
    check_form(rule, "add -exist a ", "");
    if (rule->kind == PN_RULE_RANGE && rule->start.family == 4)
        check_form(rule, "A #1: ; b:", "");
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *input = (const char *)data, *end = input + size;
    struct pn_lines lines;
    struct pn_rule rule, alone;
    enum pn_text_status status;
    size_t newlines = 0, before = 0;
    pn_lines_init(&lines, input, size);
    while ((status = pn_lines_next(&lines, &rule)) != PN_TEXT_NOTHING) {
        CHECK(lines.number > before && lines.text >= input && lines.text + lines.len <= end);
        CHECK(memchr(lines.text, '\n', lines.len) == NULL);
        before = lines.number;
        /* the part that the status is about has the same status by itself */
        if (status == PN_TEXT_RULE) {
            CHECK(rule.start.family == 4 || rule.start.family == 6);
            CHECK(rule.kind != PN_RULE_RANGE || pn_addr_compare(&rule.start, &rule.end) <= 0);
            CHECK(rule.prefix <= (rule.start.family == 4 ? 32U : 128U));
            check_rule(&rule);
        }
        const char *text = lines.text;
        size_t len = lines.len;
        if (status == PN_TEXT_RULE && pn_rule_parse(text, len, &alone) == PN_TEXT_RULE)
            CHECK(same(&rule, &alone));
    }
    for (size_t i = 0; i < size; i++)
        newlines += input[i] == '\n';
    CHECK_INT(lines.number, newlines + (size > 0 && lines.number > newlines));
    CHECK(lines.at == lines.end);
    return 0;
}
