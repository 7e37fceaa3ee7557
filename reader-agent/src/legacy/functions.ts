/**
 * The national application interface (CARD-FACTS 8.1, IF12 of 2012-07) as data: each function, its file and its field names
 * in the order of the file's elements. Lengths follow from the elements: characters of text, two for each byte of cn and b.
 */

import type { FileId } from '@rhc/card/profile';
import { nationalProfile } from '@rhc/card/profile';

export interface LegacyFile {
  readonly file: FileId;
  /** Names of the parameters, in the order of the elements. */
  readonly fields: readonly string[];
  readonly writable: boolean;
}

const numbered = (name: string, count: number) => Array.from({ length: count }, (_, i) => `${name}${i + 1}`);

/** By the middle part of the name: `iR_DDF1EF06Info`, `iW_DDF1EF08Info`. */
export const LEGACY_FILES: Readonly<Record<string, LegacyFile>> = Object.freeze({
  DDF1EF05: entry('DDF1/EF05', 'KLB GFBB FKJGMC FKJGDM FKJGZS FKSJ KH AQM XPXLH YYCSDM', false),
  DDF1EF06: entry('DDF1/EF06', 'XM XB MZ CSRQ SFZH', false),
  DDF1EF08: entry('DDF1/EF08', 'KYXQ BRDH1 BRDH2 YLFYZFFS1 YLFYZFFS2 YLFYZFFS3', true),
  DF01EF05: entry('DF01/EF05', 'DZLB1 DZ1 DZLB2 DZ2', true),
  DF01EF06: entry('DF01/EF06', 'LXRXM1 LXRGX1 LXRDH1 LXRXM2 LXRGX2 LXRDH2 LXRXM3 LXRGX3 LXRDH3', true),
  DF01EF07: entry('DF01/EF07', 'WHCD HYZK ZY', true),
  DF01EF08: entry('DF01/EF08', 'ZJLB ZJHM JKDAH XNHZH', true),
  DF02EF05: entry(
    'DF02/EF05',
    'ABOXX RHXX XCBZ XZBBZ XNXGBBZ DXBBZ NXWLBZ TNBBZ QGYBZ TXBZ QGYZBZ QGQSBZ KZXYZBZ XZQBQBZ QTYXJSMC',
    true,
  ),
  DF02EF06: entry('DF02/EF06', 'JSBBZ', true),
});

/** `nRecorderNo` counts from the newest; writing always makes record 1. */
export const LEGACY_LISTS: Readonly<Record<string, LegacyFile>> = Object.freeze({
  DF02EF07: entry('DF02/EF07', 'GMWZMC GMFY', true),
  DF02EF08: entry('DF02/EF08', 'MYJZMC MYJZSJ', true),
});

export const LEGACY_INDEXES: Readonly<Record<string, { readonly file: FileId; readonly fields: readonly string[] }>> =
  Object.freeze({
    DF03EF05: { file: 'DF03/EF05', fields: numbered('ZYJLBS', 3) },
    DF03EF06: { file: 'DF03/EF06', fields: numbered('MZJLBS', 5) },
  });

function entry(file: FileId, names: string, writable: boolean): LegacyFile {
  const fields = names.split(' ');
  const declared = nationalProfile.file(file);
  const count = 'elements' in declared ? declared.elements.length : 0;
  if (fields.length !== count) throw new RangeError(`${file} has ${count} elements, not ${fields.length}`);
  return { file, fields, writable };
}
