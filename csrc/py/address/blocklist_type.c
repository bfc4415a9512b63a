/* blocklist_type.c - the BlockList type: adding, removing and checking addresses, subnets and ranges. The server drops
 * a blocked peer in server_accept.c; the list only answers pn_blocklist_blocks().
 *
 * Owns:    the rules (core/blocklist.h).
 * Threads: each function here runs with the GIL held, which is the list's lock. Calls into Python (iterating,
 *          attributes of the caller's objects) are made before the list is changed.
 * See:     blocklist_args.c (what is accepted as a rule), blocklist_text.c (rules as text), blocklist_files.c. */
#include <string.h>

#include "py/address/address.h"
#include "py/address/blocklist_rules.h"
#include "py/address/ip_objects.h"
#include "py/base/args.h"
#include "py/base/errors.h"

/* --- helpers --- */

bool
pn_blocklist_blocks(PyObject *list, const struct pn_addr *addr)
{
    return pn_blocklist_check(&PN_BLOCKLIST(list)->list, addr);
}

/* Adds all of them or, when out of memory, none. */
static int
add_rules(PyObject *op, const struct pn_rule *rules, size_t count)
{
    if (pn_blocklist_add(&PN_BLOCKLIST(op)->list, rules, count) == 0)
        return 0;
    PyErr_NoMemory();
    return -1;
}

static PyObject *
add_rule(PyObject *op, const struct pn_rule *rule)
{
    if (add_rules(op, rule, 1) < 0)
        return NULL;
    Py_RETURN_NONE;
}

static PyObject *
remove_rule(PyObject *op, const struct pn_rule *rule)
{
    (void)pn_blocklist_remove(&PN_BLOCKLIST(op)->list, rule);
    Py_RETURN_NONE;
}

/* Reads one member of an iterable. */
typedef int (*read_member)(PnState *st, PyObject *item, PyObject *type, const char *name, struct pn_rule *out);

static int
read_any(PnState *st, PyObject *item, PyObject *type, const char *name, struct pn_rule *out)
{
    (void)type;
    return pn_rule_any(st, item, name, out);
}

static int
read_cidr(PnState *st, PyObject *item, PyObject *type, const char *name, struct pn_rule *out)
{
    (void)type;
    return pn_rule_cidr(st, item, name, out);
}

static int
read_address(PnState *st, PyObject *item, PyObject *type, const char *name, struct pn_rule *out)
{
    memset(out, 0, sizeof(*out));
    out->kind = PN_RULE_ADDRESS;
    return pn_rule_ip(st, item, type, name, &out->start);
}

static int
read_node_rule(PnState *st, PyObject *item, PyObject *type, const char *name, struct pn_rule *out)
{
    (void)st, (void)type;
    if (PyUnicode_Check(item))
        return pn_rule_read(item, name, out);
    pn_raise_arg_type(name, "a str", item);
    return -1;
}

static int
read_members(PnState *st, PyObject *iterator, PyObject *type, const char *name, read_member each, struct pn_rules *out)
{
    PyObject *item;
    while ((item = PyIter_Next(iterator)) != NULL) {
        char member[PN_RULE_NAME];
        struct pn_rule rule;
        PyOS_snprintf(member, sizeof(member), "%s[%llu]", name, (unsigned long long)out->count);
        int status = each(st, item, type, member, &rule);
        Py_DECREF(item);
        if (status < 0)
            return -1;
        if (pn_rules_push(out, &rule) < 0) {
            PyErr_NoMemory();
            return -1;
        }
    }
    return PyErr_Occurred() ? -1 : 0;
}

/* Adds all rules of an iterable or, if one of them is invalid, none. */
static int
add_all(PyObject *op, PyObject *iterable, PyObject *type, const char *name, read_member each)
{
    PnState *st = pn_state_of_type(Py_TYPE(op));
    struct pn_rules rules = {0};
    PyObject *iterator = NULL;
    if (!PyUnicode_Check(iterable) && !PyBytes_Check(iterable) && (iterator = PyObject_GetIter(iterable)) == NULL) {
        if (!PyErr_ExceptionMatches(PyExc_TypeError))
            return -1;
        PyErr_Clear();
    }
    if (iterator == NULL) {
        pn_raise_arg_type(name, "an iterable of rules", iterable);
        return -1;
    }
    int status = read_members(st, iterator, type, name, each, &rules);
    if (status == 0)
        status = add_rules(op, rules.items, rules.count);
    pn_rules_free(&rules);
    Py_DECREF(iterator);
    return status;
}

PyObject *
pn_blocklist_of(PnState *st, PyObject *rules, const char *name)
{
    PyObject *op = PyObject_CallNoArgs((PyObject *)st->BlockList);
    if (op != NULL && add_all(op, rules, NULL, name, read_any) < 0)
        Py_CLEAR(op);
    return op;
}

static PyObject *
none_or_null(int status)
{
    if (status < 0)
        return NULL;
    Py_RETURN_NONE;
}

/* Returns the rules as texts, newest first. */
static PyObject *
texts(PyObject *op, PyObject *(*show)(const struct pn_rule *rule))
{
    struct pn_rule rule;
    size_t cursor = 0;
    PyObject *list = PyList_New(0);
    while (list != NULL && pn_blocklist_next(&PN_BLOCKLIST(op)->list, &cursor, &rule)) {
        PyObject *text = show(&rule);
        if (text == NULL || PyList_Append(list, text) < 0)
            Py_CLEAR(list);
        Py_XDECREF(text);
    }
    return list;
}

/* --- methods: single rules --- */

#define PN_KW PyObject *op, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames

static int
address_args(const char *function, PN_KW, struct pn_rule *out)
{
    static const char *const names[] = {"address", "type", NULL};
    PyObject *v[2];
    if (pn_unpack(function, names, 1, args, nargs, kwnames, v) < 0)
        return -1;
    return read_address(pn_state_of_type(Py_TYPE(op)), v[0], v[1], "address", out);
}

/* The order of start and end matters for adding only. */
static int
range_args(const char *function, PN_KW, bool ordered, struct pn_rule *out)
{
    static const char *const names[] = {"start", "end", "type", NULL};
    PnState *st = pn_state_of_type(Py_TYPE(op));
    struct pn_addr start, end;
    PyObject *v[3];
    if (pn_unpack(function, names, 2, args, nargs, kwnames, v) < 0 || pn_rule_ip(st, v[0], v[2], "start", &start) < 0 ||
        pn_rule_ip(st, v[1], v[2], "end", &end) < 0 || pn_rule_range(&start, &end, v[1], out) < 0)
        return -1;
    if (!ordered || pn_addr_compare(&start, &end) != 1)
        return 0;
    pn_raise_arg_value("start", "must come before 'end'", v[0]);
    return -1;
}

static int
subnet_args(const char *function, PN_KW, struct pn_rule *out)
{
    static const char *const names[] = {"net", "prefix", "type", NULL};
    PnState *st = pn_state_of_type(Py_TYPE(op));
    PyObject *v[3];
    if (pn_unpack(function, names, 1, args, nargs, kwnames, v) < 0)
        return -1;
    memset(out, 0, sizeof(*out));
    out->kind = PN_RULE_SUBNET;
    if (v[1] == NULL || v[1] == Py_None) {
        int found = pn_net_from_object(st, v[0], &out->start, &out->prefix);
        if (found != 0)
            return found > 0 ? 0 : -1;
    }
    if (pn_rule_ip(st, v[0], v[2], "net", &out->start) < 0)
        return -1;
    return pn_rule_prefix(v[1], out->start.family, &out->prefix);
}

static PyObject *
blocklist_add_address(PN_KW)
{
    struct pn_rule rule;
    return address_args("add_address", op, args, nargs, kwnames, &rule) < 0 ? NULL : add_rule(op, &rule);
}

static PyObject *
blocklist_remove_address(PN_KW)
{
    struct pn_rule rule;
    return address_args("remove_address", op, args, nargs, kwnames, &rule) < 0 ? NULL : remove_rule(op, &rule);
}

static PyObject *
blocklist_add_range(PN_KW)
{
    struct pn_rule rule;
    return range_args("add_range", op, args, nargs, kwnames, true, &rule) < 0 ? NULL : add_rule(op, &rule);
}

static PyObject *
blocklist_remove_range(PN_KW)
{
    struct pn_rule rule;
    return range_args("remove_range", op, args, nargs, kwnames, false, &rule) < 0 ? NULL : remove_rule(op, &rule);
}

static PyObject *
blocklist_add_subnet(PN_KW)
{
    struct pn_rule rule;
    return subnet_args("add_subnet", op, args, nargs, kwnames, &rule) < 0 ? NULL : add_rule(op, &rule);
}

static PyObject *
blocklist_remove_subnet(PN_KW)
{
    struct pn_rule rule;
    return subnet_args("remove_subnet", op, args, nargs, kwnames, &rule) < 0 ? NULL : remove_rule(op, &rule);
}

static PyObject *
blocklist_add_cidr(PyObject *op, PyObject *cidr)
{
    struct pn_rule rule;
    return pn_rule_cidr(pn_state_of_type(Py_TYPE(op)), cidr, "cidr", &rule) < 0 ? NULL : add_rule(op, &rule);
}

static PyObject *
blocklist_remove_cidr(PyObject *op, PyObject *cidr)
{
    struct pn_rule rule;
    return pn_rule_cidr(pn_state_of_type(Py_TYPE(op)), cidr, "cidr", &rule) < 0 ? NULL : remove_rule(op, &rule);
}

static PyObject *
blocklist_add(PyObject *op, PyObject *arg)
{
    struct pn_rule rule;
    return pn_rule_any(pn_state_of_type(Py_TYPE(op)), arg, "rule", &rule) < 0 ? NULL : add_rule(op, &rule);
}

static PyObject *
blocklist_discard(PyObject *op, PyObject *arg)
{
    struct pn_rule rule;
    return pn_rule_any(pn_state_of_type(Py_TYPE(op)), arg, "rule", &rule) < 0 ? NULL : remove_rule(op, &rule);
}

/* --- methods: many rules --- */

static PyObject *
blocklist_add_addresses(PN_KW)
{
    static const char *const names[] = {"addresses", "type", NULL};
    PyObject *v[2];
    if (pn_unpack("add_addresses", names, 1, args, nargs, kwnames, v) < 0)
        return NULL;
    return none_or_null(add_all(op, v[0], v[1], "addresses", read_address));
}

static PyObject *
blocklist_add_cidrs(PyObject *op, PyObject *cidrs)
{
    return none_or_null(add_all(op, cidrs, NULL, "cidrs", read_cidr));
}

static PyObject *
blocklist_update(PyObject *op, PyObject *rules)
{
    return none_or_null(add_all(op, rules, NULL, "rules", read_any));
}

static PyObject *
blocklist_clear_rules(PyObject *op, PyObject *unused)
{
    (void)unused;
    pn_blocklist_clear(&PN_BLOCKLIST(op)->list);
    Py_RETURN_NONE;
}

static PyObject *
blocklist_to_json(PyObject *op, PyObject *unused)
{
    (void)unused;
    return texts(op, pn_rule_show);
}

static PyObject *
blocklist_from_json(PyObject *op, PyObject *data)
{
    PyObject *list = NULL;
    if (PyUnicode_Check(data)) {
        PyObject *json = PyImport_ImportModule("json");
        list = json != NULL ? PyObject_CallMethod(json, "loads", "O", data) : NULL;
        Py_XDECREF(json);
        if (list == NULL)
            return NULL;
    }
    else {
        list = Py_NewRef(data);
    }
    PyObject *result = NULL;
    if (PyList_Check(list) || PyTuple_Check(list))
        result = none_or_null(add_all(op, list, NULL, "data", read_node_rule));
    else
        pn_raise_arg_type("data", "a str or a list of str", list);
    Py_DECREF(list);
    return result;
}

/* --- methods: checking --- */

static const char *const check_names[] = {"address", "type", NULL};

static PyObject *
check_other(PN_KW)
{
    PyObject *v[2];
    struct pn_addr addr;
    uint8_t family = 4;
    if (pn_unpack("check", check_names, 1, args, nargs, kwnames, v) < 0)
        return NULL;
    if (!PyUnicode_Check(v[0])) {
        if (pn_rule_ip(pn_state_of_type(Py_TYPE(op)), v[0], NULL, "address", &addr) < 0)
            return NULL;
        return PyBool_FromLong(pn_blocklist_check(&PN_BLOCKLIST(op)->list, &addr));
    }
    if (v[1] != NULL && v[1] != Py_None) {
        if (!PyUnicode_Check(v[1]))
            return pn_raise_arg_type("type", "a str", v[1]);
        family = pn_family_of_text(v[1]);
    }
    const char *text;
    size_t len;
    /* No rule covers a text that is not an address of this family. */
    if (!pn_text_of_str(v[0], &text, &len) || pn_ip_from_text(text, len, &addr) < 0 || addr.family != family)
        Py_RETURN_FALSE;
    return PyBool_FromLong(pn_blocklist_check(&PN_BLOCKLIST(op)->list, &addr));
}

static PyObject *
blocklist_check(PN_KW)
{
    struct pn_addr addr;
    /* The common call: an IPv4 text and nothing else. */
    if (nargs != 1 || kwnames != NULL || !PyUnicode_CheckExact(args[0]) || !PyUnicode_IS_COMPACT_ASCII(args[0]))
        return check_other(op, args, nargs, kwnames);
    const char *text = (const char *)PyUnicode_1BYTE_DATA(args[0]);
    if (pn_addr_parse(text, (size_t)PyUnicode_GET_LENGTH(args[0]), &addr, NULL) < 0 || addr.family != 4)
        Py_RETURN_FALSE;
    return PyBool_FromLong(pn_blocklist_check(&PN_BLOCKLIST(op)->list, &addr));
}

static int
blocklist_contains(PyObject *op, PyObject *obj)
{
    struct pn_addr addr;
    const char *text;
    size_t len;
    if (!PyUnicode_Check(obj)) {
        if (pn_rule_ip(pn_state_of_type(Py_TYPE(op)), obj, NULL, "address", &addr) < 0)
            return -1;
    }
    else if (!pn_text_of_str(obj, &text, &len) || pn_ip_from_text(text, len, &addr) < 0) {
        return 0;
    }
    return pn_blocklist_check(&PN_BLOCKLIST(op)->list, &addr);
}

static PyObject *
blocklist_is_block_list(PyObject *type, PyObject *value)
{
    PnState *st = pn_state_of_type((PyTypeObject *)(void *)type);
    return PyBool_FromLong(PyObject_TypeCheck(value, st->BlockList));
}

static Py_ssize_t
blocklist_length(PyObject *op)
{
    return (Py_ssize_t)pn_blocklist_size(&PN_BLOCKLIST(op)->list);
}

static PyObject *
blocklist_richcompare(PyObject *op, PyObject *other, int how)
{
    PnState *st = pn_state_of_type(Py_TYPE(op));
    if ((how != Py_EQ && how != Py_NE) || !PyObject_TypeCheck(other, st->BlockList))
        Py_RETURN_NOTIMPLEMENTED;
    int equal = pn_blocklist_equal(&PN_BLOCKLIST(op)->list, &PN_BLOCKLIST(other)->list);
    return equal < 0 ? PyErr_NoMemory() : PyBool_FromLong(equal == (how == Py_EQ));
}

/* --- getters --- */

static PyObject *
blocklist_get_rules(PyObject *op, void *unused)
{
    (void)unused;
    return texts(op, pn_rule_show);
}

static PyObject *
blocklist_get_size(PyObject *op, void *unused)
{
    (void)unused;
    return PyLong_FromSsize_t(blocklist_length(op));
}

/* --- as a Python object --- */

/* Oldest first, so that BlockList(a) has the order of a. */
static PyObject *
blocklist_iter(PyObject *op)
{
    PyObject *list = texts(op, pn_rule_short);
    PyObject *iterator = list != NULL && PyList_Reverse(list) == 0 ? PyObject_GetIter(list) : NULL;
    Py_XDECREF(list);
    return iterator;
}

#define REPR_MAX 10

static PyObject *
blocklist_repr(PyObject *op)
{
    const char *name = strrchr(Py_TYPE(op)->tp_name, '.');
    name = name != NULL ? name + 1 : Py_TYPE(op)->tp_name;
    if (blocklist_length(op) > REPR_MAX)
        return PyUnicode_FromFormat("<%s of %zd rules>", name, blocklist_length(op));
    PyObject *list = texts(op, pn_rule_short);
    PyObject *text = NULL;
    if (list != NULL && PyList_Reverse(list) == 0)
        text =
            PyList_GET_SIZE(list) > 0 ? PyUnicode_FromFormat("%s(%R)", name, list) : PyUnicode_FromFormat("%s()", name);
    Py_XDECREF(list);
    return text;
}

static PyObject *
blocklist_sizeof(PyObject *op, PyObject *unused)
{
    (void)unused;
    return PyLong_FromSize_t(sizeof(PnBlockList) + pn_blocklist_memory(&PN_BLOCKLIST(op)->list));
}

/* type._restore(rules, oldest first), and the state that a subclass has added. */
static PyObject *
blocklist_reduce(PyObject *op, PyObject *unused)
{
    (void)unused;
    PyObject *restore = PyObject_GetAttrString((PyObject *)Py_TYPE(op), "_restore");
    PyObject *rules = restore != NULL ? texts(op, pn_rule_short) : NULL;
    PyObject *state =
        rules != NULL && PyList_Reverse(rules) == 0 ? PyObject_CallMethod(op, "__getstate__", NULL) : NULL;
    PyObject *result = state != NULL ? Py_BuildValue("O(O)O", restore, rules, state) : NULL;
    Py_XDECREF(state);
    Py_XDECREF(rules);
    Py_XDECREF(restore);
    return result;
}

static PyObject *
blocklist_restore(PyObject *type, PyObject *rules)
{
    PyObject *op = PyObject_CallMethod(type, "__new__", "O", type);
    if (op != NULL && add_all(op, rules, NULL, "rules", read_any) < 0)
        Py_CLEAR(op);
    return op;
}

/* --- lifetime --- */

static PyObject *
blocklist_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    (void)args, (void)kwargs;
    PyObject *op = type->tp_alloc(type, 0);
    if (op != NULL) {
        /* The keyed hash of its address is a number that an attacker cannot guess. */
        Py_hash_t seed = PyHash_GetFuncDef()->hash(&op, sizeof(op));
        pn_blocklist_init(&PN_BLOCKLIST(op)->list, (uint64_t)seed);
    }
    return op;
}

static int
blocklist_init(PyObject *op, PyObject *args, PyObject *kwargs)
{
    PyObject *rules = NULL;
    if (kwargs != NULL && PyDict_GET_SIZE(kwargs) > 0) {
        PyErr_SetString(PyExc_TypeError, "BlockList() takes no keyword arguments");
        return -1;
    }
    if (!PyArg_UnpackTuple(args, "BlockList", 0, 1, &rules))
        return -1;
    pn_blocklist_clear(&PN_BLOCKLIST(op)->list);
    return rules == NULL || rules == Py_None ? 0 : add_all(op, rules, NULL, "rules", read_any);
}

static int
blocklist_traverse(PyObject *op, visitproc visit, void *arg)
{
    Py_VISIT(Py_TYPE(op));
    return 0;
}

static void
blocklist_dealloc(PyObject *op)
{
    PyTypeObject *type = Py_TYPE(op);
    PyObject_GC_UnTrack(op);
    pn_blocklist_clear(&PN_BLOCKLIST(op)->list);
    type->tp_free(op);
    Py_DECREF(type);
}

/* --- tables --- */

#define KW(name, f, doc) {name, PN_FASTCALL(f), METH_FASTCALL | METH_KEYWORDS, doc}

static PyMethodDef blocklist_methods[] = {
    KW("add_address", blocklist_add_address,
       "add_address($self, address, type='ipv4')\n--\n\nAdds one address. Raises TypeError and ValueError. Node: "
       "addAddress()."),
    KW("add_addresses", blocklist_add_addresses,
       "add_addresses($self, addresses, type='ipv4')\n--\n\n"
       "Adds each address, or none if one is wrong. Node: addAddresses()."),
    KW("add_range", blocklist_add_range,
       "add_range($self, start, end, type='ipv4')\n--\n\nAdds the addresses from start to end, both included. Node: "
       "addRange()."),
    KW("add_subnet", blocklist_add_subnet,
       "add_subnet($self, net, prefix=None, type='ipv4')\n--\n\n"
       "Adds a subnet: the addresses whose first `prefix` bits are those of net. net may also be a network of the\n"
       "module ipaddress, without prefix. Node: addSubnet()."),
    {"add_cidr", blocklist_add_cidr, METH_O,
     "add_cidr($self, cidr, /)\n--\n\nAdds a subnet, written as \"10.0.0.0/8\" or \"fc00::/7\". Node: addCIDR()."},
    {"add_cidrs", blocklist_add_cidrs, METH_O,
     "add_cidrs($self, cidrs, /)\n--\n\n"
     "Adds each subnet, or none if one is wrong. Node: addCIDRs()."},
    KW("remove_address", blocklist_remove_address,
       "remove_address($self, address, type='ipv4')\n--\n\n"
       "Removes the rule for one address, if there is one. Node: removeAddress()."),
    KW("remove_range", blocklist_remove_range,
       "remove_range($self, start, end, type='ipv4')\n--\n\nRemoves one such range, if there is one. Node: "
       "removeRange()."),
    KW("remove_subnet", blocklist_remove_subnet,
       "remove_subnet($self, net, prefix=None, type='ipv4')\n--\n\n"
       "Removes one such subnet, if there is one. Write it as you added it. Node: removeSubnet()."),
    {"remove_cidr", blocklist_remove_cidr, METH_O,
     "remove_cidr($self, cidr, /)\n--\n\nRemoves one such subnet, if there is one. Node: removeCIDR()."},
    {"add", blocklist_add, METH_O,
     "add($self, rule, /)\n--\n\n"
     "Adds an address, a subnet (10.0.0.0/8) or a range (10.0.0.1-10.0.0.9), of either family. The rule may also\n"
     "be a SocketAddress, or an address or network of the module ipaddress."},
    {"discard", blocklist_discard, METH_O,
     "discard($self, rule, /)\n--\n\n"
     "Removes a rule, in the form of add(). Does nothing if the list does not have it."},
    {"update", blocklist_update, METH_O,
     "update($self, rules, /)\n--\n\n"
     "Adds each rule of an iterable, in the form of add(), or none if one is wrong."},
    {"load", pn_blocklist_load, METH_O,
     "load($self, file, /)\n--\n\n"
     "Adds the rules of a file: its path, an open file, or an iterable of lines. A line has one rule, in the form of\n"
     "add(), of `ipset save`, or of p2p (name:10.0.0.1-10.0.0.9); # and ; begin a comment. Returns the number of\n"
     "rules. If a line is wrong, ValueError names file and line, and no rule is added."},
    {"from_file", pn_blocklist_from_file, METH_O | METH_CLASS,
     "from_file($type, file, /)\n--\n\n"
     "Returns a new list with the rules of a file, as load() reads them. The loop goes on while it reads a big one."},
    {"save", pn_blocklist_save, METH_O,
     "save($self, file, /)\n--\n\n"
     "Writes the rules to a file, which load() can read: to a path, or to an open file. The file at the path is\n"
     "replaced in one step, so a reader sees the old rules or the new ones."},
    {"clear", blocklist_clear_rules, METH_NOARGS, "clear($self)\n--\n\nRemoves all rules. Node: clear()."},
    KW("check", blocklist_check,
       "check($self, address, type='ipv4')\n--\n\n"
       "True if a rule covers the address. An IPv6 text needs type='ipv6'; `address in blocklist` finds the family\n"
       "itself. For text that is not an address it is False. Node: check()."),
    {"to_json", blocklist_to_json, METH_NOARGS, "to_json($self)\n--\n\nThe same as rules. Node: toJSON()."},
    {"from_json", blocklist_from_json, METH_O,
     "from_json($self, data, /)\n--\n\n"
     "Adds the rules of a list that to_json() returned, or of its JSON text: all of them or none.\n"
     "Node: fromJSON()."},
    {"is_block_list", blocklist_is_block_list, METH_O | METH_CLASS,
     "is_block_list($type, value, /)\n--\n\nTrue for a BlockList. Node: BlockList.isBlockList()."},
    {"_restore", blocklist_restore, METH_O | METH_CLASS, NULL},
    {"__reduce__", blocklist_reduce, METH_NOARGS, NULL},
    {"__sizeof__", blocklist_sizeof, METH_NOARGS, NULL},
    {NULL, NULL, 0, NULL},
};

static PyGetSetDef blocklist_getset[] = {
    {"rules", blocklist_get_rules, NULL, "The rules in Node's form, newest first: a new list each time.", NULL},
    {"size", blocklist_get_size, NULL, "The number of rules; the same as len().", NULL},
    {NULL, NULL, NULL, NULL, NULL},
};

static const char blocklist_doc[] =
    "BlockList(rules=(), /)\n--\n\n"
    "A list of addresses, subnets and ranges. `address in blocklist` is True if a rule covers the address. A\n"
    "check takes about the same time for any number of rules. IPv4 rules also apply to IPv4-mapped IPv6\n"
    "addresses, and vice versa. rules is an iterable of rules in the form of add(). Equality ignores the order.\n"
    "Node: net.BlockList.";

static PyType_Slot blocklist_slots[] = {
    {Py_tp_doc, (void *)blocklist_doc},
    {Py_tp_new, blocklist_new},
    {Py_tp_init, blocklist_init},
    {Py_tp_methods, blocklist_methods},
    {Py_tp_getset, blocklist_getset},
    {Py_tp_repr, blocklist_repr},
    {Py_tp_iter, blocklist_iter},
    {Py_tp_hash, PyObject_HashNotImplemented},
    {Py_tp_richcompare, blocklist_richcompare},
    {Py_sq_length, blocklist_length},
    {Py_sq_contains, blocklist_contains},
    {Py_tp_traverse, blocklist_traverse},
    {Py_tp_dealloc, blocklist_dealloc},
    {0, NULL},
};

PyType_Spec pn_blocklist_spec = {
    .name = "pynet.BlockList",
    .basicsize = sizeof(PnBlockList),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_BASETYPE,
    .slots = blocklist_slots,
};
