#!/usr/bin/python3
"""A terminal of a foreign maker: reads a resident health card through PC/SC, written from CARD.md and CARD-FACTS alone.

It shares nothing with the TypeScript of this project: own APDUs, own key derivation from the public pilot keys, own
decoding. If it reads what the issuer wrote, the pages are enough to build against. Reads only; never writes.
Needs Debian's python3-pyscard and python3-cryptography. README.md beside it documents the JSON that it prints.

    /usr/bin/python3 terminal.py --csock var/run/pcscd/pcscd.comm [--reader 0] [--suite intl-128] [--key-version 1]
                                 [--negative-control]

Exit status: 0 all held; 1 something did not hold (`problems` in the JSON says what); 2 no reader, no card, no service.
"""
import argparse
import hashlib
import json
import os
import sys

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

# CARD-FACTS 1.4: (tag, 标志 name, meaning) in record-number order.
TEXT, DIGITS, DATE, CODE, FLAG, RAW = 'text', 'digits', 'date', 'code', 'flag', 'raw'
TLV_FILES = {
    ('DDF1', 'EF05'): [(0x01, '卡的类别', TEXT), (0x02, '规范版本', TEXT), (0x03, '发卡机构名称', TEXT), (0x04, '发卡机构代码', DIGITS),
                       (0x05, '发卡机构证书', RAW), (0x06, '发卡时间', DATE), (0x08, '卡号', TEXT), (0x09, '安全码', TEXT),
                       (0x0A, '发卡序列号', TEXT), (0x39, '应用城市代码', DIGITS)],
    ('DDF1', 'EF06'): [(0x0B, '姓名', TEXT), (0x0C, '性别', CODE), (0x0D, '民族', CODE), (0x0E, '出生日期', DATE), (0x0F, '居民身份证号码', TEXT)],
    ('DDF1', 'EF08'): [(0x07, '卡有效期', DATE), (0x10, '本人电话1', TEXT), (0x11, '本人电话2', TEXT), (0x12, '医疗费用支付方式1', CODE),
                       (0x13, '医疗费用支付方式2', CODE), (0x14, '医疗费用支付方式3', CODE)],
    ('DF01', 'EF05'): [(0x15, '地址类别1', CODE), (0x16, '地址1', TEXT), (0x17, '地址类别2', CODE), (0x18, '地址2', TEXT)],
    ('DF01', 'EF06'): [(0x19 + 3 * n + i, f'{name}{n + 1}', kind) for n in range(3) for i, (name, kind) in
                       enumerate((('联系人姓名', TEXT), ('联系人关系', CODE), ('联系人电话', TEXT)))],
    ('DF01', 'EF07'): [(0x22, '文化程度代码', CODE), (0x23, '婚姻状况代码', CODE), (0x24, '职业代码', TEXT)],
    ('DF01', 'EF08'): [(0x25, '证件类别', CODE), (0x26, '证件号码', TEXT), (0x27, '健康档案编号', TEXT), (0x28, '新农合证(卡)号', TEXT)],
    ('DF02', 'EF05'): [(0x29, 'ABO血型', CODE), (0x2A, 'RH血型', CODE), (0x2B, '哮喘标志', FLAG), (0x2C, '心脏病', FLAG),
                       (0x2D, '心脑血管病', FLAG), (0x2E, '癫痫病', FLAG), (0x2F, '凝血紊乱', FLAG), (0x30, '糖尿病', FLAG),
                       (0x31, '青光眼', FLAG), (0x32, '透析', FLAG), (0x33, '器官移植', FLAG), (0x34, '器官缺失', FLAG),
                       (0x35, '可装卸的义肢', FLAG), (0x36, '心脏起搏器', FLAG), (0x37, '其他医学警示名称', TEXT)],
    ('DF02', 'EF06'): [(0x38, '精神病标志', FLAG)],
}
# CARD-FACTS 3.2: RK1 in DDF1 is 04, RK1 local to DF01–DF03 is 84.
READ_KEYS = {'DDF1': 0x04, 'DF01': 0x84, 'DF02': 0x84, 'DF03': 0x84}
CIPHERS = {'intl-128': algorithms.AES, 'sm-128': algorithms.SM4}


class Held(Exception):
    """The dialogue cannot go on; the message says which command and status word."""


# ---------------------------------------------------------------------------------------------------- cryptography

class Keys:
    """Card keys from the pilot ceremony's public components; one-block dispersal E(K, X ‖ ¬X)."""

    def __init__(self, suite, version, province, card):
        self.suite, self.version, self.province, self.card = suite, version, province, card

    def block(self, key, data):
        run = Cipher(CIPHERS[self.suite](key), modes.ECB()).encryptor()
        return run.update(data) + run.finalize()

    def disperse(self, key, factor):
        return self.block(key, factor + bytes(b ^ 0xFF for b in factor))

    def root(self, slot):
        parts = [hashlib.sha256(f'rhc-pilot/{slot}/v{self.version}/component-{i}'.encode()).digest()[:16] for i in (1, 2, 3)]
        return bytes(a ^ b ^ c for a, b, c in zip(*parts))

    def card_key(self, slot):
        """IRK and RK1 are national: province, then card."""
        return self.disperse(self.disperse(self.root(slot), self.province), self.card)

    def cryptogram(self, key, challenge, random):
        c = self.block(self.disperse(key, challenge), random + bytes(8))
        return bytes(a ^ b for a, b in zip(c[:8], c[8:]))


# ------------------------------------------------------------------------------------------------------- the card

class Card:
    """One connection by the plain winscard calls of pyscard."""

    def __init__(self, wanted):
        from smartcard import scard
        self.scard, self.apdus = scard, 0
        self.context = self.call(scard.SCardEstablishContext(scard.SCARD_SCOPE_USER), 'no PC/SC service')
        readers = self.call(scard.SCardListReaders(self.context, []), 'no reader')
        if wanted.isdigit() and int(wanted) >= len(readers):
            raise Held(f'no reader number {wanted}; there are {readers}')
        chosen = [readers[int(wanted)]] if wanted.isdigit() else [r for r in readers if wanted in r]
        if not chosen:
            raise Held(f'no reader named {wanted}; there are {readers}')
        self.reader, refusal = None, None
        for name in chosen:
            try:
                self.handle, self.protocol = self.call(scard.SCardConnect(
                    self.context, name, scard.SCARD_SHARE_SHARED, scard.SCARD_PROTOCOL_T0 | scard.SCARD_PROTOCOL_T1), f'no card in {name}')
                self.reader = name
                break
            except Held as error:
                refusal = error
        if self.reader is None:
            raise refusal
        status = self.call(scard.SCardStatus(self.handle), 'no status')
        self.atr = bytes(status[3])

    def call(self, answer, what):
        """pyscard answers (code, value…)."""
        code, *values = answer
        if code != self.scard.SCARD_S_SUCCESS:
            raise Held(f'{what}: {self.scard.SCardGetErrorMessage(code)}')
        return values[0] if len(values) == 1 else values

    def transmit(self, command):
        pci = self.scard.SCARD_PCI_T0 if self.protocol == self.scard.SCARD_PROTOCOL_T0 else self.scard.SCARD_PCI_T1
        self.apdus += 1
        answer = bytes(self.call(self.scard.SCardTransmit(self.handle, pci, list(command)), 'the card does not answer'))
        data, status = answer[:-2], int.from_bytes(answer[-2:], 'big')
        if status >> 8 == 0x6C:
            return self.transmit(command[:4] + bytes([status & 0xFF]))
        while status >> 8 == 0x61:
            more, status = self.transmit(bytes([0x00, 0xC0, 0x00, 0x00, status & 0xFF]))
            data += more
        return data, status

    def must(self, command, what):
        data, status = self.transmit(command)
        if status != 0x9000:
            raise Held(f'{what}: {status:04X}')
        return data

    def select(self, fid):
        return self.must(bytes.fromhex('00A4000002' + fid), f'SELECT {fid}')

    def challenge(self):
        return self.must(bytes.fromhex('0084000008'), 'GET CHALLENGE')

    def close(self):
        self.scard.SCardDisconnect(self.handle, self.scard.SCARD_RESET_CARD)
        self.scard.SCardReleaseContext(self.context)


def historical_bytes(atr):
    """ISO 7816-3: T0 gives the number of historical bytes, and the interface bytes stand before them."""
    indicator, position, count = atr[1] >> 4, 2, atr[1] & 0x0F
    while True:
        position += bin(indicator).count('1')
        if not indicator & 8:
            return atr[position:position + count]
        indicator = atr[position - 1] >> 4


# ------------------------------------------------------------------------------------------------------- decoding

def text_of(value):
    return value.split(b'\0')[0].decode('gb18030')


def date_of(value):
    digits = value.hex().upper()
    return None if digits.strip('F') == '' or digits.strip('0') == '' else f'{digits[:4]}-{digits[4:6]}-{digits[6:8]}'


def decode(kind, value):
    if kind == TEXT:
        return text_of(value) or None
    if kind == DATE:
        return date_of(value)
    if kind == DIGITS:
        return value.hex().upper().rstrip('F') or None
    if kind == FLAG:
        return {0: False, 1: True}.get(value[0])
    if kind == CODE:
        return value.hex().upper()
    return value.hex().upper()


def read_tlv(card, fid, elements):
    card.select(fid)
    out = []
    for number, (tag, label, kind) in enumerate(elements, 1):
        record = card.must(bytes([0x00, 0xB2, number, 0x04, 0x00]), f'READ RECORD {number} of {fid}')
        if record[0] != tag or record[1] != len(record) - 2:
            raise Held(f'record {number} of {fid} is {record[:2].hex()}, tag {tag:02X} was due')
        out.append({'record': number, 'tag': f'{tag:02X}', 'label': label, 'hex': record[2:].hex().upper(), 'value': decode(kind, record[2:])})
    return out


def read_cyclic(card, fid, count):
    """Newest first; a record never used is zeros, or not there at all (6A83)."""
    card.select(fid)
    out = []
    for number in range(1, count + 1):
        record, status = card.transmit(bytes([0x00, 0xB2, number, 0x04, 0x00]))
        if status == 0x6A83:
            break
        if status != 0x9000:
            raise Held(f'READ RECORD {number} of {fid}: {status:04X}')
        if any(record):
            out.append(record)
    return out


def read_binary(card, fid, size, offset=0):
    card.select(fid)
    out = b''
    while len(out) < size:
        take, at = min(128, size - len(out)), offset + len(out)
        out += card.must(bytes([0x00, 0xB0, at >> 8, at & 0xFF, take]), f'READ BINARY {fid} at {at}')
    return out


# ------------------------------------------------------------------------------------------------------ the dialogue

def authenticate(card, keys, directory, key=None):
    """EXTERNAL AUTHENTICATE with RK1 of the current directory; `key` other than the card's is the negative control."""
    key = key or keys.card_key(f'RK1.{directory}')
    random = os.urandom(8)
    a = keys.cryptogram(key, card.challenge(), random)
    return card.transmit(bytes([0x00, 0x82, 0x00, READ_KEYS[directory], 0x11]) + a + random + bytes([keys.version]))[1]


def read_card(card, options):
    problems, files, read = [], {}, {}
    factor = historical_bytes(card.atr)[:8]
    result = {'reader': card.reader, 'atr': card.atr.hex().upper(), 'cardFactor': factor.hex().upper(), 'suite': options.suite,
              'keyVersion': options.key_version, 'problems': problems, 'files': files}

    def expect(what, got, wanted):
        if got not in wanted:
            problems.append(f'{what}: {got:04X}')
        return f'{got:04X}'

    card.select('DDF1')
    card.select('EF05')
    city_record = card.must(bytes.fromhex('00B2390005'), 'READ RECORD tag 39')
    if city_record[:2] != b'\x39\x03':
        raise Held(f'tag 39 answered {city_record.hex()}')
    result['cityCode'] = city_record[2:].hex()
    province = (result['cityCode'][:2] + '000000').encode()
    result['provinceFactor'] = province.hex().upper()
    keys = Keys(options.suite, options.key_version, province, factor)

    card.select('EF06')
    result['withoutAuthentication'] = {
        'file': 'DDF1/EF06', 'statusWord': expect('EF06 without authentication', card.transmit(bytes.fromhex('00B2010400'))[1], (0x6982,))}

    card.select('DDF1')
    r1, r2 = os.urandom(8), os.urandom(8)
    answer, status = card.transmit(bytes.fromhex('0088000011') + r1 + r2 + bytes([keys.version]) + b'\x08')
    expected = keys.cryptogram(keys.card_key('IRK.DDF1'), r1, r2)
    result['genuine'] = status == 0x9000 and answer == expected
    result['internalAuthentication'] = {'statusWord': f'{status:04X}'}
    if not result['genuine']:
        problems.append(f'internal authentication: {status:04X}, answer {"differs" if answer else "missing"}')

    if options.negative_control:
        refused = authenticate(card, keys, 'DDF1', keys.root('RK1.DDF1'))
        result['negativeControl'] = {'key': 'RK1.DDF1 undispersed', 'statusWord': f'{refused:04X}'}
        if refused >> 4 != 0x63C:
            problems.append(f'the undispersed root was answered with {refused:04X}, 63Cx was due')

    result['authentications'] = {}
    for directory in ('DDF1', 'DF01', 'DF02', 'DF03'):
        card.select(directory)
        result['authentications'][directory] = expect(f'RK1.{directory}', authenticate(card, keys, directory), (0x9000,))
        if result['authentications'][directory] != '9000':
            continue
        for (place, fid), elements in TLV_FILES.items():
            if place == directory:
                files[f'{place}/{fid}'] = read_tlv(card, fid, elements)
        if directory == 'DDF1':
            length = int.from_bytes(read_binary(card, 'EF07', 2), 'big')
            photo = read_binary(card, 'EF07', min(length, 3072), 2) if 0 < length <= 3072 else b''
            result['photo'] = {'bytes': len(photo), 'sha256': hashlib.sha256(photo).hexdigest(),
                               'jpeg': photo[:3] == b'\xff\xd8\xff' and photo[-2:] == b'\xff\xd9'} if photo else None
        if directory == 'DF02':
            result['allergies'] = [{'substance': text_of(r[:20]), 'reaction': text_of(r[20:120])} for r in read_cyclic(card, 'EF07', 3)]
            result['immunizations'] = [{'name': text_of(r[:20]), 'date': date_of(r[20:24])} for r in read_cyclic(card, 'EF08', 10)]
        if directory == 'DF03':
            result['visitFlags'] = {'inpatient': [r.hex().upper() for r in flags(card, 'EF05', 3)],
                                    'outpatient': [r.hex().upper() for r in flags(card, 'EF06', 5)]}
    for records in files.values():
        read.update({r['label']: r['value'] for r in records})
    result['identity'] = {'name': read.get('姓名'), 'sex': read.get('性别'), 'ethnicGroup': read.get('民族'), 'birthDate': read.get('出生日期'),
                          'identityNumber': read.get('居民身份证号码'), 'cardNumber': read.get('卡号'), 'issueSerial': read.get('发卡序列号'),
                          'issuer': read.get('发卡机构名称'), 'issued': read.get('发卡时间'), 'expires': read.get('卡有效期')}
    result['alerts'] = [r['label'] for r in files.get('DF02/EF05', []) if r['value'] is True]
    result['apdus'] = card.apdus
    return result


def flags(card, fid, count):
    card.select(fid)
    return [card.must(bytes([0x00, 0xB2, n, 0x04, 0x00]), f'READ RECORD {n} of DF03/{fid}') for n in range(1, count + 1)]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--csock', help='socket of pcscd (PCSCLITE_CSOCK_NAME)')
    parser.add_argument('--reader', default='', help='number or part of the name; default: the first with a card')
    parser.add_argument('--suite', default='intl-128', choices=sorted(CIPHERS))
    parser.add_argument('--key-version', type=int, default=1)
    parser.add_argument('--negative-control', action='store_true', help='also try the undispersed root: must give 63Cx')
    options = parser.parse_args()
    if options.csock:
        os.environ['PCSCLITE_CSOCK_NAME'] = os.path.abspath(options.csock)   # read when pyscard loads libpcsclite
    try:
        card = Card(options.reader)
    except Held as error:
        print(json.dumps({'problems': [str(error)]}, ensure_ascii=False))
        return 2
    try:
        result = read_card(card, options)
    except Held as error:
        result = {'problems': [str(error)], 'reader': card.reader, 'atr': card.atr.hex().upper(), 'apdus': card.apdus}
    finally:
        card.close()
    print(json.dumps(result, ensure_ascii=False, indent=1))
    return 1 if result['problems'] else 0


sys.exit(main())
