"""Bytes in pieces, made up the same way each time, and the texts that real Node's setEncoding() gave for them.

    python tests/conformance/decoder.py        asks Node and writes decoder.json

A row is [encoding, [piece in hex, ...], [text, ...]]: one text for each piece, "" when there was no `data` event, and
one more for what came before `end`. tests/stream/test_set_encoding_decoder.py holds pynet against the table.
"""

import json
import random
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
TABLE = HERE / "decoder.json"
SCRIPT = HERE / "decoder.cjs"
SEED = 5

ENCODINGS = {"utf8": 90, "utf16le": 60, "base64": 25, "base64url": 25, "hex": 8, "latin1": 8, "ascii": 8}

CHARACTERS = "a\0é߿ࠀ€\ufeff\ufffd😀\U0010ffff"
# What ends, begins, continues or spoils a character of UTF-8.
UTF8_BYTES = [0x41, 0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC0, 0xC2, 0xDF, 0xE0, 0xE2, 0xED, 0xEF, 0xF0, 0xF1,
              0xF4, 0xF5, 0xF8, 0xFF]  # fmt: skip
UTF16_UNITS = [0x41, 0xE9, 0x20AC, 0xD83D, 0xD83D, 0xDBFF, 0xDC00, 0xDE00, 0xDE00, 0xFEFF, 0xFFFE]


def utf8(rnd):
    kind = rnd.random()
    if kind < 0.4:
        return "".join(rnd.choices(CHARACTERS, k=rnd.randrange(1, 10))).encode()
    if kind < 0.7:
        return bytes(rnd.choices(UTF8_BYTES, k=rnd.randrange(1, 14)))
    text = bytearray("".join(rnd.choices(CHARACTERS, k=rnd.randrange(1, 8))).encode())
    at = rnd.randrange(len(text))
    text[at : at + rnd.randrange(2)] = bytes(rnd.choices(UTF8_BYTES, k=rnd.randrange(2)))
    return bytes(text)


def utf16(rnd):
    units = rnd.choices(UTF16_UNITS, k=rnd.randrange(1, 9))
    odd = bytes(rnd.choices([0x41, 0xD8, 0xDE], k=rnd.choice([0, 0, 1])))
    return b"".join(unit.to_bytes(2, "little") for unit in units) + odd


def pieces(rnd, data):
    """All of it in order, in none to many cuts."""
    most = rnd.choice([1, 1, 2, 3, 8, 50])
    found = []
    while data:
        size = rnd.randrange(1, most + 1)
        found.append(data[:size].hex())
        data = data[size:]
    return found


def inputs():
    rnd = random.Random(SEED)
    rows = []
    for encoding, count in ENCODINGS.items():
        for _ in range(count):
            if encoding == "utf8":
                data = utf8(rnd)
            elif encoding == "utf16le":
                data = utf16(rnd)
            else:
                data = rnd.randbytes(rnd.randrange(1, 14))
            rows.append([encoding, pieces(rnd, data)])
    return rows


def load():
    return json.loads(TABLE.read_text(encoding="utf-8"))


def main():
    sys.path.insert(0, str(HERE))
    from record import find_node

    asked = json.dumps(inputs())
    done = subprocess.run([find_node(), SCRIPT], input=asked, capture_output=True, text=True, check=True)
    answers = json.loads(done.stdout)
    body = ",\n".join(json.dumps(row) for row in answers["rows"])
    TABLE.write_text(f'{{\n"node": {json.dumps(answers["node"])},\n"rows": [\n{body}\n]\n}}\n', encoding="utf-8")
    print(f"{TABLE.name}: {len(answers['rows'])} rows")


if __name__ == "__main__":
    main()
