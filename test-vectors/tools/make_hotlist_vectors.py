"""Hotlist vectors (docs/adr/009-hotlist.md) by the plainest means: sets, a string of '0' and '1', every k tried.

--check compares the file instead of writing it.
"""
import json
import pathlib
import sys

FILE = pathlib.Path(__file__).resolve().parent.parent / "hotlist" / "hotlist.json"
SIGNED = {"keyId": "test-1", "signature": "00112233445566778899AABBCCDDEEFF"}
CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
CHECK = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def serial(province, counter):
    body = province + "".join(CROCKFORD[counter >> (5 * i) & 31] for i in range(6, -1, -1))
    # ISO/IEC 7064 hybrid system: the character that makes the whole come out at 1
    for candidate in CHECK:
        p = 36
        for c in body:
            s = (p + CHECK.index(c)) % 36 or 36
            p = s * 2 % 37
        if (p + CHECK.index(candidate)) % 36 == 1:
            return body + candidate
    raise AssertionError


def rice(counters, k):
    bits, previous = "", 0
    for c in sorted(counters):
        q, r = divmod(c - previous - 1, 1 << k)
        bits += "1" * q + "0" + (format(r, f"0{k}b") if k else "")
        previous = c
    return bits


def rice_length(counters, k):
    ordered = sorted(counters)
    return sum((c - p - 1 >> k) + 1 + k for p, c in zip([0] + ordered, ordered))


def body(kind, province, version, base, made_at, counters, county=0):
    k = min(range(31), key=lambda k: (rice_length(counters, k), k))
    bits = rice(counters, k)
    padded = bits + "0" * (-len(bits) % 8)
    payload = bytes(int(padded[i : i + 8], 2) for i in range(0, len(padded), 8))
    head = b"RHCL" + bytes([1, kind]) + province.encode()
    head += b"".join(n.to_bytes(4, "big") for n in (version, base, made_at, len(counters), len(bits)))
    return head + bytes([k]) + county.to_bytes(2, "big") + b"\0" + payload


def signed(data):
    key, signature = SIGNED["keyId"].encode(), bytes.fromhex(SIGNED["signature"])
    return data + bytes([len(key)]) + key + len(signature).to_bytes(2, "big") + signature


def vector(name, before, after):
    upper = lambda data: data.hex().upper()
    return {
        "name": name,
        "before": sorted(before),
        "after": sorted(after),
        "listedSerials": [serial("13", c) for c in sorted(after)[:3]],
        "full": upper(signed(body(0, "13", 7, 0, 1795000000, before))),
        "next": upper(signed(body(0, "13", 9, 0, 1795086400, after))),
        "county": upper(signed(body(2, "13", 9, 0, 1795086400, after, 123))),
        "delta": upper(signed(body(1, "13", 9, 7, 1795086400, before ^ after))),
    }


def made():
    state = 12345
    spread = set()
    while len(spread) < 600:
        state = (state * 1103515245 + 12345) % (1 << 31)
        spread.add(state % 20000 + 1)
    few = {c for c in spread if c % 97 == 0}
    return {
        "source": "docs/adr/009-hotlist.md; computed by tools/make_hotlist_vectors.py",
        "signed": SIGNED,
        "vectors": [
            vector("nothing listed, then one", set(), {1}),
            vector("three, one of them taken off, the largest counter put on", {5, 6, 40}, {5, 40, 2**35 - 1}),
            vector("600 of 20000, every 97th taken off, 20001 to 20003 put on", spread, spread - few | {20001, 20002, 20003}),
        ],
    }


text = json.dumps(made(), indent=1) + "\n"
if "--check" in sys.argv:
    sys.exit(0 if json.loads(FILE.read_text()) == json.loads(text) else "hotlist.json differs")
FILE.parent.mkdir(exist_ok=True)
FILE.write_text(text)
