#!/usr/bin/env python3
"""Codec vectors, computed by Python's own codecs and calendar; shares no code with card/src/codec.

Run: python3 test-vectors/codec/make_vectors.py   (rewrites the JSON files beside it; the result is always the same)
Sizes and storage classes are typed in here from CARD-FACTS 1.4-1.6, not read from the profile.
"""
import datetime
import json
import pathlib

HERE = pathlib.Path(__file__).parent
LICENCE = "Apache-2.0 (made for this project)"


def text(value, size, encoding="gbk"):
    data = value.encode(encoding)
    assert len(data) <= size
    return data.ljust(size, b"\0").hex().upper()


def cn(digits, size):
    return digits.ljust(size * 2, "F")


def write(name, source, cases):
    count = sum(map(len, cases.values())) if isinstance(cases, dict) else len(cases)
    body = {"source": source, "licence": LICENCE, "count": count, "cases": cases}
    (HERE / name).write_text(json.dumps(body, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


def element(element_id, value, hex_, **more):
    return {"element": element_id, "value": value, "hex": hex_, **more}


gb = {"textEncoding": "gb18030"}
implied = {"decimalPoint": "implied"}
write("elements.json", "Python 3 str.encode('gbk'/'gb18030') and BCD by string operations; layout of CARD-FACTS 1.2, 1.4-1.6", [
    element("name", "王淑兰", text("王淑兰", 30)),
    element("name", "阿依古丽·买买提", text("阿依古丽·买买提", 30)),
    element("name", "张喆", text("张喆", 30)),
    element("name", "赵堃", text("赵堃", 30)),
    # U+4DAE has two bytes in GB 18030-2000; Python's gbk table is the older one without it.
    element("name", "孙䶮", text("孙䶮", 30, "gb18030")),
    element("name", "林㛃", text("林㛃", 30, "gb18030"), options=gb),
    element("name", "𠮷田", text("𠮷田", 30, "gb18030"), options=gb),
    element("name", None, "00" * 30),
    element("address1", "河北省石家庄市正定县曙光镇东杨庄村12号", text("河北省石家庄市正定县曙光镇东杨庄村12号", 100)),
    element("phone1", "0311-00000001", text("0311-00000001", 20)),
    element("idNumber", "130101195803129021", text("130101195803129021", 18)),
    element("securityCode", "042", text("042", 3)),
    element("securityCode", None, "000000"),
    element("cardClass", "1", "31", text="正式卡"),
    element("cardClass", "2", "32", text="临时卡"),
    element("specVersion", "1.0", text("1.0", 4)),
    element("issuerCode", "4012345600000000000000", cn("4012345600000000000000", 11)),
    element("issuerCode", "401234567", cn("401234567", 11)),
    element("issuerCode", None, "FF" * 11),
    element("issuerCertificate", "01" * 180, "01" * 180),
    element("issuerCertificate", None, "00" * 180),
    element("cityCode", "130100", "130100", text="石家庄市"),
    element("cityCode", "131182", "131182", text="深州市"),
    element("issueDate", "2026-11-22", cn(datetime.date(2026, 11, 22).strftime("%Y%m%d"), 4)),
    element("birthDate", "2000-02-29", cn(datetime.date(2000, 2, 29).strftime("%Y%m%d"), 4)),
    element("birthDate", None, "FFFFFFFF"),
    element("sex", "0", "00", text="未知的性别"),
    element("sex", "2", "02", text="女"),
    element("sex", "9", "09", text="未说明的性别"),
    element("sex", None, "FF"),
    element("ethnicGroup", "01", "01", text="汉族"),
    element("ethnicGroup", "56", "56", text="基诺族"),
    element("payment1", "03", "03", text="新型农村合作医疗"),
    element("contactRelation1", "00", "00", text="本人"),
    element("contactRelation1", "99", "99", text="非亲属"),
    element("maritalStatus", "20", "20", text="已婚"),
    element("occupation", "X", text("X", 3), text="军人"),
    element("documentType", "99", "99", text="其他法定有效证件"),
    element("bloodAbo", "4", "04", text="AB型"),
    element("bloodRh", "02", "02", text="RH阴性"),
    element("asthma", True, "01"),
    element("asthma", False, "00"),
    element("asthma", None, "FF"),
    element("immunizationName", "23价肺炎疫苗", text("23价肺炎疫苗", 20)),
    element("immunizationDate", "2024-11-05", "20241105"),
    element("inpatient.admissionCount", "2", cn("2", 2)),
    element("inpatient.transfusion1.volume", "400", cn("400", 2)),
    element("inpatient.days", "0", cn("0", 3)),
    element("inpatient.totalFee", "12.5", cn("12A5", 5)),
    element("inpatient.totalFee", "12", cn("12A0", 5)),
    element("inpatient.totalFee", "0.05", cn("0A05", 5)),
    element("inpatient.totalFee", "9999999.99", "9999999A99"),
    element("inpatient.totalFee", "999999999", "999999999A"),
    element("inpatient.totalFee", "12.5", cn("1250", 5), options=implied),
    element("inpatient.totalFee", "99999999.99", "9999999999", options=implied),
    element("outpatient.drug3.dose", "0.25", cn("0A25", 3)),
    element("outpatient.visitTime", "2025-10-18T08:05:59", datetime.datetime(2025, 10, 18, 8, 5, 59).strftime("%Y%m%d%H%M%S")),
    element("outpatient.drug1.routeCode", "0401", "0401", text="皮下注射"),
    element("outpatient.drug1.formCode", "16", "16", text="注射液（水针剂）、油针剂、混悬针剂"),
    element("inpatient.diagnosis1.anaesthesiaCode", "22", "22", text="硬脊膜外腔阻滞麻醉"),
    element("inpatient.diagnosis1.typeCode", "12", "12", text="主要诊断"),
    element("inpatient.diagnosis1.outcomeCode", "02", "02", text="好转"),
    # Tables that were not found: the code as it stands, without a text.
    element("inpatient.admissionCondition", "2", "2F"),
    element("inpatient.diagnosis1.agreementCode", "01", "01"),
    element("inpatient.fee1.categoryCode", "7", "37"),
    element("outpatient.fee1.categoryCode", "11", "11"),
])

write("foreign.json", "What cards of other issuers may hold (CARD-FACTS 1.2, conflicts 8 and 13; ADR 001 'content after creation')", [
    {"why": "never written after CREATE FILE", "element": "birthDate", "hex": "00000000", "value": None},
    {"why": "never written after CREATE FILE", "element": "cityCode", "hex": "000000", "value": None},
    {"why": "table without code 0", "element": "ethnicGroup", "hex": "00", "value": None},
    {"why": "erased to FF", "element": "name", "hex": "FF" * 30, "value": None},
    {"why": "text padded with FF", "element": "name", "hex": "王五".encode("gbk").hex().upper() + "FF" * 26, "value": "王五"},
    {"why": "garbage after the first 00", "element": "specVersion", "hex": "31003233", "value": "1"},
    {"why": "one digit, left-justified", "element": "payment1", "hex": "3F", "value": "03", "text": "新型农村合作医疗"},
    {"why": "unknown code", "element": "payment1", "hex": "77", "value": "77"},
    {"why": "unknown code in b", "element": "bloodAbo", "hex": "0C", "value": "12"},
    {"why": "city of another province", "element": "cityCode", "hex": "410100", "value": "410100"},
    {"why": "implied decimals, leading zeros", "element": "inpatient.totalFee", "hex": "0000001250", "value": "12.5"},
    {"why": "two decimals after A", "element": "inpatient.totalFee", "hex": "12A50FFFFF", "value": "12.5"},
    {"why": "count with leading zeros", "element": "inpatient.admissionCount", "hex": "0002", "value": "2"},
    {"why": "30 February", "element": "birthDate", "hex": "20000230", "value": None, "fault": True},
    {"why": "nibble B in a date", "element": "birthDate", "hex": "2000B101", "value": None, "fault": True},
    {"why": "digits after padding", "element": "inpatient.days", "hex": "1F2FFF", "value": None, "fault": True},
    {"why": "two points", "element": "inpatient.totalFee", "hex": "1A2A3FFFFF", "value": None, "fault": True},
    {"why": "flag neither 00 nor 01", "element": "asthma", "hex": "02", "value": None, "fault": True},
    {"why": "letters in the security code", "element": "securityCode", "hex": "414243", "value": None, "fault": True},
    {"why": "damaged text", "element": "specVersion", "hex": "31FE3200", "fault": True},
])

write("refused.json", "Rules of CARD.md 'text' and CARD-FACTS 1.2; byte lengths by Python str.encode", [
    {"element": "name", "value": "𠮷田", "code": "TEXT_NOT_ENCODABLE", "rule": "𠮷 U+20BB7"},
    {"element": "name", "value": "林㐀", "code": "TEXT_NOT_ENCODABLE", "rule": "㐀 U+3400"},
    {"element": "name", "value": "价€", "code": "TEXT_NOT_ENCODABLE", "rule": "€ U+20AC"},
    {"element": "name", "value": "王\n兰", "code": "TEXT_NOT_ENCODABLE", "rule": "U+000A"},
    {"element": "name", "value": "王\u0000兰", "code": "TEXT_NOT_ENCODABLE", "rule": "U+0000"},
    {"element": "name", "value": "王\ue000", "code": "TEXT_NOT_ENCODABLE", "rule": "U+E000"},
    {"element": "name", "value": "王\u200b兰", "code": "TEXT_NOT_ENCODABLE", "rule": "U+200B"},
    {"element": "name", "value": "王\ufffd", "code": "TEXT_NOT_ENCODABLE", "rule": "U+FFFD"},
    {"element": "name", "value": "古丽巴哈尔·阿不都克里木吐尔逊江", "code": "TEXT_TOO_LONG",
     "rule": str(len("古丽巴哈尔·阿不都克里木吐尔逊江".encode("gbk")))},
    {"element": "phone1", "value": "1" * 21, "code": "TEXT_TOO_LONG", "rule": "21"},
    {"element": "birthDate", "value": "1900-02-29", "code": "DATE_INVALID"},
    {"element": "birthDate", "value": "20000229", "code": "DATE_INVALID"},
    {"element": "birthDate", "value": "2000-13-01", "code": "DATE_INVALID"},
    {"element": "birthDate", "value": "2000-01-00", "code": "DATE_INVALID"},
    {"element": "outpatient.visitTime", "value": "2025-10-18T24:00:00", "code": "DATE_INVALID"},
    {"element": "outpatient.visitTime", "value": "2025-10-18", "code": "DATE_INVALID"},
    {"element": "sex", "value": "3", "code": "CODE_UNKNOWN"},
    {"element": "sex", "value": "男", "code": "CODE_UNKNOWN"},
    {"element": "ethnicGroup", "value": "57", "code": "CODE_UNKNOWN"},
    {"element": "cityCode", "value": "139999", "code": "CODE_UNKNOWN"},
    {"element": "occupation", "value": "x", "code": "CODE_UNKNOWN"},
    {"element": "issuerCode", "value": "1" * 23, "code": "DIGITS_INVALID"},
    {"element": "issuerCode", "value": "12A", "code": "DIGITS_INVALID"},
    {"element": "issuerCode", "value": "１２", "code": "DIGITS_INVALID"},
    {"element": "securityCode", "value": "1234", "code": "DIGITS_INVALID"},
    {"element": "inpatient.days", "value": "-1", "code": "DIGITS_INVALID"},
    {"element": "inpatient.totalFee", "value": "1.005", "code": "DECIMAL_INVALID"},
    {"element": "inpatient.totalFee", "value": "1e3", "code": "DECIMAL_INVALID"},
    {"element": "inpatient.totalFee", "value": "99999999.99", "code": "DECIMAL_INVALID"},
    {"element": "inpatient.totalFee", "value": ".5", "code": "DECIMAL_INVALID"},
    {"element": "asthma", "value": "true", "code": "VALUE_TYPE_INVALID"},
    {"element": "name", "value": True, "code": "VALUE_TYPE_INVALID"},
    {"element": "issuerCertificate", "value": "0102", "code": "BYTES_INVALID"},
])


def check_character(first17):
    """ISO 7064 MOD 11-2 by its definition (Horner), not by the table of weights."""
    p = 0
    for digit in first17:
        p = (p + int(digit)) * 2 % 11
    return "0123456789X"[(12 - p) % 11]


valid = [body + check_character(body) for body in (
    "13010119580312902", "13010119940229901", "13020120000229900", "13110120261006999", "13010119860117942")
    if datetime.date(int(body[6:10]), int(body[10:12]), 1)]
valid = [number for number in valid if not number.startswith("130101199402299")]  # 1994 has no 29 February
write("id-numbers.json", "GB 11643-1999; check character by the recursive form of ISO 7064 MOD 11-2; the example of GB 11643 (11010519491231002X)", {
    "valid": [{"idNumber": n, "region": n[:6], "birthDate": f"{n[6:10]}-{n[10:12]}-{n[12:14]}",
               "sex": "1" if int(n[16]) % 2 else "2"} for n in valid + ["11010519491231002X"]],
    "invalid": [
        {"idNumber": "110105194912310021", "rule": "check character"},
        {"idNumber": "11010519491231002x", "rule": "17 digits"},
        {"idNumber": "1101051949123100", "rule": "17 digits"},
        {"idNumber": "13010119940229901" + check_character("13010119940229901"), "rule": "calendar"},
        {"idNumber": "", "rule": "17 digits"},
    ],
})


def repertoire():
    """All characters of the BMP that both GBK-era and GB 18030 readers show from one or two bytes, in code point order."""
    import hashlib
    import unicodedata
    lines = []
    for code_point in range(0x20, 0x10000):
        character = chr(code_point)
        if unicodedata.category(character) in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"):
            continue
        # U+20AC: 80 in code page 936, A2E3 in GB 18030. U+1E3F: A8BC only since GB 18030-2005, which Python does not follow.
        if code_point in (0x20AC, 0x1E3F):
            continue
        data = character.encode("gb18030")
        if len(data) <= 2:
            lines.append(f"{code_point:04X} {data.hex().upper()}\n")
    digest = hashlib.sha256("".join(lines).encode("ascii")).hexdigest().upper()
    return [{"encoding": "gbk", "from": "0020", "to": "FFFF", "except": ["20AC", "1E3F"], "characters": len(lines), "sha256": digest}]


write("text-repertoire.json",
      "Python 3 str.encode('gb18030'): SHA-256 over one line 'CODEPOINT BYTES\\n' a character that has one or two bytes", repertoire())
