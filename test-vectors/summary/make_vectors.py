#!/usr/bin/env python3
"""One card and the health summary that stands on it, computed by Python; shares no code with card/src/summary.

Run: python3 test-vectors/summary/make_vectors.py   (rewrites card.json beside it; the result is always the same)
Tags, sizes and offsets are typed in here from CARD-FACTS 1.4 to 1.6, not read from the profile. The holder is invented (ADR 002).
"""
import json
import pathlib

HERE = pathlib.Path(__file__).parent


def text(value, size):
    data = value.encode("gbk")
    assert len(data) <= size
    return data.ljust(size, b"\0")


def cn(digits, size):
    return bytes.fromhex(digits.ljust(size * 2, "F"))


def tlv(tag, value):
    return (bytes([tag, len(value)]) + value).hex().upper()


FF1 = b"\xff"
NONE_CN4 = b"\xff" * 4

files = {
    "DDF1/EF05": [
        tlv(0x01, b"1"), tlv(0x02, text("2.0", 4)), tlv(0x03, text("石家庄市卫健委", 30)), tlv(0x04, cn("1301", 11)),
        tlv(0x05, bytes(180)), tlv(0x06, cn("20261122", 4)), tlv(0x08, text("130101195803129021", 18)),
        tlv(0x09, b"042"), tlv(0x0A, text("HB00000001", 10)), tlv(0x39, bytes.fromhex("130100")),
    ],
    "DDF1/EF06": [
        tlv(0x0B, text("田玉兰", 30)), tlv(0x0C, b"\x02"), tlv(0x0D, b"\x11"), tlv(0x0E, cn("19580312", 4)),
        tlv(0x0F, text("130101195803129021", 18)),
    ],
    "DDF1/EF08": [
        tlv(0x07, cn("20361122", 4)), tlv(0x10, bytes(20)), tlv(0x11, text("0311-00000002", 20)),
        tlv(0x12, b"\x03"), tlv(0x13, FF1), tlv(0x14, b"\x07"),
    ],
    "DF01/EF05": [tlv(0x15, FF1), tlv(0x16, bytes(100)), tlv(0x17, b"\x02"), tlv(0x18, text("样板街1号", 100))],
    "DF01/EF06": [
        tlv(0x19, text("田大山", 30)), tlv(0x1A, b"\x01"), tlv(0x1B, text("0311-00005001", 20)),
        tlv(0x1C, bytes(30)), tlv(0x1D, b"\x97"), tlv(0x1E, bytes(20)),
        tlv(0x1F, bytes(30)), tlv(0x20, FF1), tlv(0x21, bytes(20)),
    ],
    # 77: no code of GB/T 4658 as the data definition lists it.
    "DF01/EF07": [tlv(0x22, b"\x77"), tlv(0x23, b"\x20"), tlv(0x24, text("X", 3))],
    "DF01/EF08": [tlv(0x25, b"\x01"), tlv(0x26, text("130101195803129021", 18)), tlv(0x27, bytes(17)), tlv(0x28, bytes(18))],
    "DF02/EF05": [
        tlv(0x29, b"\x04"), tlv(0x2A, b"\x02"), tlv(0x2B, b"\x01"), tlv(0x2C, b"\x00"),
        *[tlv(tag, FF1) for tag in range(0x2D, 0x36)], tlv(0x36, b"\x01"), tlv(0x37, text("高血压", 40)),
    ],
    "DF02/EF07": [(text("青霉素", 20) + text("皮疹,头晕", 100)).hex().upper(), "00" * 120, "00" * 120],
    "DF02/EF08": [
        (text("流感疫苗", 20) + cn("20251018", 4)).hex().upper(),
        (text("乙肝疫苗", 20) + NONE_CN4).hex().upper(),
        *["00" * 24] * 8,
    ],
    "DF03/EF05": ["FF"] * 3,
    "DF03/EF06": ["FF", "00", "FF", "FF", "FF"],
}

# Outpatient slot 2. Empty: text 00, cn FF; then the fields at their offsets.
ED = bytearray(3267)


def put(offset, data):
    ED[offset:offset + len(data)] = data


put(80, b"\xff" * 7)
put(155, FF1)
for k in range(5):
    put(156 + 125 * k + 55, NONE_CN4)
    put(156 + 125 * k + 116, b"\xff" * 9)
for k in range(10):
    put(781 + 126 * k + 80, b"\xff" * 6)
for k in range(5):
    put(2041 + 91 * k + 50, b"\xff" * 4)
    put(2041 + 91 * k + 80, b"\xff" * 11)
for k in range(3):
    put(2496 + 89 * k + 85, NONE_CN4)
for k in range(10):
    put(2763 + 25 * k + 20, b"\xff" * 5)
put(0, text("样板庄村卫生室", 70))
put(80, cn("20261018080559", 7))
put(155, b"\x07")
put(156 + 125 + 59, text("急性支气管炎", 50))
put(156 + 125 + 109, text("J20.9", 7))
put(2041, text("阿莫西林胶囊", 50))
put(2041 + 50, b"\x19")
put(2041 + 80, cn("0A5", 3))
put(2041 + 89, bytes.fromhex("0001"))
put(3013, b"\x5a" * 64)
files["DF03/ED02"] = [ED.hex().upper()]


def coded(code, zh=None, en=None):
    return {"code": code, "zh": zh, "en": en}


flags = ["asthma", "heartDisease", "cardioCerebrovascular", "epilepsy", "coagulationDisorder", "diabetes", "glaucoma",
         "dialysis", "organTransplant", "organMissing", "prosthesis", "pacemaker"]
expected = {
    "identity": {
        "name": "田玉兰", "sex": coded("2", "女", "Female"), "ethnicGroup": coded("11", "满族", "Man"),
        "birthDate": "1958-03-12", "idNumber": "130101195803129021", "cardNumber": "130101195803129021",
    },
    "card": {
        "class": coded("1", "正式卡", "Formal card"), "specVersion": "2.0", "issuerName": "石家庄市卫健委", "issuerCode": "1301",
        "issuerCertificate": None, "city": coded("130100", "石家庄市", "Shijiazhuang"), "serial": "HB00000001",
        "securityCode": "042", "issueDate": "2026-11-22", "expiryDate": "2036-11-22",
    },
    "contacts": {
        "phones": [None, "0311-00000002"],
        "addresses": [{"type": None, "text": None}, {"type": coded("02", "现居住地址", "Present residence"), "text": "样板街1号"}],
        "persons": [
            {"name": "田大山", "relation": coded("01", "配偶", "Spouse"), "phone": "0311-00005001"},
            {"name": None, "relation": coded("97", "其他亲属", "Other relative"), "phone": None},
            {"name": None, "relation": None, "phone": None},
        ],
    },
    "social": {
        "education": coded("77"), "maritalStatus": coded("20", "已婚", "Married"),
        "occupation": coded("X", "军人", "Military personnel"),
    },
    "documents": {
        "type": coded("01", "居民身份证", "Resident identity card"), "number": "130101195803129021", "ehrNumber": None,
        "ruralSchemeNumber": None,
    },
    "paymentMethods": [
        coded("03", "新型农村合作医疗", "New rural cooperative medical scheme"), None,
        coded("07", "全自费", "Fully self-paid"),
    ],
    "alerts": {
        "bloodAbo": coded("4", "AB型", "AB"), "bloodRh": coded("02", "RH阴性", "Rh negative"),
        "flags": {**{flag: None for flag in flags}, "asthma": True, "heartDisease": False, "pacemaker": True},
        "other": "高血压",
    },
    "allergies": [{"substance": "青霉素", "reaction": "皮疹,头晕"}],
    "immunizations": [{"name": "流感疫苗", "date": "2025-10-18"}, {"name": "乙肝疫苗", "date": None}],
    "visits": {
        "inpatient": [],
        "outpatient": [{
            "slot": 2,
            "visit": {
                "kind": "outpatient", "institutionName": "样板庄村卫生室", "visitTime": "2026-10-18T08:05:59", "payment": "07",
                "diagnoses": [{}, {"name": "急性支气管炎", "code": "J20.9"}],
                "drugs": [{"name": "阿莫西林胶囊", "formCode": "19", "dose": "0.5", "routeCode": "0001"}],
            },
            "codes": {
                "payment": coded("07", "全自费", "Fully self-paid"),
                "drugs[0].formCode": coded("19", "胶囊剂、硬胶囊", "Capsule, hard capsule"),
                "drugs[0].routeCode": coded("0001", "口服", "Oral"),
            },
            "proof": {"signature": "5A" * 64, "certificate": None, "signedBy": None},
        }],
    },
    "irregular": [{"file": "DF01/EF07", "record": None, "element": "education", "bytes": "77"}],
    "warnings": [{
        "file": "DF01/EF07", "record": None, "element": "education", "code": "code-unknown",
        "text": {"zh": "代码不在“文化程度”代码表中", "en": "the code is not in the table “Education”"},
    }],
}

(HERE / "card.json").write_text(
    json.dumps({
        "source": "Python 3 str.encode('gbk') and BCD by string operations; layout of CARD-FACTS 1.4-1.6",
        "licence": "Apache-2.0 (made for this project)",
        "files": [{"file": file, "contents": contents} for file, contents in files.items()],
        "expected": expected,
    }, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
