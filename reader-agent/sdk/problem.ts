/** What went wrong, as one sentence for the clerk and one for whoever helps: the agent's own refusals and the browser's. */
export interface Text {
  readonly zh: string;
  readonly en: string;
}

export class RhcProblem extends Error {
  readonly code: string;
  readonly text: Text;
  readonly nextStep: Text;
  /** HTTP status of the agent's answer; 0 when none came. */
  readonly status: number;

  constructor(code: string, text: Text, nextStep: Text, status = 0) {
    super(`${text.zh}${nextStep.zh}`);
    this.name = 'RhcProblem';
    this.code = code;
    this.text = text;
    this.nextStep = nextStep;
    this.status = status;
  }
}

const TEXTS = {
  INSECURE_CONTEXT: [
    '本页不是安全页面(http),浏览器不让它访问读卡程序。',
    'This page is not secure (http); the browser keeps it from the reader agent.',
    '请信息科把网站改为 https,或用浏览器策略把本站列为安全来源。',
    'Ask IT to serve the site over https, or to list it as a secure origin by browser policy.',
  ],
  IFRAME_NOT_ALLOWED: [
    '本页嵌在另一个页面里,外层页面没有准许它访问读卡程序。',
    'This page is framed by another one that does not let it reach the reader agent.',
    '请在 iframe 标签上加 allow="loopback-network; local-network-access"。',
    'Add allow="loopback-network; local-network-access" to the iframe tag.',
  ],
  PERMISSION_DENIED: [
    '浏览器已禁止本站访问本机程序。',
    'The browser was told to keep this site from programs on this computer.',
    '请点地址栏左侧图标,把“本机网络/本地网络”改为“允许”,然后刷新。',
    'Click the icon left of the address, allow “apps on device / local network”, and reload.',
  ],
  PERMISSION_PENDING: [
    '浏览器正在询问是否允许访问本机程序。',
    'The browser asks whether this site may reach programs on this computer.',
    '请在浏览器弹出的提示中点“允许”,再试一次。',
    'Choose “Allow” in the browser’s prompt and try again.',
  ],
  CSP_BLOCKED: [
    '本网站的内容安全策略(CSP)挡住了读卡程序。',
    'This site’s content security policy (CSP) blocks the reader agent.',
    '请网站开发者在 connect-src 中加入 http://127.0.0.1:* ws://127.0.0.1:*。',
    'Ask the site’s developer to add http://127.0.0.1:* ws://127.0.0.1:* to connect-src.',
  ],
  ORIGIN_NOT_ALLOWED: [
    '读卡程序在运行,但不接受本网站。',
    'The reader agent runs but does not accept this site.',
    '请信息科把本站来源加入读卡程序的配对名单。',
    'Ask IT to add this site’s origin to those that may be paired with the agent.',
  ],
  AGENT_NOT_RUNNING: [
    '没有找到读卡程序。',
    'The reader agent was not found.',
    '请启动“居民健康卡读卡程序”后再试。',
    'Start the reader agent and try again.',
  ],
  PAIRING_CANCELLED: ['没有输入配对码。', 'No pairing code was given.', '需要读卡时请再试。', 'Try again when needed.'],
  ANSWER_UNREADABLE: [
    '读卡程序的应答无法读懂。',
    'The answer of the reader agent cannot be read.',
    '请重试;若再次出现,请告知管理员。',
    'Try again; if it comes back, tell the administrator.',
  ],
} as const satisfies Record<string, readonly [string, string, string, string]>;

export type ProblemCode = keyof typeof TEXTS;

export function problem(code: ProblemCode): RhcProblem {
  const [zh, en, nextZh, nextEn] = TEXTS[code];
  return new RhcProblem(code, { zh, en }, { zh: nextZh, en: nextEn });
}

export async function problemOf(answer: Response): Promise<RhcProblem> {
  try {
    const { error } = (await answer.json()) as { error: { code: string; message: Text; nextStep: Text } };
    return new RhcProblem(error.code, error.message, error.nextStep, answer.status);
  } catch {
    return problem('ANSWER_UNREADABLE');
  }
}
