"""Inputs about addresses, made up the same way each time, and what real Node said to them.

    python tests/conformance/addresses.py        asks Node and writes addresses.json

tests/address/test_ip_text.py, test_address_parse.py and test_blocklist_model.py hold pynet against the table.
"""

import json
import random
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
TABLE = HERE / "addresses.json"
SCRIPT = HERE / "addresses.cjs"
SEED = 20

# What is put into texts to spoil them.
PIECES = ["", ".", ":", "::", "0", "00", "1", "9", "f", "g", "F", "x", "0x", "255", "256", "-", "+", " ", "\t", "\n",
          "\0", "%", "%eth0", "%25", "[", "]", "/", "/8", "@", "e", "_", "１", "。", "é", "ffff", "10000", "1.2.3.4",
          "::ffff:", ":80", ":0", ":65535", ":65536", ":00081", "?", "#", "\\", "0177", "08"]  # fmt: skip


def ipv4(rnd):
    return ".".join(str(rnd.choice([0, 1, 9, 10, 99, 100, 127, 199, 249, 255, rnd.randrange(256)])) for _ in range(4))


def group(rnd):
    value = rnd.choice([0, 0, 0, 1, 0xFFFF, rnd.randrange(0x10000), rnd.randrange(256)])
    text = f"{value:x}" if rnd.random() < 0.8 else f"{value:04x}"
    return text.upper() if rnd.random() < 0.1 else text


def ipv6(rnd):
    """Right most of the time: 8 groups or fewer with a gap, some of them with dots at the end."""
    groups = [group(rnd) for _ in range(rnd.choice([8, 8, 7, 6, 5, 3, 2, 1]))]
    if rnd.random() < 0.25:
        groups[-1:] = [ipv4(rnd)]
        if len(groups) == 8:
            del groups[0]
    text = ":".join(groups)
    if rnd.random() < (0.3 if len(groups) == 8 else 0.95):
        cut = rnd.randrange(len(groups) + 1)
        text = ":".join(groups[:cut]) + "::" + ":".join(groups[cut:])
    return text


def spoil(rnd, text):
    for _ in range(rnd.choice([1, 1, 1, 2, 3])):
        at = rnd.randrange(len(text) + 1)
        kind = rnd.random()
        if kind < 0.4:
            text = text[:at] + rnd.choice(PIECES) + text[at:]
        elif kind < 0.7:
            text = text[:at] + text[at + 1 :]
        else:
            other = rnd.randrange(len(text) + 1)
            text = text[: min(at, other)] + text[max(at, other) :]
    return text


def address(rnd, good=0.4):
    text = ipv4(rnd) if rnd.random() < 0.45 else ipv6(rnd)
    if ":" in text and rnd.random() < 0.08:
        text += rnd.choice(["%eth0", "%1", "%a-b.c:d", "%br_0", "%"])
    return text if rnd.random() < good else spoil(rnd, text)


def number(rnd):
    """A part of an IPv4 address as URLs have it."""
    value = rnd.choice([0, 1, 7, 8, 127, 255, 256, 65535, 65536, 2**24 - 1, 2**24, 2**32 - 1, 2**32])
    return rnd.choice([str(value), str(value % 256), hex(value), f"0{value:o}", "0x", "0X1f", "08", "00"])


def endpoint(rnd):
    kind = rnd.random()
    if kind < 0.35:
        text = ".".join(number(rnd) for _ in range(rnd.choice([1, 2, 3, 4, 4, 5]))) + rnd.choice(
            ["", "", "", ".", ".."]
        )
    elif kind < 0.65:
        text = ipv4(rnd)
    else:
        text = f"[{ipv6(rnd)}]"
    text += rnd.choice(
        ["", "", ":", ":0", ":1", ":80", ":080", ":443", ":65535", ":65536", ":00081", ":x", ":-1", ":+1"]
    )
    return text if rnd.random() < 0.7 else spoil(rnd, text)


# --- block lists: few addresses, close together, so that rules meet ---


def near(rnd):
    """(text, type) of an address of a small neighbourhood, in either notation."""
    low = rnd.choice([0, 1, 2, 3, 127, 128, 254, 255])
    v4 = rnd.choice(["0.0.0.", "10.0.0.", "10.0.1.", "255.255.255."]) + str(low)
    kind = rnd.random()
    if kind < 0.5:
        return v4, "ipv4"
    if kind < 0.7:
        return f"::ffff:{v4}", "ipv6"
    return rnd.choice([f"::{v4}", f"::{low:x}", f"fe80::{low:x}", f"ffff:{'ffff:' * 6}ff{low:02x}"]), "ipv6"


def command(rnd):
    text, kind = near(rnd)
    what = rnd.choice(["Address", "Address", "Subnet", "Subnet", "Range"])
    verb = rnd.choice(["add", "add", "add", "add", "remove"])
    if what == "Address":
        return [verb + what, text, kind]
    if what == "Subnet":
        most = 32 if kind == "ipv4" else 128
        return [verb + what, text, rnd.choice([0, 1, 8, 31, 32, 33, 64, 95, 96, 97, 120, 127, 128, most]), kind]
    other, other_kind = near(rnd)
    while other_kind != kind:
        other, other_kind = near(rnd)
    return [verb + what, text, other, kind]


def block_list(rnd):
    commands = [command(rnd) for _ in range(rnd.randrange(1, 9))]
    queries = [near(rnd) for _ in range(20)]
    return {"commands": commands, "queries": [list(q) for q in queries]}


def inputs():
    rnd = random.Random(SEED)
    return {
        "is_ip": sorted({address(rnd) for _ in range(4000)}),
        "socket_address": [[address(rnd, 0.7), rnd.choice(["ipv4", "ipv6", "IPv6"])] for _ in range(2000)],
        "parse": sorted({endpoint(rnd) for _ in range(4000)}),
        "block_list": [block_list(rnd) for _ in range(400)],
    }


def load():
    return json.loads(TABLE.read_text(encoding="utf-8"))


def main():
    sys.path.insert(0, str(HERE))
    from record import find_node

    asked = json.dumps(inputs())
    done = subprocess.run([find_node(), SCRIPT], input=asked, capture_output=True, text=True, check=True)
    answers = json.loads(done.stdout)
    lines = [f'"node": {json.dumps(answers.pop("node"))}']
    for name, rows in answers.items():
        body = ",\n".join(json.dumps(row) for row in rows)
        lines.append(f'"{name}": [\n{body}\n]')
    TABLE.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")
    print(f"{TABLE.name}: " + ", ".join(f"{len(rows)} x {name}" for name, rows in answers.items()))


if __name__ == "__main__":
    main()
