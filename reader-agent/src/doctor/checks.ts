/**
 * What keeps a desk from working, each as a check of its own with its verdict and what to do. The machine comes in as
 * `Machine`, so that every fault can be tried without having it.
 */
import type { Text } from '@rhc/card/errors';

export interface Finding {
  readonly id: string;
  readonly title: Text;
  readonly state: 'good' | 'warn' | 'bad';
  readonly says: Text;
  /** Null when there is nothing to do. */
  readonly next: Text | null;
}

/** What the agent's public status says. */
export interface RunningAgent {
  readonly service: string;
  readonly readers: number;
  readonly pcsc: string;
  readonly audit?: {
    readonly waiting: number;
    readonly damaged: boolean;
    readonly failing: boolean;
    readonly upload: 'none' | 'idle' | 'waiting' | 'refused' | 'gap';
  } | null;
}

export interface Machine {
  readonly platform: 'linux' | 'win32' | 'other';
  /** Socket of the reader service. */
  readonly pcscSocket: string;
  readonly stateFolder: string;
  readonly tokenFile: string;
  readonly port: number;
  readonly pairingOrigins: readonly string[];
  /** Name and address of what must be reached. */
  readonly services: readonly { readonly name: Text; readonly url: string }[];
  connects(socketPath: string): Promise<'yes' | 'absent' | 'refused' | 'forbidden'>;
  /** Mode bits of a file or folder; null: not there. */
  mode(path: string): number | null;
  writable(folder: string): boolean;
  freeBytes(folder: string): number | null;
  /** Answer of whoever listens on the port. */
  whoListens(port: number): Promise<RunningAgent | 'nobody' | 'stranger'>;
  fetchHead(url: string): Promise<{ readonly dateMs: number | null } | null>;
  /** Origins that a browser's managed policies let through; null: no policy file. */
  browserPolicy(): readonly string[] | null;
  now(): number;
}

const OWNER_ONLY = 0o077;
const LEAST_FREE_BYTES = 100 * 1024 * 1024;
const CLOCK_WARN_MS = 60_000;
const CLOCK_BAD_MS = 15 * 60_000;

export type Check = (machine: Machine) => Promise<Finding[]> | Finding[];

const finding = (
  id: string,
  title: readonly [string, string],
  state: Finding['state'],
  says: readonly [string, string],
  next: readonly [string, string] | null = null,
): Finding => ({
  id,
  title: { zh: title[0], en: title[1] },
  state,
  says: { zh: says[0], en: says[1] },
  next: next === null ? null : { zh: next[0], en: next[1] },
});

export const readerService: Check = async (machine) => {
  const title = ['读卡器服务', 'Reader service'] as const;
  if (machine.platform !== 'linux') {
    return [
      finding(
        'reader-service',
        title,
        'warn',
        ['此系统不检查', 'not checked on this system'],
        ['请在“服务”中确认 Smart Card (SCardSvr) 正在运行。', 'Look in Services whether Smart Card (SCardSvr) runs.'],
      ),
    ];
  }
  const answer = await machine.connects(machine.pcscSocket);
  if (answer === 'yes') return [finding('reader-service', title, 'good', ['pcscd 在运行', 'pcscd runs'])];
  if (answer === 'forbidden') {
    return [
      finding(
        'reader-service',
        title,
        'bad',
        ['没有权限连接 pcscd', 'no permission to talk to pcscd'],
        [
          '请在本机图形会话中登录，或安装说明中的 polkit 规则。',
          'Sign in at this machine itself, or install the polkit rule of the package’s README.',
        ],
      ),
    ];
  }
  return [
    finding(
      'reader-service',
      title,
      'bad',
      ['pcscd 没有运行', 'pcscd does not run'],
      ['请执行：sudo systemctl enable --now pcscd.socket', 'Run: sudo systemctl enable --now pcscd.socket'],
    ),
  ];
};

export const portAndReaders: Check = async (machine) => {
  const title = ['本机端口', 'Port'] as const;
  const who = await machine.whoListens(machine.port);
  if (who === 'nobody') {
    return [
      finding(
        'port',
        title,
        'warn',
        [`端口 ${machine.port} 空闲，读卡程序未运行`, `port ${machine.port} is free; the agent does not run`],
        ['请启动：systemctl --user start rhc-agent', 'Start it: systemctl --user start rhc-agent'],
      ),
    ];
  }
  if (who === 'stranger') {
    return [
      finding(
        'port',
        title,
        'bad',
        [`端口 ${machine.port} 被其他程序占用`, `port ${machine.port} is taken by another program`],
        ['请关闭该程序，或在设置中换一个端口。', 'Close that program, or choose another port in the settings.'],
      ),
    ];
  }
  const running = finding('port', title, 'good', ['读卡程序在运行', 'the agent runs']);
  const readers =
    who.readers > 0
      ? finding('readers', ['读卡器', 'Readers'], 'good', [`${who.readers} 个`, `${who.readers} found`])
      : finding(
          'readers',
          ['读卡器', 'Readers'],
          'bad',
          ['没有找到读卡器', 'no reader was found'],
          [
            '请检查读卡器的 USB 线；仍然没有时请安装其驱动（Debian：libccid）。',
            'Check the USB cable; if that does not help install its driver (Debian: libccid).',
          ],
        );
  return [running, readers];
};

export const permissions: Check = ({ mode, writable, stateFolder, tokenFile }) => {
  const title = ['文件权限', 'Permissions'] as const;
  const folder = mode(stateFolder);
  if (folder === null) {
    return [
      finding(
        'permissions',
        title,
        'warn',
        [`${stateFolder} 尚未建立`, `${stateFolder} is not there yet`],
        ['首次启动时自动建立。', 'It is made at the first start.'],
      ),
    ];
  }
  if (!writable(stateFolder)) {
    return [
      finding(
        'permissions',
        title,
        'bad',
        [`${stateFolder} 不可写`, `${stateFolder} cannot be written`],
        ['请把该文件夹交给当前用户。', 'Give that folder to this user.'],
      ),
    ];
  }
  const token = mode(tokenFile);
  if (token !== null && (token & OWNER_ONLY) !== 0) {
    return [
      finding(
        'permissions',
        title,
        'bad',
        ['令牌文件可被他人读取', 'the token file may be read by others'],
        [`请执行：chmod 600 ${tokenFile}`, `Run: chmod 600 ${tokenFile}`],
      ),
    ];
  }
  return [finding('permissions', title, 'good', ['正常', 'as they should be'])];
};

export const disk: Check = ({ freeBytes, stateFolder }) => {
  const free = freeBytes(stateFolder);
  const title = ['磁盘空间', 'Disk space'] as const;
  if (free === null || free >= LEAST_FREE_BYTES) return [finding('disk', title, 'good', ['足够', 'enough'])];
  return [
    finding(
      'disk',
      title,
      'bad',
      ['不足 100 MB，无法保存写卡记录', 'less than 100 MB; the write journal cannot be kept'],
      ['请清理磁盘。', 'Make room on the disk.'],
    ),
  ];
};

export const network: Check = async (machine) => {
  const findings: Finding[] = [];
  for (const { name, url } of machine.services) {
    const asked = machine.now();
    const answer = await machine.fetchHead(url);
    const title = [`网络：${name.zh}`, `Network: ${name.en}`] as const;
    if (answer === null) {
      findings.push(
        finding(
          `network ${url}`,
          title,
          'bad',
          [`${url} 没有应答`, `${url} does not answer`],
          [
            '请检查网线、代理与防火墙；持卡人仍可凭 SAM 离线读卡。',
            'Check cable, proxy and firewall; with a SAM cards are still read.',
          ],
        ),
      );
      continue;
    }
    findings.push(finding(`network ${url}`, title, 'good', ['可以连接', 'reached']));
    if (answer.dateMs !== null) findings.push(clock(answer.dateMs - asked, name));
  }
  return findings;
};

function clock(offMs: number, name: Text): Finding {
  const title = ['时钟', 'Clock'] as const;
  const off = Math.abs(offMs);
  const seconds = Math.round(off / 1000);
  if (off < CLOCK_WARN_MS) return finding('clock', title, 'good', ['准确', 'right']);
  return finding(
    'clock',
    title,
    off < CLOCK_BAD_MS ? 'warn' : 'bad',
    [`与${name.zh}相差 ${seconds} 秒`, `${seconds} s away from ${name.en}`],
    ['请开启自动对时（timedatectl set-ntp true）。', 'Turn automatic time on (timedatectl set-ntp true).'],
  );
}

export const browserPolicy: Check = ({ browserPolicy: read, pairingOrigins }) => {
  const title = ['浏览器策略', 'Browser policy'] as const;
  const allowed = read();
  const missing = pairingOrigins.filter((origin) => !(allowed ?? []).includes(origin));
  if (allowed !== null && missing.length === 0)
    return [finding('browser-policy', title, 'good', ['已下发', 'in place'])];
  const says =
    allowed === null
      ? (['没有策略：首次使用时浏览器会询问一次', 'none: the browser asks once at the first use'] as const)
      : ([`未包含 ${missing.join(', ')}`, `lacks ${missing.join(', ')}`] as const);
  return [
    finding('browser-policy', title, 'warn', says, [
      '信息科可执行：rhc-agent policy --origin https://医院系统 --out 文件夹',
      'IT runs: rhc-agent policy --origin https://the.his --out FOLDER',
    ]),
  ];
};

export const localAudit: Check = async (machine) => {
  const who = await machine.whoListens(machine.port);
  // Said by the check of the port.
  if (who === 'nobody' || who === 'stranger' || who.audit === undefined || who.audit === null) return [];
  const { waiting, damaged, failing, upload } = who.audit;
  const title = ['本机审计', 'Local audit'] as const;
  const on = ['请在读卡程序的“本机审计”页查看。', 'Look at the audit page of the agent.'] as const;
  const says = (state: Finding['state'], zh: string, en: string, next: readonly [string, string] | null = on) => [
    finding('audit', title, state, [zh, en], next),
  ];
  if (failing) {
    return says('bad', '无法写入磁盘', 'cannot be written to the disk', [
      '请检查磁盘空间与状态文件夹的权限。',
      'Check the disk space and the permissions of the state folder.',
    ]);
  }
  if (damaged) return says('bad', '文件曾被改动或损坏', 'the file was altered or damaged');
  if (upload === 'refused') {
    return says(
      'bad',
      '密钥服务拒收：与已上传的不相接',
      'key-service refuses it: it does not follow what was uploaded',
      [
        '请与密钥服务的审计管理员核对；两台电脑不可使用同一编号（RHC_READER_AGENT_ID）。',
        'Compare with the audit administrator of key-service; two machines must not share one RHC_READER_AGENT_ID.',
      ],
    );
  }
  if (upload === 'gap')
    return says('bad', '密钥服务缺少本机已不保留的记录', 'key-service lacks entries that are not kept here any more');
  if (upload === 'waiting') return says('warn', `${waiting} 条等待上传`, `${waiting} entries wait for their upload`);
  return says('good', '完好', 'whole', null);
};

export const CHECKS: readonly Check[] = [
  readerService,
  portAndReaders,
  permissions,
  disk,
  network,
  localAudit,
  browserPolicy,
];

export async function examine(machine: Machine): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const check of CHECKS) findings.push(...(await check(machine)));
  return findings;
}
