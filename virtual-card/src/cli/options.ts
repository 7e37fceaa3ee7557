/** Command line of the emulator, read once into a type; what is wrong is said in one sentence. */
import { parseArgs } from 'node:util';
import type { AlgorithmSuite } from '@rhc/card/profile';
import { SUITE_NAMES } from '../cos/cipher-suite.ts';
import { VirtualCardError } from '../errors.ts';
import { DELAY_MODELS, type DelayModel } from './wire-model.ts';

export interface CliOptions {
  readonly image: string;
  readonly serial: Uint8Array | null;
  readonly transportMaster: 'pilot' | null;
  readonly transportKeyFile: string | null;
  readonly suite: AlgorithmSuite;
  /** What a new image becomes; an image that exists says itself what it is. */
  readonly kind: 'card' | 'sam';
  readonly host: string;
  readonly port: number;
  readonly delayModel: DelayModel;
  readonly control: string | null;
  readonly trace: boolean;
  /** Start with the card beside the reader. */
  readonly ejected: boolean;
}

export const HELP = `虚拟居民健康卡 · Virtual resident health card (${'rhc-blank-1'})

用法 · Usage
  npm run virtual-card -- --image 文件 [选项 · options]

选项 · Options
  --image FILE              卡映像文件,不存在时制作新的空白卡
                            card image file; a new blank is made when it is missing
  --serial HEX12            新空白卡的 6 字节芯片序列号(默认:文件夹中下一个)
                            6-byte chip serial of a new blank (default: the next free one of the folder)
  --transport-master pilot  由公开的试点分量计算新空白卡的传输密钥,仅限开发
                            transport key of a new blank from the public pilot components, development only
  --transport-key-file FILE 新空白卡的传输密钥(32 位十六进制)
                            transport key of a new blank (32 hex digits)
  --kind card|sam           新映像是用户卡还是SAM卡 a new image is a user card or a SAM (card)
  --suite NAME              传输密钥的算法套件 suite of the transport key: ${SUITE_NAMES.join(', ')} (intl-128)
  --host HOST, --port PORT  vpcd 的地址 address of vpcd (127.0.0.1, 35963)
  --delay-model NAME        读写时延模型 wire model: ${DELAY_MODELS.join(', ')} (none)
  --control PATH            控制用 Unix 套接字(标准输入同样有效)
                            Unix socket for control lines (standard input takes them as well)
  --ejected                 启动时卡不在读卡器中 start with the card beside the reader
  --trace                   在标准错误输出打印脱敏的 APDU redacted APDU trace on standard error
  --help                    显示本说明 this text

控制命令 · Control lines(每行一个 JSON 应答 · one JSON answer a line)
  status | eject | insert | swap 映像 IMAGE (1 s) | tear N before|after
`;

/** Null: the person asked for help. */
export function parseOptions(args: readonly string[]): CliOptions | null {
  const values = parseOrRefuse(args);
  if (values.help === true) return null;
  const image = values.image ?? wrong('缺少 --image', '--image FILE is missing');
  const serial = values.serial ?? null;
  if (serial !== null && !/^[0-9A-Fa-f]{12}$/.test(serial)) {
    wrong('--serial 必须是 12 位十六进制数', '--serial must have 12 hex digits');
  }
  const master = values['transport-master'] ?? null;
  if (master !== null && master !== 'pilot') {
    wrong('--transport-master 只支持 pilot', '--transport-master knows only pilot');
  }
  const keyFile = values['transport-key-file'] ?? null;
  if (master !== null && keyFile !== null) {
    wrong(
      '--transport-master 与 --transport-key-file 只能选一',
      'give --transport-master or --transport-key-file, not both',
    );
  }
  return {
    image,
    serial: serial === null ? null : Uint8Array.from(Buffer.from(serial, 'hex')),
    transportMaster: master === null ? null : 'pilot',
    transportKeyFile: keyFile,
    kind: oneOf('--kind', ['card', 'sam'], values.kind ?? 'card'),
    suite: oneOf('--suite', SUITE_NAMES, values.suite ?? 'intl-128'),
    host: values.host ?? '127.0.0.1',
    port: portNumber(values.port ?? '35963'),
    delayModel: oneOf('--delay-model', DELAY_MODELS, values['delay-model'] ?? 'none'),
    control: values.control ?? null,
    trace: values.trace === true,
    ejected: values.ejected === true,
  };
}

function parseOrRefuse(args: readonly string[]) {
  try {
    const text = { type: 'string' } as const;
    const flag = { type: 'boolean' } as const;
    return parseArgs({
      args: [...args],
      options: {
        image: text,
        serial: text,
        'transport-master': text,
        'transport-key-file': text,
        suite: text,
        kind: text,
        host: text,
        port: text,
        'delay-model': text,
        control: text,
        ejected: flag,
        trace: flag,
        help: flag,
      },
    }).values;
  } catch (error) {
    // Node's sentence names the option; an option's value never stands in it but for a stray argument.
    return wrong('无法识别的选项', error instanceof Error ? (error.message.split('. ')[0] ?? '') : 'unknown option');
  }
}

function oneOf<const T extends string>(name: string, allowed: readonly T[], value: string): T {
  const found = allowed.find((entry) => entry === value);
  return found ?? wrong(`${name} 只能是 ${allowed.join('、')}`, `${name} must be one of ${allowed.join(', ')}`);
}

function portNumber(text: string): number {
  const port = Number(text);
  if (!/^[0-9]{1,5}$/.test(text) || port < 1 || port > 65535) {
    wrong('--port 必须是 1 到 65535', '--port must be within 1..65535');
  }
  return port;
}

function wrong(zh: string, en: string): never {
  throw new VirtualCardError('VIRTUAL_CARD_OPTION', { detail: `${zh} · ${en}` });
}
