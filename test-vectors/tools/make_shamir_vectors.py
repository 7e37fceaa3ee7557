"""Shamir shares over GF(2^8), polynomial 0x11B, from logarithm tables of generator 3: another way than key-service's
shift-and-add, so that agreement says something. Writes test-vectors/ceremony/shamir.json."""
import hashlib, itertools, json, pathlib

EXP, LOG = [0] * 510, [0] * 256
x = 1
for i in range(255):
    EXP[i], LOG[x] = x, i
    x ^= (x << 1) ^ (0x11B if x & 0x80 else 0)  # times 3
    x &= 0xFF
for i in range(255, 510):
    EXP[i] = EXP[i - 255]
mul = lambda a, b: 0 if a == 0 or b == 0 else EXP[LOG[a] + LOG[b]]
div = lambda a, b: 0 if a == 0 else EXP[(LOG[a] - LOG[b]) % 255]
draw = lambda label, n: hashlib.shake_256(label.encode()).digest(n)

def share(secret, coefficients, at):
    out = bytearray()
    for i, s in enumerate(secret):
        value, power = s, at
        for c in coefficients:
            value ^= mul(c[i], power)
            power = mul(power, at)
        out.append(value)
    return bytes(out)

def combine(shares):
    secret = bytearray(len(shares[0][1]))
    for i, (xi, yi) in enumerate(shares):
        l = 1
        for j, (xj, _) in enumerate(shares):
            if j != i:
                l = mul(l, div(xj, xi ^ xj))
        for k, y in enumerate(yi):
            secret[k] ^= mul(y, l)
    return bytes(secret)

vectors = []
for threshold, count, size in [(2, 3, 16), (3, 5, 16), (2, 2, 32), (5, 5, 24), (3, 16, 32)]:
    name = f"{threshold}-of-{count}, {size} bytes"
    secret = draw(f"shamir/{name}/secret", size)
    coefficients = [draw(f"shamir/{name}/coefficient-{k}", size) for k in range(1, threshold)]
    shares = [(at, share(secret, coefficients, at)) for at in range(1, count + 1)]
    for chosen in list(itertools.combinations(shares, threshold))[:50]:
        assert combine(chosen) == secret
    vectors.append({"name": name, "threshold": threshold, "secret": secret.hex(), "coefficients": [c.hex() for c in coefficients],
                    "shares": [{"index": at, "bytes": b.hex()} for at, b in shares]})
# The product of FIPS 197, 4.2: {57}·{83} = {c1}.
assert mul(0x57, 0x83) == 0xC1
target = pathlib.Path(__file__).parent.parent / "ceremony" / "shamir.json"
target.write_text(json.dumps({"source": "computed by tools/make_shamir_vectors.py (logarithm tables, generator 3)",
                              "licence": "Apache-2.0", "vectors": vectors}, indent=2) + "\n")
