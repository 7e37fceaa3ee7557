#!/usr/bin/python3
"""Computes the vector files of this folder, from CARD.md, KEYS.md and docs/adr/001 alone.

An implementation of its own (Python, `cryptography`), that shares no line with card/, virtual-card/ or key-service/: a
vector proves something only when two people read the same page and came to the same bytes. Deterministic.
Longer than 300 lines because the independent reader has to be one piece that a stranger can hold against the pages.

    /usr/bin/python3 test-vectors/tools/make_vectors.py            writes the files
    /usr/bin/python3 test-vectors/tools/make_vectors.py --check    compares with what is there
    /usr/bin/python3 test-vectors/tools/make_vectors.py --pilot F  also compares with another implementation's file
                                                                   (../shared/vectors/pilot-intl-128.json)
"""
import hashlib
import json
import pathlib
import sys

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.cmac import CMAC

HERE = pathlib.Path(__file__).resolve().parent.parent
SUITES = ('intl-128', 'sm-128', 'pboc-3des')
CIPHERS = {'intl-128': algorithms.AES, 'sm-128': algorithms.SM4, 'pboc-3des': algorithms.TripleDES}
BLOCK = {'intl-128': 16, 'sm-128': 16, 'pboc-3des': 8}
WRITE_KEY_ALGORITHM = {'intl-128': 1, 'sm-128': 2, 'pboc-3des': 3}


# ------------------------------------------------------------------------------------------- cipher, hash, padding

def ecb(suite, key, data):
    """E of whole blocks. Two-key 3DES: the 16-byte key is K1 ‖ K2, used as K1 K2 K1."""
    run = Cipher(CIPHERS[suite](key), modes.ECB()).encryptor()
    return run.update(data) + run.finalize()


def cbc_last(suite, key, iv, data):
    """Last block of CBC: the MAC before it is cut to four bytes."""
    run = Cipher(CIPHERS[suite](key), modes.CBC(iv)).encryptor()
    return (run.update(data) + run.finalize())[-BLOCK[suite]:]


def suite_hash(suite, data):
    digest = hashes.Hash(hashes.SM3() if suite == 'sm-128' else hashes.SHA256())
    digest.update(data)
    return digest.finalize()


def complement(data):
    return bytes(b ^ 0xFF for b in data)


def xor(a, b):
    return bytes(x ^ y for x, y in zip(a, b))


def pad80(suite, data):
    padded = data + b'\x80'
    return padded + bytes(-len(padded) % BLOCK[suite])


# ------------------------------------------------------------------------------- dispersal, session, cryptograms

def disperse(suite, key, factor):
    """ADR 001: 128-bit E(K, X ‖ ¬X); 3DES E(K, X) ‖ E(K, ¬X), which is ECB over the same 16 bytes."""
    return ecb(suite, key, factor + complement(factor))


def cryptogram(suite, session_key, random):
    c = ecb(suite, session_key, random + bytes(8))
    return xor(c[:8], c[8:])


def mac_of(suite, key, iv, message):
    last = cbc_last(suite, key, iv, pad80(suite, message))
    return last[:4], last


def kcv_enc0(suite, key):
    return ecb(suite, key, bytes(BLOCK[suite]))[:3]


def kcv_cmac0(key):
    mac = CMAC(algorithms.AES(key))
    mac.update(bytes(16))
    return mac.finalize()[:3]


# ------------------------------------------------------------------------------------------------------ the pilot

SLOTS = ('MK.MF IRK.DDF1 STK.MF STK.DDF1 STK.DF01 STK.DF02 STK.DF03 BK.MF LK.DF01 LK.DF02 LK.DF03 UK1.DDF1 UK1.DF01 '
         'UK1.DF02 UK2.DF02 UK3.DF02 UK1.DF03 UK2.DF03 RK1.DDF1 RK1.DF01 RK1.DF02 RK1.DF03').split()
ONE_LEVEL = ('STK.DDF1 STK.DF01 UK1.DDF1 UK1.DF01 UK2.DF03 MK.MF STK.MF BK.MF LK.DF01 LK.DF02 LK.DF03 TMK CVK').split()
FID = {'MF': 0x3F00, 'DDF1': 0xDDF1, 'DF01': 0xDF01, 'DF02': 0xDF02, 'DF03': 0xDF03}
BASE_KID = {'MK': 0, 'IRK': 0, 'STK': 1, 'BK': 2, 'LK': 2, 'RK1': 4, 'UK1': 5, 'UK2': 6, 'UK3': 7}
# Byte 2 of WRITE KEY (34 internal authentication, 36 line protection, else 39) and which keys count tries: the two
# numbers that neither CARD.md nor the ADR prints. They were taken from the profile (card/src/profile/key-slots.ts).
TYPE_CODE = {'IRK': 0x34, 'STK': 0x36}
NOT_COUNTED = ('STK',)
PROVINCE = b'13000000'
CARD = bytes.fromhex('0102030405060708')
CARD_2 = bytes.fromhex('0001DEADBEEF00FF')
R = bytes.fromhex('A1A2A3A4A5A6A7A8')
R_T = bytes.fromhex('B1B2B3B4B5B6B7B8')


def pilot_root(slot, version):
    root = bytes(16)
    for i in (1, 2, 3):
        root = xor(root, hashlib.sha256(f'rhc-pilot/{slot}/v{version}/component-{i}'.encode()).digest()[:16])
    return root


def factors(slot, card=CARD):
    return [card] if slot in ONE_LEVEL else [PROVINCE, card]


def card_key(suite, slot, version, card=CARD):
    key = pilot_root(slot, version)
    for factor in factors(slot, card):
        key = disperse(suite, key, factor)
    return key


def kid(slot):
    name, directory = slot.split('.')
    return BASE_KID[name] | (0x80 if directory in ('DF01', 'DF02', 'DF03') else 0)


def hexed(value):
    return value.hex().upper() if isinstance(value, (bytes, bytearray)) else value


def vector(name, suite, given, result):
    def clean(node):
        if isinstance(node, dict):
            return {k: clean(v) for k, v in node.items()}
        if isinstance(node, (list, tuple)):
            return [clean(v) for v in node]
        return hexed(node)
    return {'id': name, 'suite': suite, 'input': clean(given), 'output': clean(result)}


# ------------------------------------------------------------------------------------------------------- the files

def dispersal():
    mk, x = bytes.fromhex('0123456789ABCDEFFEDCBA9876543210'), bytes.fromhex('1122334455667788')
    for suite in SUITES:
        yield vector(f'keys-md/{suite}', suite, {'rootKey': mk, 'factors': [x]}, {'keys': [disperse(suite, mk, x)]})
        for slot in ('TMK', 'MK.MF', 'STK.DF01', 'UK1.DDF1', 'IRK.DDF1', 'STK.DF02', 'UK2.DF02', 'RK1.DDF1', 'RK1.DF01'):
            for version in (1, 2):
                for card in (CARD, CARD_2):
                    root, keys = pilot_root(slot, version), []
                    for factor in factors(slot, card):
                        keys.append(disperse(suite, keys[-1] if keys else root, factor))
                    yield vector(f'{slot}/v{version}/{card.hex()}/{suite}', suite,
                                 {'slot': slot, 'version': version, 'rootKey': root, 'factors': factors(slot, card)},
                                 {'keys': keys})


def session_keys():
    for suite in SUITES:
        for slot in ('RK1.DDF1', 'UK3.DF02', 'STK.DF01', 'STK.DF03'):
            for challenge in (R, bytes(8), b'\xff' * 8):
                key = card_key(suite, slot, 1)
                yield vector(f'{slot}/{challenge.hex()}/{suite}', suite, {'cardKey': key, 'challenge': challenge},
                             {'sessionKey': disperse(suite, key, challenge)})


def external_authentication():
    for suite in SUITES:
        for slot in ('RK1.DDF1', 'RK1.DF01', 'RK1.DF02', 'RK1.DF03', 'UK1.DDF1', 'UK1.DF01', 'UK1.DF02', 'UK2.DF02',
                     'UK3.DF02', 'UK1.DF03', 'UK2.DF03', 'BK.MF', 'LK.DF02'):
            for version in (1, 2):
                key = card_key(suite, slot, version)
                a = cryptogram(suite, disperse(suite, key, R), R_T)
                yield vector(f'{slot}/v{version}/{suite}', suite,
                             {'slot': slot, 'kid': kid(slot), 'version': version, 'cardKey': key, 'challenge': R,
                              'terminalRandom': R_T},
                             {'cryptogram': a, 'apdu': bytes([0x00, 0x82, 0x00, kid(slot), 0x11]) + a + R_T + bytes([version])})


def internal_authentication():
    for suite in SUITES:
        for version in (1, 2):
            for card in (CARD, CARD_2):
                key = card_key(suite, 'IRK.DDF1', version, card)
                yield vector(f'v{version}/{card.hex()}/{suite}', suite,
                             {'cardKey': key, 'version': version, 'r1': R, 'r2': R_T},
                             {'answer': cryptogram(suite, disperse(suite, key, R), R_T),
                              'apdu': bytes.fromhex('0088000011') + R + R_T + bytes([version])})


def tlv(tag, size, value):
    return bytes([tag, size]) + value + bytes(size - len(value))


def protect(suite, slot, header, plain):
    """Cipher and MAC under one session key: one challenge serves one command."""
    session_key = disperse(suite, card_key(suite, slot, 1), R)
    cipher = ecb(suite, session_key, pad80(suite, bytes([len(plain)]) + plain)) if plain is not None else b''
    head = header + bytes([len(cipher) + 4])
    return head + cipher + mac_of(suite, session_key, bytes(BLOCK[suite]), head + cipher)[0]


def protected_updates():
    cases = [
        ('phone', 'STK.DF01', '04DC0304', bytes.fromhex('1B143133383132333435363738000000000000000000')),
        ('address', 'STK.DF01', '04DC0204', tlv(0x16, 100, '石家庄市长安区'.encode('gbk'))),
        ('blood-group', 'STK.DF02', '04DC0104', bytes.fromhex('290102')),
        ('psychiatric-flag', 'STK.DF02', '04DC0104', bytes.fromhex('380101')),
        ('expiry', 'STK.DDF1', '04DC0104', bytes.fromhex('070420361121')),
        ('plain-fills-block-but-one', 'STK.DF01', '04DC0304', tlv(0x1B, 12, b'031100000001')),
        ('allergy', 'STK.DF02', '04DC0003', '青霉素'.encode('gbk').ljust(20, b'\0') + '皮疹'.encode('gbk').ljust(100, b'\0')),
        ('immunization', 'STK.DF02', '04DC0003', '流感疫苗'.encode('gbk').ljust(20, b'\0') + bytes.fromhex('20251018')),
    ]
    for suite in SUITES:
        for name, slot, header, plain in cases:
            yield vector(f'{name}/{suite}', suite,
                         {'slot': slot, 'cardKey': card_key(suite, slot, 1), 'challenge': R,
                          'header': bytes.fromhex(header), 'plain': plain},
                         {'apdu': protect(suite, slot, bytes.fromhex(header), plain)})


def mac_only_updates():
    for suite in SUITES:
        for name, header in (('inpatient-1-valid', '84D20104'), ('outpatient-5-valid', '84D20504'), ('inpatient-1-erased', '840C0104')):
            yield vector(f'{name}/{suite}', suite,
                         {'slot': 'STK.DF03', 'cardKey': card_key(suite, 'STK.DF03', 1), 'challenge': R,
                          'header': bytes.fromhex(header)},
                         {'apdu': protect(suite, 'STK.DF03', bytes.fromhex(header), None)})


def key_check_values():
    mk = bytes.fromhex('0123456789ABCDEFFEDCBA9876543210')
    for suite in SUITES:
        yield vector(f'keys-md/{suite}', suite, {'key': mk}, kcvs(suite, mk))
        for slot in SLOTS + ['TMK', 'CVK']:
            for version in (1, 2):
                root = pilot_root(slot, version)
                yield vector(f'{slot}/v{version}/root/{suite}', suite, {'slot': slot, 'version': version, 'key': root}, kcvs(suite, root))
                if slot != 'CVK':
                    key = card_key(suite, slot, version)
                    yield vector(f'{slot}/v{version}/card/{suite}', suite, {'slot': slot, 'version': version, 'key': key}, kcvs(suite, key))


def kcvs(suite, key):
    return {'ENC0': kcv_enc0(suite, key), **({'CMAC0': kcv_cmac0(key)} if suite == 'intl-128' else {})}


# --------------------------------------------------------------------------------------------- personalization

def channel(suite, master):
    """SKe = D(MK, R); SKm = E(MK, ¬R ‖ R)."""
    return disperse(suite, master, R), ecb(suite, master, complement(R) + R)


def write_key(suite, ske, skm, iv, slot, version, key):
    name = slot.split('.')[0]
    block1 = bytes([0x1F, TYPE_CODE.get(name, 0x39), 0x00, 0x40, version, WRITE_KEY_ALGORITHM[suite],
                    0xFF if name in NOT_COUNTED else 0x0F]) + bytes(9)
    cipher = ecb(suite, ske, block1 + key + b'\x80' + bytes(15))
    head = bytes([0x84, 0xD4, 0x01, kid(slot), 0x34])
    mac, last = mac_of(suite, skm, iv, head + cipher)
    return block1, head + cipher + mac, last


def end_personalization(suite, skm, iv, digest):
    head = bytes.fromhex('8444000024')
    return head + digest + mac_of(suite, skm, iv, head + digest)[0]


def key_list_digest(suite, files_digest, keys):
    """H(filesDigest ‖ DF FID ‖ KID ‖ version ‖ KCV …), keys ascending by (DF FID, KID, version)."""
    listed = sorted((FID[s.split('.')[1]], kid(s), v, kcv_enc0(suite, card_key(suite, s, v))) for s, v in keys)
    return suite_hash(suite, files_digest + b''.join(f.to_bytes(2, 'big') + bytes([k, v]) + c for f, k, v, c in listed))


def example_files(suite):
    """Three small files, enough to fix the form: a TLV file, an index file, a cyclic file of which one was appended."""
    files = [
        ('DDF1', 0xEF06, [tlv(0x0B, 30, '王淑兰'.encode('gbk')), bytes.fromhex('0C0102'), bytes.fromhex('0D0101')]),
        ('DF02', 0xEF08, ['流感疫苗'.encode('gbk').ljust(20, b'\0') + bytes.fromhex('20251018')] + [bytes(24)] * 9),
        ('DF03', 0xEF05, [b'\xff'] * 3),
    ]
    message = b''
    for directory, fid, records in files:
        content = b''.join(records)
        message += FID[directory].to_bytes(2, 'big') + fid.to_bytes(2, 'big') + len(content).to_bytes(4, 'big') + content
    shown = [{'directoryFid': f'{FID[d]:04X}', 'fid': f'{f:04X}', 'records': r} for d, f, r in files]
    return shown, suite_hash(suite, message)


def personalization_channels():
    for suite in SUITES:
        for master_version in (0, 1):
            slot, version = ('TMK', 1) if master_version == 0 else ('MK.MF', 1)
            master = card_key(suite, slot, version)
            ske, skm = channel(suite, master)
            a = cryptogram(suite, disperse(suite, master, R), R_T)
            iv, commands = bytes(BLOCK[suite]), []
            loads = [(s, v) for s in SLOTS for v in (1, 2)]
            for s, v in loads:
                key = card_key(suite, s, v)
                block1, apdu, iv = write_key(suite, ske, skm, iv, s, v, key)
                commands.append({'slot': s, 'kid': kid(s), 'version': v, 'cardKey': key, 'block1': block1,
                                 'kcv': kcv_enc0(suite, key), 'apdu': apdu, 'lastMacBlock': iv})
            shown, files_digest = example_files(suite)
            digest = key_list_digest(suite, files_digest, loads)
            negative_key = pilot_root('RK1.DDF1', 1)
            negative = cryptogram(suite, disperse(suite, negative_key, R), R_T)
            yield vector(f'master-v{master_version}/{suite}', suite,
                         {'masterKeyVersion': master_version, 'masterKey': master, 'challenge': R, 'terminalRandom': R_T,
                          'keys': [{k: c[k] for k in ('slot', 'kid', 'version', 'cardKey', 'block1')} for c in commands],
                          'files': shown, 'undispersedReadKey': negative_key},
                         {'SKe': ske, 'SKm': skm,
                          'externalAuthenticate': bytes.fromhex('0082000011') + a + R_T + bytes([master_version]),
                          'writeKeys': [{k: c[k] for k in ('slot', 'version', 'kcv', 'apdu')} for c in commands],
                          'macChaining': iv, 'filesDigest': files_digest, 'digest': digest,
                          'endPersonalization': end_personalization(suite, skm, iv, digest),
                          'negativeControl': bytes.fromhex('0082000411') + negative + R_T + b'\x01'})


# --------------------------------------------------------------------------------- security code, certificates

def decimalize(cipher, digits=3):
    """Decimal digits of the hex text first, then A–F as 0–5, left to right: the banks' rule (CVV)."""
    text = cipher.hex().upper()
    return ([c for c in text if c.isdigit()] + [str(int(c, 16) - 10) for c in text if not c.isdigit()])[:digits]


def security_codes():
    for suite in SUITES:
        for i, seed in enumerate(('130101195803129021|20361121|A000000018', 'second', 'third', 'fourth')):
            block = suite_hash(suite, seed.encode())[:16]
            cipher = ecb(suite, pilot_root('CVK', 1), block)
            yield vector(f'{i + 1}/{suite}', suite, {'key': pilot_root('CVK', 1), 'block': block},
                         {'cipher': cipher, 'securityCode': ''.join(decimalize(cipher))})
        for number, expiry, serial in (('130101195803129021', '20361121', 'A000000018'), ('Z139900001', '20461231', 'HB00000001')):
            block = suite_hash(suite, '|'.join((number, expiry, serial)).encode())[:16]
            cipher = ecb(suite, pilot_root('CVK', 1), block)
            yield vector(f'card/{number}/{suite}', suite,
                         {'key': pilot_root('CVK', 1), 'cardNumber': number, 'expiryDate': expiry, 'issueSerial': serial, 'block': block},
                         {'cipher': cipher, 'securityCode': ''.join(decimalize(cipher))})
    # A block none of whose hex digits helps is too rare to meet by a key: the rule itself, on a made cipher text.
    made = bytes.fromhex('ABCDEFABCDEFABCDEFABCDEF7ABCDEFA')
    yield vector('decimalize/second-pass', 'intl-128', {'cipher': made}, {'securityCode': ''.join(decimalize(made))})


CURVES = {  # p, a, gx, gy, b, n
    'intl-128': (0xFFFFFFFF00000001000000000000000000000000FFFFFFFFFFFFFFFFFFFFFFFF, -3,
                 0x6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296,
                 0x4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5,
                 0x5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B,
                 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551),
    'sm-128': (0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF00000000FFFFFFFFFFFFFFFF, -3,
               0x32C4AE2C1F1981195F9904466A39C9948FE30BBFF2660BE1715A4589334C74C7,
               0xBC3736A2F4F6779C59BDCEE36B692153D0A9877CC62A474002DF32E52139F0A0,
               0x28E9FA9E9D9F5E344D5A9E4BCF6509A7F39789F515AB8F92DDBCBD414D940E93,
               0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFF7203DF6B21C6052B53BBF40939D54123),
}


def multiply(suite, scalar, point=None):
    p, a, gx, gy, _, _ = CURVES[suite]

    def add(s, t):
        if s is None or t is None:
            return s or t
        if s[0] == t[0] and (s[1] + t[1]) % p == 0:
            return None
        slope = (3 * s[0] * s[0] + a) * pow(2 * s[1], -1, p) if s == t else (t[1] - s[1]) * pow(t[0] - s[0], -1, p)
        x = (slope * slope - s[0] - t[0]) % p
        return x, (slope * (s[0] - x) - s[1]) % p

    total, step = None, point or (gx, gy)
    while scalar:
        if scalar & 1:
            total = add(total, step)
        step, scalar = add(step, step), scalar >> 1
    return total


def be32(number):
    return number.to_bytes(32, 'big')


def public_key(suite, scalar):
    return b''.join(map(be32, multiply(suite, scalar)))


def sm2_user_digest(public):
    """ZA of GB/T 32918.2, 5.5, under the standard user id."""
    p, a, gx, gy, b, _ = CURVES['sm-128']
    name = b'1234567812345678'
    return suite_hash('sm-128', (8 * len(name)).to_bytes(2, 'big') + name + b''.join(map(be32, (a % p, b, gx, gy))) + public)


def message_digest(suite, public, message):
    """e: H(M) of ECDSA, SM3(ZA ‖ M) of SM2."""
    return suite_hash(suite, (sm2_user_digest(public) if suite == 'sm-128' else b'') + message)


def sign(suite, scalar, nonce, message):
    """r ‖ s with a fixed nonce, so that a vector is repeatable: FIPS 186-5, 6.4.1 and GB/T 32918.2, 6.1."""
    n = CURVES[suite][5]
    e = int.from_bytes(message_digest(suite, public_key(suite, scalar), message), 'big')
    x = multiply(suite, nonce)[0]
    if suite == 'sm-128':
        r = (e + x) % n
        s = pow(1 + scalar, -1, n) * (nonce - r * scalar) % n
    else:
        r = x % n
        s = pow(nonce, -1, n) * (e + r * scalar) % n
    assert r and s and r + nonce != n
    return be32(r) + be32(s)


def cn(digits, size):
    return bytes.fromhex(digits.ljust(2 * size, 'F'))


def certificates():
    for suite in ('intl-128', 'sm-128'):
        key = public_key(suite, int.from_bytes(hashlib.sha256(b'rhc-test/issuer-key').digest(), 'big') >> 8)
        code, name = '1301000000000000000001', '石家庄市卫生健康委员会'
        head = bytes([1, 1 if suite == 'intl-128' else 2])
        issuer = (head + cn(code, 11) + name.encode('gbk').ljust(26, b'\0') + (1).to_bytes(4, 'big')
                  + cn('20261122', 4) + cn('20361121', 4) + b'\x01' + key)
        assert len(issuer) == 116
        yield vector(f'issuer/{suite}', suite,
                     {'type': 'issuer', 'issuerCode': code, 'issuerName': name, 'serial': 1, 'notBefore': '2026-11-22',
                      'notAfter': '2036-11-21', 'keyUsage': 1, 'publicKey': key}, {'toBeSigned': issuer, 'hash': suite_hash(suite, issuer)})
        sam = (head + cn(code, 11) + bytes(range(0x10, 0x1A)) + bytes.fromhex('130101000001') + (2).to_bytes(4, 'big')
               + cn('20261122', 4) + cn('20291121', 4) + b'\x02' + bytes(20) + key)
        assert len(sam) == 126
        yield vector(f'sam/{suite}', suite,
                     {'type': 'sam', 'issuerCode': code, 'samSerial': bytes(range(0x10, 0x1A)), 'terminalNumber': '130101000001',
                      'serial': 2, 'notBefore': '2026-11-22', 'notAfter': '2029-11-21', 'keyUsage': 2, 'publicKey': key},
                     {'toBeSigned': sam, 'hash': suite_hash(suite, sam)})


def scalar_of(label):
    """A test key or nonce of 248 bits: surely below n."""
    return int.from_bytes(hashlib.sha256(label.encode()).digest(), 'big') >> 8


def certificate_chains():
    """Root -> issuer (180) -> SAM (190) -> visit (1639 inpatient, 3013 outpatient bytes), each signed by the one before."""
    for suite in ('intl-128', 'sm-128'):
        root, issuer, sam = (scalar_of(f'rhc-test/{who}-key') for who in ('root', 'issuer', 'sam'))
        head = bytes([1, 1 if suite == 'intl-128' else 2]) + cn('1301000000000000000001', 11)
        dates = cn('20261122', 4) + cn('20361121', 4)
        issuer_tbs = (head + '石家庄市卫生健康委员会'.encode('gbk').ljust(26, b'\0') + (1).to_bytes(4, 'big') + dates + b'\x01'
                      + public_key(suite, issuer))
        sam_tbs = (head + bytes(range(0x10, 0x1A)) + bytes.fromhex('130101000001') + (2).to_bytes(4, 'big') + dates + b'\x02'
                   + bytes(20) + public_key(suite, sam))
        signed = lambda who, scalar, message: sign(suite, scalar, scalar_of(f'rhc-test/{suite}/{who}/nonce'), message)
        visits = {name: bytes((7 * i + 3) & 0xFF for i in range(size)) for name, size in (('inpatient', 1639), ('outpatient', 3013))}
        yield vector(suite, suite,
                     {'rootScalar': be32(root), 'issuerScalar': be32(issuer), 'samScalar': be32(sam),
                      'visitPattern': 'byte i = (7 i + 3) mod 256'},
                     {'rootPublicKey': public_key(suite, root),
                      'issuerCertificate': issuer_tbs + signed('issuer', root, issuer_tbs),
                      'samCertificate': sam_tbs + signed('sam', issuer, sam_tbs),
                      'visits': [{'name': name, 'sizeBytes': len(data), 'hash': message_digest(suite, public_key(suite, sam), data),
                                  'signature': signed(name, sam, data)} for name, data in visits.items()]})


# -------------------------------------------------------------------------------------- what the standards print

def published(name, suite, given, printed, computed):
    """The value that a standard prints stands in the file; that this tool computes the same is asserted here."""
    for member, value in computed.items():
        assert hexed(value) == printed[member], (name, member, hexed(value))
    return vector(name, suite, given, printed)


def block_ciphers():
    key = bytes.fromhex('0123456789ABCDEFFEDCBA9876543210')
    yield published('GB/T 32907-2016, A.1', 'sm-128', {'key': key, 'plain': key, 'rounds': 1},
                    {'cipher': '681EDF34D206965E86B3E94F536E4246'}, {'cipher': ecb('sm-128', key, key)})
    run = Cipher(algorithms.SM4(key), modes.ECB()).encryptor()
    block = key
    for _ in range(1_000_000):
        block = run.update(block)
    yield published('GB/T 32907-2016, A.2', 'sm-128', {'key': key, 'plain': key, 'rounds': 1_000_000},
                    {'cipher': '595298C7C6FD271F0402F804C33D3F66'}, {'cipher': block})
    fips = bytes.fromhex('000102030405060708090A0B0C0D0E0F')
    plain = bytes.fromhex('00112233445566778899AABBCCDDEEFF')
    yield published('FIPS 197, C.1', 'intl-128', {'key': fips, 'plain': plain, 'rounds': 1},
                    {'cipher': '69C4E0D86A7B0430D8CDB78070B4C55A'}, {'cipher': ecb('intl-128', fips, plain)})
    # NIST SP 800-20, table A.1 (variable plaintext): with both halves alike, two-key 3DES is single DES.
    des, first = bytes.fromhex('01' * 16), bytes.fromhex('8000000000000000')
    yield published('NIST SP 800-20, table A.1, round 0', 'pboc-3des', {'key': des, 'plain': first, 'rounds': 1},
                    {'cipher': '95F8A5E5DD31D900'}, {'cipher': ecb('pboc-3des', des, first)})


def hash_values():
    for name, suite, message, printed in (
            ('GB/T 32905-2016, A.1', 'sm-128', b'abc', '66C7F0F462EEEDD9D1F2D46BDC10E4E24167C4875CF2F7A2297DA02B8F4BA8E0'),
            ('GB/T 32905-2016, A.2', 'sm-128', b'abcd' * 16, 'DEBE9FF92275B8A138604889C18E5A4D6FDB70E5387E5765293DCBA39C0C5732'),
            ('FIPS 180, SHA-256 one block', 'intl-128', b'abc', 'BA7816BF8F01CFEA414140DE5DAE2223B00361A396177A9CB410FF61F20015AD')):
        yield published(name, suite, {'message': message}, {'hash': printed}, {'hash': suite_hash(suite, message)})


def signatures():
    d = '3945208F7B2144B13F36E38AC6D39F95889393692860B51A42FB81EF4DF7C5B8'
    k = '59276E27D506861A16680F3AD9C02DCCEF3CC1FA3CDBE4CE6D54B80DEAC1BC21'
    printed = {
        'publicKey': '09F9DF311E5421A150DD7D161E4BC5C672179FAD1833FC076BB08FF356F35020'
                     'CCEA490CE26775A52DC6EA718CC1AA600AED05FBF35E084A6632F6072DA9AD13',
        'userDigest': 'B2E14C5C79C6DF5B85F4FE7ED8DB7A262B9DA7E07CCB0EA9F4747B8CCDA8A4F3',
        'digest': 'F0B43E94BA45ACCAACE692ED534382EB17E6AB5A19CE7B31F4486FDFC0D28640',
        'signature': 'F5A03B0648D2C4630EEAC513E1BB81A15944DA3827D5B74143AC7EACEEE720B3'
                     'B1B6AA29DF212FD8763182BC0D421CA1BB9038FD1F7F42D4840B69C485BBC1AA'}
    public, message = public_key('sm-128', int(d, 16)), b'message digest'
    yield published('GB/T 32918.5-2017, A.2', 'sm-128', {'scalar': d, 'nonce': k, 'message': message}, printed,
                    {'publicKey': public, 'userDigest': sm2_user_digest(public), 'digest': message_digest('sm-128', public, message),
                     'signature': sign('sm-128', int(d, 16), int(k, 16), message)})
    # RFC 6979, A.2.5, P-256 with SHA-256.
    for text, k, r, s in (
            ('sample', 'A6E3C57DD01ABE90086538398355DD4C3B17AA873382B0F24D6129493D8AAD60',
             'EFD48B2AACB6A8FD1140DD9CD45E81D69D2C877B56AAF991C34D0EA84EAF3716',
             'F7CB1C942D657C41D436C7A1B6E29F65F3E900DBB9AFF4064DC4AB2F843ACDA8'),
            ('test', 'D16B6AE827F17175E040871A1C7EC3500192C4C92677336EC2537ACAEE0008E0',
             'F1ABB023518351CD71D881567B1EA663ED3EFCF6C5132B354F28D3B0B7D38367',
             '019F4113742A2B14BD25926B49C649155F267E60D3814B4C0CC84250E46F0083')):
        d = 'C9AFA9D845BA75166B5C215767B1D6934E50C3DB36E89B127B8A622B120F6721'
        printed = {'publicKey': '60FED4BA255A9D31C961EB74C6356D68C049B8923B61FA6CE669622E60F29FB6'
                                '7903FE1008B8BC99A41AE9E95628BC64F2F1B20C2D7E9F5177A3C294D4462299',
                   'signature': r + s}
        public = public_key('intl-128', int(d, 16))
        yield published(f'RFC 6979, A.2.5, {text}', 'intl-128', {'scalar': d, 'nonce': k, 'message': text.encode()}, printed,
                        {'publicKey': public, 'signature': sign('intl-128', int(d, 16), int(k, 16), text.encode())})


# ----------------------------------------------------------------------------------------------------- writing

SOURCE = ('computed by test-vectors/tools/make_vectors.py (Python, cryptography) from CARD.md, KEYS.md and docs/adr/001; '
          'cross-checked by tools/cross_check.mjs (OpenSSL command line)')
PILOT = 'Keys are the public pilot keys: component i = first 16 bytes of SHA-256 of rhc-pilot/S/vN/component-i, XOR of three.'
PRINTED = 'output: as the standard named in id prints it; make_vectors.py computes the same and stops where it does not.'
FILES = [
    ('dispersal', 'dispersal', dispersal, [PILOT, 'output.keys: the key after each factor, in the order of input.factors.',
     'keys-md/*: the cross-check values that KEYS.md prints.', 'No DES parity is set: compare 3DES keys with the parity bits masked.']),
    ('session-keys', 'session-key', session_keys, [PILOT]),
    ('external-authentication', 'external-authentication', external_authentication, [PILOT]),
    ('internal-authentication', 'internal-authentication', internal_authentication, [PILOT, 'The APDU is given without Le.']),
    ('protected-updates', 'protected-update', protected_updates, [PILOT, 'Key version 1, encipher and MAC.']),
    ('mac-only-updates', 'mac-only-update', mac_only_updates, [PILOT, 'Key version 1; WRITE RECORD 84 D2 and ERASE RECORD 84 0C.']),
    ('key-check-values', 'key-check-value', key_check_values, [PILOT, 'ENC0: 3 bytes of one enciphered zero block. CMAC0: 3 bytes of the AES-CMAC of one zero block.']),
    ('personalization-channel', 'personalization-channel', personalization_channels, [
        PILOT, 'All 22 slots, versions 1 and 2, in CARD_KEY_SLOTS order, so that the MAC chain is one of 44 commands.',
        'masterKeyVersion 0: the blank’s transport key. The files are an excerpt that fixes the form of the digest.',
        'Byte 2 (key type) and the tries of block1 are the profile’s numbers; no page prints them.',
        'pboc-3des: the same 16-byte blocks, enciphered as six of 8 bytes; MAC and IV have blocks of 8 bytes (ADR 007).']),
    ('security-code', 'security-code', security_codes, [
        PILOT, 'decimalize is not spelled out in CARD.md; read here as the banks’ rule: decimal digits first, then A–F less 10.',
        'card/*: block = first 16 bytes of the suite’s hash over number|expiry|serial as ASCII; elsewhere an arbitrary 16 bytes.']),
    ('certificates', 'certificate-to-be-signed', certificates, ['The bytes before the signature: ECDSA and SM2 signatures are not repeatable.',
     'Public keys: scalar = SHA-256("rhc-test/issuer-key") >> 8 on P-256 and on the SM2 curve.']),
    ('certificate-chains', 'certificate-chain', certificate_chains, [
        'Root, issuer certificate, SAM certificate and two visits; scalars are SHA-256("rhc-test/<role>-key") >> 8.',
        'Signed with fixed nonces so that the file is repeatable; never do so elsewhere. SM2 with user id 1234567812345678.',
        'hash: e, for SM2 SM3(ZA ‖ M).']),
    ('published-block-ciphers', 'block-cipher', block_ciphers, [PRINTED, 'rounds: the block is enciphered that often.']),
    ('published-hashes', 'hash', hash_values, [PRINTED, 'message: bytes.']),
    ('published-signatures', 'signature', signatures, [
        PRINTED, 'userDigest: ZA. digest: e = SM3(ZA ‖ M). GB/T 32918.5 prints its example with user id 1234567812345678.']),
]


def rendered():
    for name, kind, make, notes in FILES:
        vectors = list(make())
        assert len({v['id'] for v in vectors}) == len(vectors)
        head = {'$schema': './schema/vector-file.schema.json', 'kind': kind, 'source': SOURCE,
                'licence': 'as the project', 'notes': notes, 'count': len(vectors)}
        lines = ',\n'.join('  ' + json.dumps(v, ensure_ascii=False) for v in vectors)
        body = json.dumps(head, ensure_ascii=False, indent=1)[:-2] + ',\n "vectors": [\n' + lines + '\n ]\n}\n'
        assert json.loads(body)['count'] == len(vectors)
        yield HERE / f'{name}.json', body.encode()


def check_pilot(path):
    """Every value of another implementation's file must come out of ours."""
    pilot, suite, compared = json.loads(pathlib.Path(path).read_text()), 'intl-128', 0

    def same(ours, theirs, what):
        nonlocal compared
        compared += 1
        if ours.hex().upper() != theirs:
            raise SystemExit(f'{what}: {ours.hex().upper()} here, {theirs} there')

    same(PROVINCE, pilot['provinceFactor'], 'province factor')
    for entry in pilot['keys']:
        slot, version = entry['slot'], entry['version']
        root, key = pilot_root(slot, version), card_key(suite, slot, version)
        assert len(factors(slot)) == entry['levels'], slot
        for value, name in ((root, 'root'), (key, 'cardKey')):
            same(kcv_enc0(suite, value), entry[f'{name}KcvENC0'], f'{slot} v{version} {name} ENC0')
            same(kcv_cmac0(value), entry[f'{name}KcvCMAC0'], f'{slot} v{version} {name} CMAC0')
    apdus = {v['input']['slot']: v for v in external_authentication() if v['suite'] == suite and v['input']['version'] == 1}
    for entry in pilot['externalAuthentication']:
        same(bytes.fromhex(apdus[entry['slot']]['output']['apdu']), entry['apdu'], f"external {entry['slot']}")
    inner = next(internal_authentication())
    same(bytes.fromhex(inner['output']['answer']), pilot['internalAuthentication']['answer'], 'internal answer')
    same(bytes.fromhex(inner['output']['apdu']), pilot['internalAuthentication']['apdu'], 'internal apdu')
    for entry in pilot['protectedUpdates']:
        header = bytes([0x04, 0xDC, entry['record'], 0x04])
        same(protect(suite, entry['stk'], header, bytes.fromhex(entry['tlv'])), entry['apdu'], 'protected update')
    for entry in pilot['indexFlag']:
        same(protect(suite, entry['stk'], bytes.fromhex(entry['apdu'][:8]), None), entry['apdu'], 'index flag')
    ske, skm = channel(suite, card_key(suite, 'MK.MF', 1))
    same(kcv_enc0(suite, ske), pilot['personalizationChannel']['SKe_kcvENC0'], 'SKe')
    same(kcv_enc0(suite, skm), pilot['personalizationChannel']['SKm_kcvENC0'], 'SKm')
    print(f'{compared} values of {path} agree')


def main():
    if '--pilot' in sys.argv:
        check_pilot(sys.argv[sys.argv.index('--pilot') + 1])
        return
    outputs = dict(rendered())
    if '--check' in sys.argv:
        wrong = [p.name for p, content in outputs.items() if not p.exists() or p.read_bytes() != content]
        print('differs: ' + ', '.join(wrong) if wrong else f'{len(outputs)} files agree')
        raise SystemExit(1 if wrong else 0)
    for path, content in outputs.items():
        path.write_bytes(content)
        print(f"{path.name}: {json.loads(content)['count']} vectors, {len(content)} bytes")


if __name__ == '__main__':
    main()
