/** Key slots, from the profile. */
import { nationalProfile, OFF_CARD_KEY_SLOTS, rhcBlank1 } from '@rhc/card/profile';
import { code, hex, speaker, table } from './markdown.mjs';

/** Files that a key opens. @param {string} slot */
function opens(slot) {
  const uses = [];
  for (const file of nationalProfile.files) {
    const rights = [];
    if (file.read.kind === 'key' && file.read.slot === slot) rights.push('R');
    if (file.update.kind === 'key' && file.update.slot === slot) rights.push('U');
    if (file.erase?.kind === 'key' && file.erase.slot === slot) rights.push('E');
    if (file.updateMacSlot === slot) rights.push('M');
    if (rights.length > 0) uses.push(`${file.id} ${rights.join('')}`);
  }
  return uses.join(', ') || '–';
}

/** @param {import('./markdown.mjs').Language} language @returns {readonly string[]} */
export function keysChapter(language) {
  const say = speaker(language);
  return [
    say('## 4 密钥', '## 4 Keys'),
    say(
      `卡上 ${nationalProfile.keySlots.length} 个密钥槽，每槽至多 ${rhcBlank1.maxKeyVersionsPerSlot} 个版本。级数 2：部级根先按省、再按卡分散；级数 1：省级根只按卡分散。「用于」列：R 读，U 更新，E 擦除，M 线路保护。不上卡的密钥：${OFF_CARD_KEY_SLOTS.join('、')}。`,
      `${nationalProfile.keySlots.length} key slots on the card, at most ${rhcBlank1.maxKeyVersionsPerSlot} versions each. Two levels: the national root is dispersed by province, then by card; one level: the provincial root by card only. “Serves”: R read, U update, E erase, M secure messaging. Off the card: ${OFF_CARD_KEY_SLOTS.join(', ')}.`,
    ),
    table(
      [
        say('槽', 'Slot'),
        say('名称', 'Name'),
        'KID',
        say('类型码', 'Type'),
        say('级数', 'Levels'),
        say('次数', 'Tries'),
        'SAM 80DE P1 P2',
        say('用于', 'Serves'),
        say('出处', 'Source'),
      ],
      nationalProfile.keySlots.map((slot) => [
        code(slot.name),
        slot.text[language],
        code(hex(slot.kid, 2)),
        code(hex(slot.typeCode, 2)),
        String(slot.levels),
        slot.maxTries === null ? '–' : String(slot.maxTries),
        slot.samReference === null ? '–' : code(`${hex(slot.samReference.p1, 2)} ${hex(slot.samReference.p2, 2)}`),
        opens(slot.name),
        slot.clause,
      ]),
    ),
  ];
}
