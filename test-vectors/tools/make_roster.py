#!/usr/bin/python3
"""Makes residents/pilot-roster.csv (GB 18030), residents/pilot-roster.expected.json and the one portrait.

Nobody in the roster exists: docs/adr/002-test-data.md says by what rules the numbers cannot be a person's. The tool is
deterministic: `--check` compares what it would write with what is there. Needs Debian's python3-pil for the portrait.

    /usr/bin/python3 test-vectors/tools/make_roster.py [--check]
"""
import csv
import io
import json
import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent.parent / 'residents'
HEADER = ('姓名,性别,民族,出生日期,证件类别,证件号码,地区代码,户籍地址,现住址,本人电话,联系人姓名,联系人关系,联系人电话,付费方式,'
          'ABO血型,RH血型,警示,其他警示,过敏,免疫,文化程度,婚姻状况,职业,健康档案编号,新农合号,照片').split(',')

# Real names of counties (GB/T 2260); every village, street and number below them is invented.
COUNTIES = {
    '130123': '河北省石家庄市正定县', '130102': '河北省石家庄市长安区', '130104': '河北省石家庄市桥西区',
    '130121': '河北省石家庄市井陉县', '130131': '河北省石家庄市平山县', '130133': '河北省石家庄市赵县',
    '130183': '河北省石家庄市晋州市', '130184': '河北省石家庄市新乐市', '130224': '河北省唐山市滦南县',
    '130283': '河北省唐山市迁安市', '130321': '河北省秦皇岛市青龙满族自治县', '130322': '河北省秦皇岛市昌黎县',
    '130434': '河北省邯郸市魏县', '130481': '河北省邯郸市武安市', '130528': '河北省邢台市宁晋县',
    '130626': '河北省保定市定兴县', '130722': '河北省张家口市张北县', '130826': '河北省承德市丰宁满族自治县',
    '130828': '河北省承德市围场满族蒙古族自治县', '130930': '河北省沧州市孟村回族自治县',
    '131024': '河北省廊坊市香河县', '131028': '河北省廊坊市大厂回族自治县', '131121': '河北省衡水市枣强县',
}
AREA_CODES = {'1301': '0311', '1302': '0315', '1303': '0335', '1304': '0310', '1305': '0319', '1306': '0312',
              '1307': '0313', '1308': '0314', '1309': '0317', '1310': '0316', '1311': '0318', '1399': '0311'}


def identity_number(city, birth, sequence):
    """GB 11643: 6 area ‖ 8 birth ‖ 3 sequence ‖ check. The area is the city's 市辖区 (xx01), which no person is given."""
    body = f"{city}01{birth.replace('-', '')}{sequence:03d}"
    weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]
    return body + '10X98765432'[sum(int(d) * w for d, w in zip(body, weights)) % 11]


def phone(county, serial):
    """Area code and a subscriber number that begins with 0: no exchange can assign it and nobody can dial it."""
    return f"{AREA_CODES[county[:4]]}-0000{serial:04d}"


# name, sex, ethnic group, birth, county, village/street, overrides. The 17th digit of a number is odd for men.
PEOPLE = [
    ('王淑兰', '女', '汉族', '1958-03-12', '130123', '曙光镇东杨庄村12号', dict(
        现住址='河北省石家庄市正定县曙光镇晴川小区3号楼2单元501室', 联系人=('李建国', '配偶'), 付费方式='新农合', ABO血型='A', RH血型='阳性',
        警示='糖尿病;心脏病', 其他警示='高血压二期,服药中', 过敏='青霉素:皮疹伴喉头水肿,休克一次;花粉:过敏性鼻炎',
        免疫='流感疫苗@2025-10-18;23价肺炎疫苗@2024-11-05;新冠疫苗@2021-06-08;新冠疫苗@2021-05-11;破伤风疫苗@2012-07-03',
        文化程度='初中', 婚姻状况='已婚', 职业='5', 照片='photos/pilot-0001.jpg')),
    ('李建国', '男', '汉族', '1956-11-02', '130123', '曙光镇东杨庄村12号', dict(
        联系人=('王淑兰', '配偶'), ABO血型='O', RH血型='阳性', 警示='心脑血管病', 文化程度='高中', 婚姻状况='已婚', 职业='5')),
    ('张喆', '男', '01', '1987-07-21', '130102', '青禾街道和风路88号', dict(
        联系人=('张明远', '父母'), 付费方式='1', ABO血型='B', RH血型='1', 文化程度='本科', 婚姻状况='10', 职业='1',
        过敏='磺胺类药:皮疹')),
    ('赵堃', '男', '汉', '1992-01-30', '130104', '柳溪街道清水巷6号', dict(
        联系人=('赵永福', '5'), 付费方式='城镇职工', ABO血型='4', RH血型='2', 警示='凝血紊乱', 文化程度='研究生',
        婚姻状况='未婚', 职业='1', 免疫='乙肝疫苗@2019-04-15')),
    ('孙䶮', '女', '汉族', '1979-09-09', '130121', '石桥乡上庄村33号', dict(
        联系人=('周国强', '配偶'), ABO血型='AB', RH血型='阴性', 文化程度='中专', 婚姻状况='已婚', 职业='4')),
    ('阿依古丽·买买提', '女', '维吾尔族', '1990-05-16', '130102', '青禾街道和风路102号', dict(
        联系人=('艾力·买买提', '兄弟姐妹'), 付费方式='城镇居民', ABO血型='B', RH血型='阳性', 过敏='海鲜:荨麻疹', 文化程度='本科',
        婚姻状况='未婚', 职业='1')),
    ('周彧', '男', '汉族', '2001-12-25', '130131', '温泉镇北坡村7号', dict(
        联系人=('周大海', '父母'), ABO血型='不详', RH血型='不详', 文化程度='专科', 婚姻状况='未婚', 职业='4')),
    ('吴小满', '女', '汉族', '2026-10-06', '130123', '曙光镇西柳村4号', dict(
        证件类别='出生医学证明', 证件号码='Z139900001', 联系人=('吴海波', '父母'), ABO血型='O', RH血型='阳性',
        免疫='乙肝疫苗@2026-10-06;卡介苗@2026-10-07', 文化程度='', 婚姻状况='', 职业='', 健康档案编号='', 新农合号='')),
    ('冯玉山', '男', '汉族', '1948-02-29', '130133', '梨园镇南街村1号', dict(
        联系人=('冯立', '子'), 付费方式='3', ABO血型='A', RH血型='阳性', 警示='透析;糖尿病;青光眼', 其他警示='动静脉内瘘在左前臂',
        文化程度='小学', 婚姻状况='丧偶', 职业='5', 过敏='碘造影剂:低血压;阿司匹林:胃出血;头孢类:皮疹')),
    ('陈思涵', '女', '汉族', '2021-04-18', '130183', '新桥镇果园村21号', dict(
        证件类别='户口簿', 联系人=('陈磊', '父母'), 付费方式='城镇居民', ABO血型='O', RH血型='阳性', 婚姻状况='10', 职业='', 文化程度='',
        免疫='流脑A+C@2025-04-20;白破疫苗@2024-11-02;脊灰疫苗@2024-05-10;甲肝疫苗@2023-01-15;麻腮风疫苗@2022-10-20;'
             '乙脑疫苗@2022-04-25;百白破疫苗@2021-09-18;百白破疫苗@2021-08-18;卡介苗@2021-04-19;乙肝疫苗@2021-04-18')),
    ('高志强', '男', '汉族', '1983-06-14', '130184', '长河镇杏林村60号', dict(
        证件号码='CHECK', 联系人=('高春梅', '3'), ABO血型='B', RH血型='阳性', 文化程度='技校', 婚姻状况='已婚', 职业='6')),
    ('郑海燕', '女', '汉族', '1975-08-08', '130224', '盐场镇渔湾村18号', dict(
        联系人=('郑浩', '子'), ABO血型='A', RH血型='阳性', 警示='哮喘', 过敏='花生:呼吸困难', 文化程度='初中', 婚姻状况='离婚', 职业='5')),
    ('马建军', '男', '回族', '1969-10-01', '130930', '运河乡马家屯8号', dict(
        联系人=('马秀英', '配偶'), ABO血型='O', RH血型='阳性', 警示='心脏起搏器;心脏病', 文化程度='高中', 婚姻状况='已婚', 职业='4')),
    ('关雪松', '男', '满族', '1995-03-03', '130321', '青山镇前沟村15号', dict(
        联系人=('关文秀', '女'), ABO血型='AB', RH血型='阳性', 文化程度='本科', 婚姻状况='未婚', 职业='X')),
    ('徐偲', '女', '汉族', '1988-12-01', '130322', '海阳镇沙河村9号', dict(
        县='139999', 联系人=('徐宝山', '父母'), ABO血型='A', RH血型='阳性', 文化程度='专科', 婚姻状况='已婚', 职业='3')),
    ('包海日汗', '男', '蒙古族', '1984-07-11', '130828', '牧场乡三号村2号', dict(
        联系人=('白音', '兄弟姐妹'), ABO血型='3', RH血型='1', 文化程度='初中', 婚姻状况='20', 职业='5', 过敏='牛奶:腹泻')),
    ('韩淼', '女', '汉族', '2009-09-19', '130283', '矿山街道育才路40号', dict(
        联系人=('韩磊', '父母'), 付费方式='2', ABO血型='O', RH血型='阳性', 警示='癫痫病', 文化程度='初中', 婚姻状况='未婚', 职业='Y')),
    ('林㛃', '女', '汉族', '1996-02-14', '130434', '漳水镇东街村77号', dict(
        联系人=('林国栋', '父母'), ABO血型='B', RH血型='阳性', 文化程度='本科', 婚姻状况='未婚', 职业='1')),
    ('宋昇', '男', '汉族', '1964-04-04', '130481', '钢城镇西岭村5号', dict(
        联系人=('宋晓禾', '女'), 付费方式='城镇职工', ABO血型='A', RH血型='阴性', 警示='器官移植', 其他警示='肾移植2018年,服免疫抑制剂',
        文化程度='技校', 婚姻状况='已婚', 职业='6', 免疫='流感疫苗@2024-10-22')),
    ('欧阳若琳', '女', '汉族', '1999-11-11', '130528', '纺织街道梧桐路23号', dict(
        联系人=('欧阳德', '祖父母'), ABO血型='O', RH血型='不详', 文化程度='本科', 婚姻状况='未婚', 职业='3')),
    ('古丽巴哈尔·阿不都克里木吐尔逊江', '女', '05', '1986-01-17', '130104', '柳溪街道清水巷19号', dict(
        联系人=('吐尔逊江', '配偶'), ABO血型='A', RH血型='阳性', 文化程度='高中', 婚姻状况='已婚', 职业='4')),
    ('曹守田', '男', '汉族', '1951-05-05', '130626', '桃林镇北庄村14号', dict(
        联系人=('曹军', '子'), 付费方式='贫困救助', ABO血型='O', RH血型='阳性', 警示='可装卸的义肢;器官缺失', 其他警示='左小腿义肢,脾切除',
        文化程度='文盲半文盲', 婚姻状况='丧偶', 职业='5')),
    ('邓雨桐', '女', '汉族', '2003-03-08', '130722', '草原镇风电村3号', dict(
        出生日期='2003-08-03', 联系人=('邓建平', '父母'), ABO血型='B', RH血型='阳性', 文化程度='高中', 婚姻状况='未婚', 职业='Y')),
    ('佟丽华', '女', '11', '1972-02-02', '130826', '潮河镇佟家营村6号', dict(
        联系人=('佟刚', '其他亲属'), ABO血型='1', RH血型='3', 文化程度='中专', 婚姻状况='离婚', 职业='3', 警示='精神病',
        其他警示='遵精神科医嘱')),
    ('许文博', '男', '汉族', '1993-08-23', '131024', '运河街道滨水路11号', dict(
        联系人=('刘倩', '配偶'), 付费方式='商业保险', ABO血型='7', RH血型='阳性', 文化程度='研究生', 婚姻状况='已婚', 职业='1')),
    ('杨金山', '男', '回族', '1966-06-06', '131028', '夏庄镇清真街2号', dict(
        联系人=('杨帆', '子'), ABO血型='B', RH血型='阳性', 过敏='链霉素:耳鸣', 文化程度='初中', 婚姻状况='已婚', 职业='5')),
    ('何秀珍', '女', '汉族', '1944-12-31', '131121', '棉花镇大营村100号', dict(
        联系人=('何桂香', '保姆'), 付费方式='全自费', ABO血型='不详', RH血型='不详', 警示='心脑血管病;青光眼', 文化程度='9', 婚姻状况='30',
        职业='5')),
    ('田浩然', '男', '苗族', '2015-05-30', '130131', '温泉镇东岭村16号', dict(
        联系人=('田丰', '父母'), 付费方式='城镇居民', ABO血型='A', RH血型='阳性', 警示='哮喘', 过敏='鸡蛋:湿疹;尘螨:哮喘发作',
        免疫='流感疫苗@2025-09-30;水痘疫苗@2019-06-01', 文化程度='小学', 婚姻状况='未婚', 职业='')),
    ('崔英爱', '女', '朝鲜族', '1981-10-10', '130121', '石桥乡中庄村5号', dict(
        联系人=('崔哲', '兄弟姐妹'), 付费方式='全公费', ABO血型='AB', RH血型='阳性', 文化程度='本科', 婚姻状况='其他', 职业='0')),
    ('尔古阿呷', '女', '彝族', '1998-08-18', '130283', '矿山街道育才路52号', dict(
        联系人=('尔古木乃', '非亲属'), 付费方式='其他', ABO血型='O', RH血型='阳性', 文化程度='初中', 婚姻状况='未婚', 职业='6')),
]
# data row → (column, reason code of ours, what the sentence must name)
REFUSED = {
    11: ('证件号码', 'check-digit', '校验码 / check digit'),
    15: ('地区代码', 'unknown-county', '139999'),
    18: ('姓名', 'not-encodable', '㛃'),
    21: ('姓名', 'too-long', '32 bytes where 30 fit'),
    23: ('出生日期', 'birth-date-mismatch', '2003-08-03 against 2003-03-08 in the number'),
    25: ('ABO血型', 'unknown-code', '7'),
}


def row_of(index, person):
    name, sex, group, birth, county, place, more = person
    more = dict(more)
    shown = more.pop('县', county)
    contact, relation = more.pop('联系人')
    number = identity_number(county[:4], birth, 900 + 2 * index % 100 + (1 if sex == '男' else 0))
    if more.get('证件号码') == 'CHECK':
        more['证件号码'] = number[:-1] + str((int(number[-1].replace('X', '10')) + 1) % 10)
    address = f'{COUNTIES[county]}{place}'
    row = {
        '姓名': name, '性别': {3: '1', 4: '1', 16: '1', 24: '2'}.get(index, sex), '民族': group, '出生日期': birth,
        '证件类别': '1' if index in (3, 16) else '居民身份证', '证件号码': number, '地区代码': shown, '户籍地址': address,
        '现住址': address, '本人电话': phone(shown, index), '联系人姓名': contact, '联系人关系': relation,
        '联系人电话': phone(shown, 5000 + index), '付费方式': '新农合', '警示': '', '其他警示': '', '过敏': '', '免疫': '',
        '健康档案编号': f'{county}900900{index:05d}', '新农合号': f'{county}9900{index:08d}', '照片': '',
    }
    row.update(more)
    assert set(row) == set(HEADER), set(row) ^ set(HEADER)
    return row


def check_row(index, row):
    """What the card can hold (CARD-FACTS 1.4), so that a row is refused for its own reason and no other."""
    limits = {'姓名': 30, '联系人姓名': 30, '户籍地址': 100, '现住址': 100, '其他警示': 40, '证件号码': 18, '健康档案编号': 17,
              '新农合号': 18, '本人电话': 20, '联系人电话': 20}
    for column, size in limits.items():
        used = len(row[column].encode('gb18030'))
        refused_here = index in REFUSED and REFUSED[index][0] == column
        assert used <= size or refused_here, (index, column, used)
    for pair in filter(None, row['过敏'].split(';')):
        substance, reaction = pair.split(':')
        assert len(substance.encode('gbk')) <= 20 and len(reaction.encode('gbk')) <= 100, (index, pair)
    for pair in filter(None, row['免疫'].split(';')):
        vaccine, date = pair.split('@')
        assert len(vaccine.encode('gbk')) <= 20 and len(date) == 10, (index, pair)
    assert row['过敏'].count(';') < 3 and row['免疫'].count(';') < 10


def portrait():
    """A cartoon face drawn from circles: nobody's. 160 × 200 like the 20 × 25 mm of the card face, ≤ 3072 bytes."""
    from PIL import Image, ImageDraw
    image = Image.new('RGB', (480, 600), 'white')
    draw = ImageDraw.Draw(image)
    draw.ellipse((60, 430, 420, 780), fill='#3b6ea5')          # shoulders
    draw.polygon([(200, 440), (280, 440), (240, 520)], fill='#f4f4f0')
    draw.ellipse((105, 90, 375, 400), fill='#4a4a4a')          # hair
    draw.rectangle((205, 380, 275, 460), fill='#eec39a')       # neck
    draw.ellipse((130, 150, 350, 430), fill='#f3cfa5')         # face
    draw.pieslice((118, 105, 362, 330), 180, 360, fill='#5a5a5a')
    for x in (190, 290):
        draw.ellipse((x - 13, 270, x + 13, 300), fill='#2c2420')
        draw.arc((x - 34, 250, x + 34, 318), 0, 360, fill='#777777', width=5)   # glasses
    draw.line((224, 284, 256, 284), fill='#777777', width=5)
    draw.arc((195, 320, 285, 385), 20, 160, fill='#b04a3a', width=7)            # mouth
    image = image.resize((160, 200), Image.LANCZOS)
    for quality in range(85, 20, -5):
        out = io.BytesIO()
        image.save(out, 'JPEG', quality=quality, optimize=True)
        if len(out.getvalue()) <= 3072:
            return out.getvalue()
    raise SystemExit('the portrait does not fit 3072 bytes')


def main():
    rows = [row_of(i, p) for i, p in enumerate(PEOPLE, 1)]
    assert len(rows) == 30 and len({r['证件号码'] for r in rows}) == 30
    for i, row in enumerate(rows, 1):
        check_row(i, row)
    text = io.StringIO()
    writer = csv.DictWriter(text, HEADER, lineterminator='\r\n')
    writer.writeheader()
    writer.writerows(rows)
    expected = {
        'source': 'invented residents, made by test-vectors/tools/make_roster.py; rules in docs/adr/002-test-data.md',
        'licence': 'as the project',
        'roster': 'pilot-roster.csv', 'encoding': 'GB 18030', 'count': 30,
        'taken': 30 - len(REFUSED), 'refused': len(REFUSED),
        'rows': [dict(row=i, name=r['姓名'], **({'outcome': 'taken'} if i not in REFUSED else {
            'outcome': 'refused', 'field': REFUSED[i][0], 'reason': REFUSED[i][1], 'names': REFUSED[i][2]}))
            for i, r in enumerate(rows, 1)],
    }
    outputs = {
        HERE / 'pilot-roster.csv': text.getvalue().encode('gb18030'),
        HERE / 'pilot-roster.expected.json': (json.dumps(expected, ensure_ascii=False, indent=1) + '\n').encode(),
    }
    if '--check' in sys.argv:
        wrong = [str(p) for p, content in outputs.items() if not p.exists() or p.read_bytes() != content]
        print('differs: ' + ', '.join(wrong) if wrong else f'{len(outputs)} files agree')
        raise SystemExit(1 if wrong else 0)
    outputs[HERE / 'photos' / 'pilot-0001.jpg'] = portrait()   # not compared: a JPEG depends on the encoder's version
    for path, content in outputs.items():
        path.write_bytes(content)
        print(path.relative_to(HERE.parent), len(content), 'bytes')


main()
