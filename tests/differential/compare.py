"""What differs between the traces of Node and of pynet, but for the known differences of allow.toml."""

import difflib
import re
import tomllib
from pathlib import Path

import generate

ALLOW = Path(__file__).resolve().parent / "allow.toml"
KEYS = {"line", "steps", "who", "rewrite", "has", "order"}


def load_allowed(path=ALLOW):
    """The entries of allow.toml. README.md says what each key means."""
    entries = tomllib.loads(path.read_text(encoding="utf-8")).get("difference", [])
    for entry in entries:
        unknown = set(entry) - KEYS
        if unknown or "line" not in entry or len({"rewrite", "has", "order"} & set(entry)) != 1:
            raise ValueError(f"{path.name}: an entry needs line, and rewrite, has or order: {entry}")
    return entries


def _hunks(node, pynet):
    matcher = difflib.SequenceMatcher(a=node, b=pynet, autojunk=False)
    return [code for code in matcher.get_opcodes() if code[0] != "equal"]


def _distance(node, pynet):
    """How much two traces differ: in lines, and in words of the lines that differ."""
    if node == pynet:
        return 0
    distance = 0
    for _tag, a, b, c, d in _hunks(node, pynet):
        left, right = " ".join(node[a:b]).split(), " ".join(pynet[c:d]).split()
        distance += max(b - a, d - c) * 1000 + len(set(left) ^ set(right))
    return distance


def _rewritten(entry, node, pynet):
    texts = {"node": "\n".join(node), "pynet": "\n".join(pynet)}
    for side, find, put in entry["rewrite"]:
        for which in ("node", "pynet") if side == "both" else (side,):
            texts[which] = re.sub(find, put, texts[which], flags=re.MULTILINE)
    return [texts[side].split("\n") if texts[side] else [] for side in ("node", "pynet")]


def _has(entry, node, pynet):
    return all(
        re.search(entry["has"].get(side, ""), show_all(traces), re.MULTILINE)
        for side, traces in (("node", node), ("pynet", pynet))
    )


def _unallowed(entries, who, node, pynet, used):
    """The two traces of one object as they differ with the entries applied."""
    for entry in entries:
        if node == pynet:
            break
        if "has" in entry or not re.fullmatch(entry.get("who", ".*"), who):
            continue
        left, right = (sorted(node), sorted(pynet)) if "order" in entry else _rewritten(entry, node, pynet)
        if "order" in entry and left != right:
            continue
        if _distance(left, right) < _distance(node, pynet):
            used.append(entry["line"])
            node, pynet = left, right
    return node, pynet


def differences(made, node, pynet, allowed):
    """({object: (Node's trace, pynet's trace)} where they differ, the entries that were used)."""
    if node == pynet:
        return {}, []
    text = generate.readable(made)
    entries = [entry for entry in allowed if re.search(entry.get("steps", ""), text, re.MULTILINE)]
    for entry in entries:
        if "has" in entry and _has(entry, node, pynet):
            return {}, [entry["line"]]
    found, used = {}, []
    for who in sorted({*node, *pynet}):
        left, right = _unallowed(entries, who, node.get(who, []), pynet.get(who, []), used)
        if left != right:
            found[who] = left, right
    return found, used


def show_all(traces):
    return "\n".join(line for who in sorted(traces) for line in (f"[{who}]", *traces[who]))


def _short(left, right):
    """Two lines of a state that differ, with only the words that do."""
    if not (re.match(r"(#\d+ state|last) ", left) and re.match(r"(#\d+ state|last) ", right)):
        return left, right
    (first, *a), (_first, *b) = _properties(left), _properties(right)
    differing = [i for i in range(min(len(a), len(b))) if a[i] != b[i]]
    return " ".join([first, *(a[i] for i in differing)]), " ".join([first, *(b[i] for i in differing)])


def _properties(line):
    """A line of a state, cut before each of its properties."""
    return re.split(r" (?=(?:\w+(?<!syscall)(?<!errno)(?<!address)(?<!port))=)", line)


def show(found):
    """The traces that differ, to be read by people: lines of both, with N before Node's and P before pynet's."""
    lines = []
    for who, (node, pynet) in found.items():
        lines.append(f"[{who}]")
        matcher = difflib.SequenceMatcher(a=node, b=pynet, autojunk=False)
        for tag, a, b, c, d in matcher.get_opcodes():
            if tag == "equal":
                lines += [f"    {line}" if len(line) < 200 else f"    {line.split('=')[0]}..." for line in node[a:b]]
                continue
            left, right = list(node[a:b]), list(pynet[c:d])
            for i in range(min(len(left), len(right))):
                left[i], right[i] = _short(left[i], right[i])
            lines += [f"  N {line}" for line in left] + [f"  P {line}" for line in right]
    return "\n".join(lines)


def signature(found):
    """Equal for differences that look alike: the first lines that differ, without numbers."""
    who, (node, pynet) = next(iter(found.items()))
    _tag, a, b, c, d = _hunks(node, pynet)[0]
    left, right = _short("".join(node[a : min(b, a + 1)]), "".join(pynet[c : min(d, c + 1)]))
    words = [re.sub(r"#\d+ (state|last)?|last|\d+", "", re.sub(r"'.*'", "''", line)) for line in (left, right)]
    return (who[0], *words)
