/**
 * The errors that a person who runs the emulator can meet, in the shape of the house's one family (code, sentence and
 * next step in zh and en). This room may not import `card/errors`, so the few lines of the shape stand here again; the
 * other rooms tell errors apart by shape and `code`, so `isRhcError` holds for these too.
 */
import type { Text } from '@rhc/card/profile';

interface Definition {
  readonly message: Text;
  readonly nextStep: Text;
}

function define<const T extends Record<string, Definition>>(table: T): Readonly<T> {
  return Object.freeze(table);
}

export const VIRTUAL_CARD_ERRORS = define({
  VIRTUAL_CARD_OFF: {
    message: { zh: '虚拟卡未上电', en: 'The virtual card is not powered' },
    nextStep: { zh: '先给卡上电再发送命令', en: 'Power the card before sending commands' },
  },
  VIRTUAL_CARD_POWER_LOST: {
    message: { zh: '虚拟卡在写入时断电', en: 'The virtual card lost its power while writing' },
    nextStep: { zh: '用同一存储重新建立这张卡', en: 'Make the card again from the same memory' },
  },
  VIRTUAL_CARD_IMAGE_TORN: {
    message: { zh: '卡映像文件不完整或已被改动', en: 'The card image file is torn or was changed' },
    nextStep: {
      zh: '恢复该文件的备份,或删除它后制作新的空白卡',
      en: 'Restore the file, or delete it and make a new blank',
    },
  },
  VIRTUAL_CARD_IMAGE_VERSION: {
    message: { zh: '卡映像文件的版本不受支持', en: 'The version of the card image file is not supported' },
    nextStep: { zh: '删除该文件,制作新的空白卡', en: 'Delete the file and make a new blank' },
  },
  VIRTUAL_CARD_FUSE_MISSING: {
    message: {
      zh: '卡映像所在文件夹缺少存储保护密钥文件 chip-fuse.key',
      en: 'chip-fuse.key is missing beside the card image',
    },
    nextStep: {
      zh: '把 chip-fuse.key 与映像一起复制,或删除映像制作新的空白卡',
      en: 'Copy chip-fuse.key together with the image, or delete the image and make a new blank',
    },
  },
  VIRTUAL_CARD_FUSE_WRONG: {
    message: { zh: '存储保护密钥与卡映像不符', en: 'chip-fuse.key does not belong to this card image' },
    nextStep: {
      zh: '把映像与它自己的 chip-fuse.key 放在同一文件夹',
      en: 'Put the image into the folder of its own chip-fuse.key',
    },
  },
  VIRTUAL_CARD_BLANK_WITHOUT_KEY: {
    message: { zh: '制作空白卡需要传输密钥', en: 'Making a blank needs a transport key' },
    nextStep: {
      zh: '给出 --transport-master pilot(仅限开发)或 --transport-key-file 文件',
      en: 'Give --transport-master pilot (development only) or --transport-key-file FILE',
    },
  },
  VIRTUAL_CARD_OTHER_CHIP: {
    message: { zh: '映像里是另一枚芯片', en: 'The memory holds another chip' },
    nextStep: { zh: '使用另一个映像文件', en: 'Use another image file' },
  },
  VIRTUAL_CARD_OPTION: {
    message: { zh: '命令行选项有误', en: 'A command line option is wrong' },
    nextStep: { zh: '用 --help 查看全部选项', en: 'See all options with --help' },
  },
  VIRTUAL_CARD_CONTROL: {
    message: { zh: '控制命令有误', en: 'The control command is wrong' },
    nextStep: {
      zh: '可用命令:eject、insert、swap 映像、status、tear N before|after',
      en: 'Commands: eject, insert, swap IMAGE, status, tear N before|after',
    },
  },
});
export type VirtualCardErrorCode = keyof typeof VIRTUAL_CARD_ERRORS;

export class VirtualCardError extends Error {
  readonly code: VirtualCardErrorCode;
  readonly text: Text;
  readonly nextStep: Text;
  readonly retriable = false;
  readonly httpStatus = 500;
  /** For the engineer; never a key. */
  readonly detail: string | undefined;

  constructor(code: VirtualCardErrorCode, extra: { readonly detail?: string; readonly cause?: unknown } = {}) {
    const definition: Definition = VIRTUAL_CARD_ERRORS[code];
    super(`${definition.message.en} [${code}]`, extra.cause === undefined ? undefined : { cause: extra.cause });
    this.name = 'RhcError';
    this.code = code;
    this.text = definition.message;
    this.nextStep = definition.nextStep;
    this.detail = extra.detail;
  }

  toBody() {
    return { code: this.code, message: this.text, nextStep: this.nextStep, retriable: this.retriable };
  }

  toJSON() {
    return this.toBody();
  }
}
