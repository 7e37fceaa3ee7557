/** All settings of the agent: one declaration gives defaults, checks, `--help` and the documentation. */
import { defineSettings } from '@rhc/service-shell';

export const agentSettings = defineSettings({
  tlsFolder: {
    kind: 'path',
    env: 'RHC_READER_AGENT_TLS_FOLDER',
    meaning: {
      zh: '双向 TLS 的私钥与证书目录;设置后与密钥服务等一律用证书互认',
      en: 'folder of the TLS key and certificate; with it, services know one another by certificates',
    },
  },
  enrolmentCodeFile: {
    kind: 'path',
    env: 'RHC_READER_AGENT_ENROLMENT_CODE_FILE',
    meaning: {
      zh: '一次性登记码文件(0600),首次启动时用后即删',
      en: 'file with the one-time enrolment code (mode 0600), used and removed at the first start',
    },
  },
  authorityFile: {
    kind: 'path',
    env: 'RHC_READER_AGENT_AUTHORITY_FILE',
    meaning: { zh: '证书机构的证书(PEM),登记时使用', en: "the CA's certificate (PEM), for the enrolment" },
  },
  port: {
    kind: 'port',
    env: 'RHC_READER_AGENT_PORT',
    default: 8103,
    meaning: { zh: '本机接口的端口（只监听回环地址）', en: 'Port of the local API (loopback only)' },
  },
  agentId: {
    kind: 'text',
    env: 'RHC_READER_AGENT_ID',
    default: 'desk-1',
    meaning: { zh: '本读卡程序在发卡系统中的编号', en: 'Name by which card-issuer knows this agent' },
  },
  issuerUrl: {
    kind: 'url',
    env: 'RHC_ISSUER_URL',
    default: 'http://127.0.0.1:8102',
    meaning: { zh: '发卡系统的地址（本程序主动连接）', en: 'Address of card-issuer, which the agent dials' },
  },
  issuerChannel: {
    kind: 'flag',
    env: 'RHC_READER_AGENT_ISSUER_CHANNEL',
    default: true,
    meaning: {
      zh: '是否连接发卡系统（只读卡的诊室可设为 false）',
      en: 'Whether to dial card-issuer (false for a clinic that only reads)',
    },
  },
  mailbox: {
    kind: 'flag',
    env: 'RHC_READER_AGENT_MAILBOX',
    default: true,
    meaning: {
      zh: '读到真卡时是否向发卡系统领取该卡的待办更新与换密钥，并写入卡中',
      en: 'Whether to ask card-issuer for the pending updates and re-keys of a genuine card and to carry them out',
    },
  },
  agentTokenFile: {
    kind: 'path',
    env: 'RHC_AGENT_TOKEN_FILE',
    default: 'var/reader-agent/token',
    meaning: {
      zh: '本机接口的令牌文件；没有时自动生成（权限 0600）。连接发卡系统也出示它',
      en: 'File with the token of the local API, made when missing (mode 0600); card-issuer is shown the same one',
    },
  },
  stateFolder: {
    kind: 'path',
    env: 'RHC_READER_AGENT_STATE_FOLDER',
    default: 'var/reader-agent',
    meaning: {
      zh: '状态文件夹：写卡记录（加密）及其密钥文件（权限 0600）',
      en: 'Folder of the state: the write journal (encrypted) and its key file (mode 0600)',
    },
  },
  visitTrustRootFile: {
    kind: 'path',
    env: 'RHC_READER_AGENT_VISIT_TRUST_ROOT_FILE',
    meaning: {
      zh: '就诊签名的根公钥文件（x ‖ y，128 个十六进制字符）；不设则签名显示为“未核验”',
      en: 'File with the root public key of visit signatures (x ‖ y, 128 hex digits); without it signatures show as not checked',
    },
  },
  keyServiceUrl: {
    kind: 'url',
    env: 'RHC_KEY_SERVICE_URL',
    default: 'http://127.0.0.1:8101',
    meaning: { zh: '密钥服务的地址', en: 'Address of key-service' },
  },
  keyServiceTokenFile: {
    kind: 'path',
    env: 'RHC_KEY_SERVICE_TOKEN_FILE',
    default: 'var/tokens/key-service',
    meaning: { zh: '访问密钥服务所用令牌的文件（权限 0600）', en: 'File with the token for key-service (mode 0600)' },
  },
  keyPolicy: {
    kind: 'text',
    env: 'RHC_READER_AGENT_KEY_POLICY',
    default: 'key-service-first',
    oneOf: ['key-service-first', 'sam-first', 'sam-only', 'key-service-only'],
    meaning: {
      zh: '终端密钥来自何处:密钥服务优先、SAM 优先、只用 SAM、只用密钥服务;优先者不可用时自动改用另一个',
      en: 'Where terminal keys come from; the other one serves when the first cannot',
    },
  },
  samPinFile: {
    kind: 'path',
    env: 'RHC_READER_AGENT_SAM_PIN_FILE',
    meaning: {
      zh: 'SAM PIN 文件(权限 0600);不设则由人在诊室页面输入。只在 SAM 尝试次数完整时自动尝试一次',
      en: 'File with the PIN of the SAM (mode 0600); without it a person enters it at the desk page. Tried by itself only while the SAM has all its tries',
    },
  },
  hotlistKeyFile: {
    kind: 'path',
    env: 'RHC_READER_AGENT_HOTLIST_KEY_FILE',
    meaning: {
      zh: '挂失名单签名公钥文件（算法套件:x ‖ y，如 sm-128:…，128 个十六进制字符；不写套件即 intl-128）；不设则不查名单',
      en: 'File with the public key of the hotlist’s signature (suite:x ‖ y as in sm-128:…, 128 hex digits; no suite means intl-128); without it no list is looked up',
    },
  },
  hotlistStopHours: {
    kind: 'integer',
    env: 'RHC_READER_AGENT_HOTLIST_STOP_HOURS',
    unit: 'h',
    default: 168,
    min: 0,
    max: 8760,
    meaning: {
      zh: '名单超过多少小时就停止服务;0 为不停',
      en: 'Age of the hotlist at which no card is served any more; 0 never stops',
    },
  },
  clockToleranceSeconds: {
    kind: 'integer',
    env: 'RHC_READER_AGENT_CLOCK_TOLERANCE_S',
    unit: 's',
    default: 300,
    min: 0,
    max: 86_400,
    meaning: {
      zh: '本机时钟与服务器（或挂失名单的签发时间）最多相差多少秒；超过则不写卡，读卡结果注明；0 为不检查',
      en: 'How far this machine’s clock may be off the services (or behind the hotlist’s signed time); beyond it nothing is written and readings say so; 0 does not judge',
    },
  },
  portFallback: {
    kind: 'flag',
    env: 'RHC_READER_AGENT_PORT_FALLBACK',
    default: false,
    meaning: {
      zh: '端口被占用时改用 18103、28103、38103 之一(网页的 SDK 会依次查找)',
      en: 'Takes 18103, 28103 or 38103 when the port is in use (the SDK of pages looks for them in turn)',
    },
  },
  pairingOrigins: {
    kind: 'list',
    env: 'RHC_READER_AGENT_PAIRING_ORIGINS',
    default: [] as readonly string[],
    meaning: {
      zh: '允许请求配对的网页来源(逗号分隔的完整来源,如 https://his.example);不设则任何网页都可请求,由人决定',
      en: 'Origins of pages that may ask to be paired (comma-separated, exact, for example https://his.example); when empty every page may ask and a person decides',
    },
  },
  pcscSocket: {
    kind: 'path',
    env: 'PCSCLITE_CSOCK_NAME',
    meaning: {
      zh: 'pcscd 的套接字；不设则用系统的 pcscd',
      en: 'Socket of pcscd; the system’s pcscd when absent',
    },
  },
  heartbeatMs: {
    kind: 'integer',
    env: 'RHC_READER_AGENT_HEARTBEAT_MS',
    unit: 'ms',
    default: 2000,
    min: 100,
    max: 60_000,
    meaning: { zh: '读卡进程心跳的间隔', en: 'Interval of the reader process’s heartbeat' },
  },
  transmitDeadlineMs: {
    kind: 'integer',
    env: 'RHC_READER_AGENT_TRANSMIT_DEADLINE_MS',
    unit: 'ms',
    default: 20_000,
    min: 500,
    max: 120_000,
    meaning: { zh: '一条卡指令最长等待时间', en: 'Longest wait for one card command' },
  },
  leaseMs: {
    kind: 'integer',
    env: 'RHC_READER_AGENT_LEASE_MS',
    unit: 'ms',
    default: 30_000,
    min: 1000,
    max: 600_000,
    meaning: {
      zh: '发卡任务两批指令之间最长占用卡的时间',
      en: 'How long a job may hold a card between two batches',
    },
  },
  production: {
    kind: 'flag',
    env: 'RHC_READER_AGENT_PRODUCTION',
    default: false,
    meaning: {
      zh: '生产环境：配置不安全（无客户端证书、http 地址、无挂失名单、虚拟读卡器等）则拒绝启动',
      en: 'production: refuses to start with unsafe settings (no client certificate, http addresses, no hotlist, virtual readers …)',
    },
  },
  allowInProduction: {
    kind: 'list',
    env: 'RHC_READER_AGENT_ALLOW_IN_PRODUCTION',
    default: [] as readonly string[],
    meaning: {
      zh: '生产环境中仍允许的例外（逗号分隔的规则名，拒绝启动时会列出）',
      en: 'rules that production sets aside all the same (comma-separated; a refused start names them)',
    },
  },
  updateUrl: {
    kind: 'url',
    env: 'RHC_READER_AGENT_UPDATE_URL',
    meaning: {
      zh: '新版本信息的地址；不设则从不检查。只提示，不下载也不安装',
      en: 'where newer versions are announced; without it nothing is asked. Told only, never fetched or installed',
    },
  },
  updateKeyFile: {
    kind: 'path',
    env: 'RHC_READER_AGENT_UPDATE_KEY_FILE',
    meaning: {
      zh: '新版本信息签名的公钥文件（x ‖ y，128 个十六进制字符）；不设则不检查',
      en: 'file with the public key of their signature (x ‖ y, 128 hex digits); without it nothing is asked',
    },
  },
  logFolder: {
    kind: 'path',
    env: 'RHC_READER_AGENT_LOG_FOLDER',
    meaning: {
      zh: '日志文件夹（按天与大小滚动，保留 10 个，不含个人信息）；不设则写到标准输出',
      en: 'Folder of the log (rolls by day and size, 10 files kept, no personal data); standard output when absent',
    },
  },
  logLevel: {
    kind: 'text',
    env: 'RHC_READER_AGENT_LOG_LEVEL',
    default: 'info',
    oneOf: ['trace', 'debug', 'info', 'warn', 'error', 'silent'],
    meaning: { zh: '日志级别', en: 'Log level' },
  },
});
