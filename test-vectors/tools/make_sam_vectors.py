#!/usr/bin/python3
"""Computes the SAM's dialogues from CARD-FACTS 3.4, 5, docs/adr/001 and docs/adr/006 alone, every command with its answer.

Takes cipher, MAC and pilot roots from make_vectors.py beside it; shares no line with card/, virtual-card/ or key-service/.

    /usr/bin/python3 test-vectors/tools/make_sam_vectors.py            writes test-vectors/sam/*.json
    /usr/bin/python3 test-vectors/tools/make_sam_vectors.py --check    compares with what is there
"""
import json
import sys

import make_vectors as mv
from make_vectors import CURVES, HERE, PROVINCE, R, R_T, cn, complement, disperse, ecb, kcv_enc0, mac_of, pad80, pilot_root, suite_hash

SUITES = ('intl-128', 'sm-128')
ALGORITHM = {'intl-128': 1, 'sm-128': 2}
FACTOR = bytes.fromhex('5202000000000007')
CARD = bytes.fromhex('0102030405060708')
PIN = bytes.fromhex('123456')
KEY_RANDOM = bytes(range(0x01, 0x29))
NONCE = bytes(range(0x31, 0x59))
ORDER = {
    'intl-128': 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551,
    'sm-128': 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFF7203DF6B21C6052B53BBF40939D54123,
}
SM2_B = 0x28E9FA9E9D9F5E344D5A9E4BCF6509A7F39789F515AB8F92DDBCBD414D940E93
# CARD-FACTS 3.4
TABLE = [('STK.DDF1', 0x28, 0x02), ('STK.DF01', 0x28, 0x03), ('STK.DF02', 0x48, 0x04), ('STK.DF03', 0x48, 0x05),
         ('UK1.DDF1', 0x27, 0x2A), ('UK1.DF01', 0x27, 0x2B), ('UK1.DF02', 0x47, 0x2C), ('UK2.DF02', 0x47, 0x2D),
         ('UK3.DF02', 0x47, 0x2E), ('UK1.DF03', 0x47, 0x2F), ('UK2.DF03', 0x27, 0x30), ('RK1.DDF1', 0x47, 0x31),
         ('RK1.DF01', 0x47, 0x32), ('RK1.DF02', 0x47, 0x33), ('RK1.DF03', 0x47, 0x34)]
VERSIONS = (1, 2)

FILES = {  # CARD-FACTS 5.1
    (0x3F00, 0x0015): bytes.fromhex('13010000000000000007') + bytes([1, 2, 1, 0]),
    (0x3F00, 0x0016): bytes.fromhex('130101000007'),
    (0xDF01, 0x001A): bytes([1]) + bytes.fromhex('1300000000000000') + bytes.fromhex('1301010000000000') + cn('20261122', 4) + cn('20361121', 4),
    (0xDF01, 0x001B): bytes((i * 7 + 3) & 0xFF for i in range(180)),
    (0xDF01, 0x001C): bytes((i * 5 + 1) & 0xFF for i in range(190)),
}
EMPTY = {address: bytes(len(content)) for address, content in FILES.items()}


def hexed(data):
    return data.hex().upper()


def point(suite, scalar):
    return mv.public_key(suite, scalar)


def scalar(suite, random):
    return int.from_bytes(random, 'big') % (ORDER[suite] - 2) + 1


def z_value(suite, public):
    """GB/T 32918.2, 5.5, with the standard user id; nothing for ECDSA."""
    if suite == 'intl-128':
        return b''
    p, a, gx, gy = CURVES[suite]
    curve = b''.join(v.to_bytes(32, 'big') for v in (a % p, SM2_B, gx, gy))
    return suite_hash(suite, b'\x00\x80' + b'1234567812345678' + curve + public)


def sign(suite, private, digest):
    n, k, e = ORDER[suite], scalar(suite, NONCE), int.from_bytes(digest, 'big')
    x = int.from_bytes(point(suite, k)[:32], 'big')
    if suite == 'intl-128':
        r = x % n
        s = pow(k, -1, n) * (e + r * private) % n
    else:
        r = (e + x) % n
        s = pow(1 + private, -1, n) * (k - r * private) % n
    return r.to_bytes(32, 'big') + s.to_bytes(32, 'big')


class Channel:
    """ADR 001, "Personalization channel"."""

    def __init__(self, suite, key):
        self.suite = suite
        self.ske, self.skm, self.iv = disperse(suite, key, R), ecb(suite, key, complement(R) + R), bytes(16)

    def secured(self, header, body):
        head = bytes.fromhex(header) + bytes([len(body) + 4])
        mac, self.iv = mac_of(self.suite, self.skm, self.iv, head + body)
        return head + body + mac

    def write_key(self, p1, p2, version, key, tries):
        block = bytes([0x1F, p1, 0x00, 0x40, version, ALGORITHM[self.suite], tries]) + bytes(9)
        return self.secured(f'84D401{p2:02X}', ecb(self.suite, self.ske, block + key + b'\x80' + bytes(15)))

    def write_pin(self, tries, pin):
        plain = bytes([len(pin) + 1, tries]) + pin
        return self.secured('84D40300', ecb(self.suite, self.ske, pad80(self.suite, plain)))


class Dialogue:
    def __init__(self):
        self.steps = []

    def step(self, command, answer='9000'):
        command = command if isinstance(command, str) else hexed(command)
        answer = answer if isinstance(answer, str) else hexed(answer) + '9000'
        self.steps.append({'command': command, 'answer': answer})

    def authenticate(self, suite, key, version):
        self.step('00A40000023F00')
        self.step('0084000008', R)
        a = mv.cryptogram(suite, disperse(suite, key, R), R_T)
        self.step(bytes.fromhex('0082000011') + a + R_T + bytes([version]))

    def write_file(self, channel, fid):
        for (directory, number), content in FILES.items():
            if number == fid:
                self.step(f'00A4000002{fid:04X}')
                for at in range(0, len(content), 128):
                    self.step(channel.secured(f'04D6{at:04X}', content[at:at + 128]))


def control_key(suite):
    """SAM master key: national root, province, SAM factor."""
    return disperse(suite, disperse(suite, pilot_root('SAM-MK', 1), PROVINCE), FACTOR)


def transport_key(suite):
    return disperse(suite, pilot_root('SAM-TMK', 1), FACTOR)


def issue_digest(suite, files, keys, public):
    content = b''.join(d.to_bytes(2, 'big') + f.to_bytes(2, 'big') + len(c).to_bytes(4, 'big') + c for (d, f), c in files.items())
    lines = bytes.fromhex('3F00000001') + kcv_enc0(suite, control_key(suite))
    for slot, p1, p2, version in sorted(keys, key=lambda key: (key[2], key[3])):
        lines += bytes.fromhex('DF01') + bytes([p1, p2, version]) + kcv_enc0(suite, pilot_root(slot, version))
    return suite_hash(suite, suite_hash(suite, content) + lines + public)


def issue(suite):
    """Both steps, from the maker's blank to a SAM in use."""
    d, keys = Dialogue(), []
    d.step('80CA010100', bytes.fromhex('0000FF0000000000'))
    d.step('80CA010200', FACTOR)
    d.step('80CA010400', b'rhc-sam-1')
    d.authenticate(suite, transport_key(suite), 0)
    channel = Channel(suite, transport_key(suite))
    d.step(channel.write_key(0, 0, 1, control_key(suite), 0x0F))
    d.write_file(channel, 0x0015)
    d.step('00A4000002DF01')

    def load(levels):
        for slot, p1, p2 in TABLE:
            for version in VERSIONS:
                if p1 >> 5 == levels:
                    d.step(channel.write_key(p1, p2, version, pilot_root(slot, version), 0xFF))
                    keys.append((slot, p1, p2, version))

    load(2)
    d.write_file(channel, 0x001A)
    files = {a: FILES[a] if a[1] in (0x0015, 0x001A) else EMPTY[a] for a in FILES}
    d.step(channel.secured('84440100', issue_digest(suite, files, keys, b'')))

    d.authenticate(suite, control_key(suite), 1)
    channel = Channel(suite, control_key(suite))
    d.write_file(channel, 0x0016)
    d.step('00A4000002DF01')
    load(1)
    public = point(suite, scalar(suite, KEY_RANDOM))
    d.step(channel.secured(f'844600{ALGORITHM[suite]:02X}', b'') + b'\x00',
           public + mac_of(suite, channel.skm, channel.iv, public)[0])
    d.write_file(channel, 0x001B)
    d.write_file(channel, 0x001C)
    d.step(channel.write_pin(10, PIN))
    d.step(channel.secured('84440200', issue_digest(suite, FILES, keys, public)))
    listed = sorted(keys, key=lambda key: (key[2], key[3]))
    d.step('80CA010300', b''.join(bytes([p1, p2, v, ALGORITHM[suite]]) for _, p1, p2, v in listed))
    d.step('80CA010700', bytes([ALGORITHM[suite]]) + public)
    return {'id': f'issue/{suite}', 'suite': suite, 'steps': d.steps}


def use(suite):
    """Every key in both versions: session key, encipherment of R_T ‖ 0⁸, for maintenance keys a MAC."""
    d = Dialogue()
    d.step('00A4000002DF01')
    d.step('0020000003' + hexed(PIN))
    for slot, p1, p2 in TABLE:
        for version in VERSIONS:
            factors = CARD + (PROVINCE if p1 >> 5 == 2 else b'') + R
            data = factors + (bytes([version]) if version != 1 else b'')
            key = pilot_root(slot, version)
            for factor in ([PROVINCE] if p1 >> 5 == 2 else []) + [CARD, R]:
                key = disperse(suite, key, factor)
            session = bytes([0x80, 0xDE, p1, p2, len(data)]) + data
            plain = R_T + bytes(8)
            d.step(session)
            d.step(bytes.fromhex('80FA000010') + plain, '6110')
            d.step('00C0000010', ecb(suite, key, plain))
            if p1 & 0x1F == 8:
                message = pad80(suite, bytes.fromhex('84D2010404'))
                d.step(session)
                d.step(bytes.fromhex('80FA050020') + bytes(16) + message, '6104')
                d.step('00C0000004', mv.cbc_last(suite, key, bytes(16), message)[:4])
    uses = [(p2, v, 2 if p1 & 0x1F == 8 else 1) for _, p1, p2 in TABLE for v in VERSIONS]
    d.step('80CA010600', b''.join(bytes([p2, v]) + n.to_bytes(4, 'big') for p2, v, n in sorted(uses)) + bytes([0x40, 1]) + bytes(4))
    return {'id': f'use/{suite}', 'suite': suite, 'steps': d.steps}


def signature(suite):
    d, message = Dialogue(), bytes((i * 11 + 5) & 0xFF for i in range(600))
    private = scalar(suite, KEY_RANDOM)
    public = point(suite, private)
    d.step('00A4000002DF01')
    d.step('0020000003' + hexed(PIN))
    blocks = [message[at:at + 240] for at in range(0, 600, 240)]

    def digest(p2, prefix):
        for i, block in enumerate(blocks):
            p1 = (1 if i == 0 else 0) | (2 if i == len(blocks) - 1 else 0)
            d.step(bytes([0x80, 0x2C, p1, p2, len(block)]) + block, '6120' if p1 & 2 else '9000')
        result = suite_hash(suite, prefix + message)
        d.step('00C0000020', result)
        return result

    digest(0, b'')
    to_sign = digest(1, z_value(suite, public))
    d.step(bytes.fromhex('802A9E9A20') + to_sign, '6140')
    d.step('00C0000040', sign(suite, private, to_sign))
    return {'id': f'signature/{suite}', 'suite': suite, 'message': hexed(message), 'publicKey': hexed(public), 'steps': d.steps}


def document():
    return {
        'source': 'computed by test-vectors/tools/make_sam_vectors.py (Python, cryptography) from CARD-FACTS 3.4 and 5, docs/adr/001 and docs/adr/006',
        'licence': 'as the project',
        'notes': [
            'Pilot roots; SAM-TMK is dispersed by the SAM factor, SAM-MK by province, then SAM factor.',
            'The SAM draws A1A2A3A4A5A6A7A8 for a challenge, 0102…28 for its key pair, 3132…58 for a nonce.',
        ],
        'historicalBytes': hexed(FACTOR + bytes([1, 0]) + b'SAM'),
        'transportKey': {suite: hexed(transport_key(suite)) for suite in SUITES},
        'random': {'challenge': hexed(R), 'keyPair': hexed(KEY_RANDOM), 'nonce': hexed(NONCE)},
        'count': 6,
        'dialogues': [make(suite) for suite in SUITES for make in (issue, use, signature)],
    }


def main():
    made = document()
    # One step a line, so that a difference is seen where it is.
    lines = json.dumps(made, ensure_ascii=False, indent=1).replace('",\n     "answer"', '", "answer"')
    lines = lines.replace('{\n     "command"', '{"command"').replace('"\n    }', '"}') + '\n'
    assert json.loads(lines) == made
    path = HERE / 'sam' / 'dialogues.json'
    if '--check' in sys.argv:
        same = path.read_text(encoding='utf-8') == lines
        print(f'{path.name}: {"as computed" if same else "DIFFERS"}')
        sys.exit(0 if same else 1)
    path.write_text(lines, encoding='utf-8')
    print(f'{path.name}: {len(made["dialogues"])} dialogues, {sum(len(d["steps"]) for d in made["dialogues"])} steps')


if __name__ == '__main__':
    main()
