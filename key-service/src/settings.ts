/** Settings of key-service (one typed manifest; `--help` prints it). */
import { defineSettings } from '@rhc/service-shell';

export const settings = defineSettings({
  host: {
    kind: 'text',
    env: 'RHC_KEY_SERVICE_HOST',
    default: '127.0.0.1',
    meaning: { zh: '监听地址', en: 'address to listen on' },
  },
  port: {
    kind: 'port',
    env: 'RHC_KEY_SERVICE_PORT',
    default: 8101,
    meaning: { zh: '监听端口', en: 'port to listen on' },
  },
  tokenFile: {
    kind: 'path',
    env: 'RHC_KEY_SERVICE_TOKEN_FILE',
    meaning: {
      zh: '其他服务的访问令牌文件(0600);不用 TLS 时必填,用双向 TLS 时可不设(只认证书)',
      en: "file with the other services' bearer token (mode 0600); needed without TLS, best left out with it",
    },
  },
  softHsmConf: {
    kind: 'path',
    env: 'SOFTHSM2_CONF',
    default: 'var/key-service/softhsm2.conf',
    meaning: { zh: 'SoftHSM2 配置文件(指明令牌目录)', en: "SoftHSM2's configuration, which names the token folder" },
  },
  pinFile: {
    kind: 'path',
    env: 'RHC_KEY_SERVICE_PIN_FILE',
    default: 'var/key-service/user.pin',
    meaning: { zh: '令牌用户 PIN 文件(0600)', en: "file with the token's user PIN (mode 0600)" },
  },
  pinSource: {
    kind: 'text',
    env: 'RHC_KEY_SERVICE_PIN_SOURCE',
    default: 'file',
    oneOf: ['file', 'credential', 'prompt'],
    meaning: {
      zh: '令牌 PIN 的来源:文件、systemd 凭据($CREDENTIALS_DIRECTORY)、终端输入',
      en: "where the token's PIN comes from: file, systemd credential ($CREDENTIALS_DIRECTORY), keyboard",
    },
  },
  pinCredential: {
    kind: 'text',
    env: 'RHC_KEY_SERVICE_PIN_CREDENTIAL',
    default: 'hsm-pin',
    meaning: { zh: 'systemd 凭据名', en: 'name of the systemd credential' },
  },
  furtherTokens: {
    kind: 'path',
    env: 'RHC_KEY_SERVICE_FURTHER_TOKENS',
    meaning: {
      zh: '其余令牌的 JSON 文件([{name, label, softHsmConf, pinFile}]),密钥须与首个令牌相同',
      en: 'JSON file of further tokens ([{name, label, softHsmConf, pinFile}]) that hold the same keys',
    },
  },
  samTokenLabel: {
    kind: 'text',
    env: 'RHC_KEY_SERVICE_SAM_TOKEN_LABEL',
    meaning: {
      zh: 'SAM 令牌标签;不设则为令牌标签加 -sam',
      en: "label of the SAM token; without it the token's and -sam",
    },
  },
  samKeyFile: {
    kind: 'path',
    env: 'RHC_KEY_SERVICE_SAM_KEY_FILE',
    meaning: {
      zh: 'SAM 令牌的公钥文件;不设则为 SOFTHSM2_CONF 旁的 sam-token.key',
      en: "file with the SAM token's public key; without it sam-token.key beside SOFTHSM2_CONF",
    },
  },
  samSoftHsmConf: {
    kind: 'path',
    env: 'RHC_KEY_SERVICE_SAM_SOFTHSM2_CONF',
    meaning: {
      zh: 'SAM 令牌的 SoftHSM2 配置;不设则为 SOFTHSM2_CONF 旁的 sam/softhsm2.conf',
      en: "SoftHSM2's configuration for the SAM token; without it sam/softhsm2.conf beside SOFTHSM2_CONF",
    },
  },
  samPinFile: {
    kind: 'path',
    env: 'RHC_KEY_SERVICE_SAM_PIN_FILE',
    meaning: {
      zh: 'SAM 令牌用户 PIN 文件(0600),每次打开时读取;不设则为 SOFTHSM2_CONF 旁的 sam/user.pin',
      en: "file with the SAM token's user PIN (mode 0600), read at each opening; without it sam/user.pin beside SOFTHSM2_CONF",
    },
  },
  samPinSource: {
    kind: 'text',
    env: 'RHC_KEY_SERVICE_SAM_PIN_SOURCE',
    default: 'file',
    oneOf: ['file', 'credential'],
    meaning: {
      zh: 'SAM 令牌 PIN 的来源:文件或 systemd 凭据',
      en: "where the SAM token's PIN comes from: file or systemd credential",
    },
  },
  samPinCredential: {
    kind: 'text',
    env: 'RHC_KEY_SERVICE_SAM_PIN_CREDENTIAL',
    default: 'sam-pin',
    meaning: { zh: 'SAM 令牌 PIN 的 systemd 凭据名', en: "name of the systemd credential with the SAM token's PIN" },
  },
  tokenLabel: {
    kind: 'text',
    env: 'RHC_KEY_SERVICE_TOKEN_LABEL',
    default: 'rhc-pilot',
    meaning: { zh: '令牌标签', en: 'label of the token' },
  },
  database: {
    kind: 'text',
    env: 'RHC_KEY_SERVICE_DATABASE',
    default: 'var/key-service/key-service.sqlite',
    meaning: { zh: 'SQLite 文件,或 postgres:// 地址', en: 'SQLite file or postgres:// address' },
  },
  auditFolder: {
    kind: 'path',
    env: 'RHC_KEY_SERVICE_AUDIT_FOLDER',
    default: 'var/key-service/audit/service',
    meaning: {
      zh: '审计日志的本地目录:缓存、未封批次、最近检查点(每个进程一个)',
      en: 'local folder of the audit log: spool, open batches, last checkpoint (one for each process)',
    },
  },
  rehearsalFolder: {
    kind: 'path',
    env: 'RHC_KEY_SERVICE_REHEARSAL_FOLDER',
    default: 'var/key-service/rehearsal',
    meaning: { zh: '排演用的临时令牌目录', en: 'folder of the scratch tokens of rehearsals' },
  },
  pdfFont: {
    kind: 'path',
    env: 'RHC_PDF_FONT',
    meaning: { zh: 'PDF 中文字体文件', en: 'Chinese font file for PDFs' },
  },
  workers: {
    kind: 'integer',
    env: 'RHC_KEY_SERVICE_WORKERS',
    default: 2,
    min: 1,
    max: 32,
    meaning: { zh: 'HSM 工作进程数', en: 'number of HSM worker processes' },
  },
  ceremony: {
    kind: 'text',
    env: 'RHC_KEY_SERVICE_CEREMONY',
    default: 'pilot',
    meaning: { zh: '密钥由哪个仪式建立', en: 'ceremony that made the keys' },
  },
  tls: {
    kind: 'flag',
    env: 'RHC_KEY_SERVICE_TLS',
    default: false,
    meaning: {
      zh: '双向 TLS;服务证书由自己的证书机构签发',
      en: "mutual TLS; the service's certificate comes from its own authority",
    },
  },
  tlsFolder: {
    kind: 'path',
    env: 'RHC_KEY_SERVICE_TLS_FOLDER',
    default: 'var/key-service/tls',
    meaning: { zh: 'TLS 私钥与证书的目录', en: 'folder of the TLS key and certificate' },
  },
  serverNames: {
    kind: 'list',
    env: 'RHC_KEY_SERVICE_NAMES',
    default: [] as readonly string[],
    meaning: {
      zh: '除回环地址外,客户端访问本服务所用的主机名或 IP',
      en: 'host names and addresses by which clients reach this service, beside loopback',
    },
  },
  publicUrl: {
    kind: 'url',
    env: 'RHC_KEY_SERVICE_PUBLIC_URL',
    meaning: {
      zh: '浏览器访问控制台的地址(通行密钥与之绑定);默认 localhost 与监听端口',
      en: 'address of the console as browsers know it (passkeys are bound to it); localhost and the port by default',
    },
  },
  allowPlainHttp: {
    kind: 'text',
    env: 'RHC_KEY_SERVICE_ALLOW_PLAIN_HTTP',
    oneOf: ['loopback'],
    meaning: {
      zh: '生产环境中仍允许回环地址上不用 TLS 时,写 loopback',
      en: '`loopback`: production without TLS all the same, on a loopback address',
    },
  },
  demoOperators: {
    kind: 'path',
    env: 'RHC_KEY_SERVICE_DEMO_OPERATORS',
    meaning: {
      zh: '演示操作员令牌文件的目录(生产环境拒绝)',
      en: 'folder of token files for demonstration operators (refused in production)',
    },
  },
  firstOperatorsFile: {
    kind: 'path',
    env: 'RHC_KEY_SERVICE_FIRST_OPERATORS_FILE',
    meaning: {
      zh: '首次启动且尚无操作员时,把首任系统管理员与安全管理员的登记码写入此文件(0600)',
      en: 'with no operator yet, the enrolment codes of the first system and security administrator are written here (0600)',
    },
  },
  sessionIdleMinutes: {
    kind: 'integer',
    env: 'RHC_KEY_SERVICE_SESSION_IDLE_MINUTES',
    unit: 'min',
    default: 15,
    min: 1,
    max: 120,
    meaning: { zh: '会话闲置多久后结束', en: 'a session ends when idle for so long' },
  },
  sessionHours: {
    kind: 'integer',
    env: 'RHC_KEY_SERVICE_SESSION_HOURS',
    unit: 'h',
    default: 8,
    min: 1,
    max: 24,
    meaning: { zh: '会话最长时间', en: 'a session ends at the latest after so long' },
  },
  serviceRequestsPerSecond: {
    kind: 'integer',
    env: 'RHC_KEY_SERVICE_SERVICE_REQUESTS_PER_SECOND',
    unit: '1/s',
    default: 20_000,
    min: 1,
    max: 1_000_000,
    meaning: { zh: '每个服务每秒的请求上限', en: 'requests a second of one service' },
  },
  terminalRequestsPerSecond: {
    kind: 'integer',
    env: 'RHC_KEY_SERVICE_TERMINAL_REQUESTS_PER_SECOND',
    unit: '1/s',
    default: 100,
    min: 1,
    max: 1_000_000,
    meaning: { zh: '每个终端(诊室、SAM)每秒的请求上限', en: 'requests a second of one terminal (clinic desk, SAM)' },
  },
  operatorRequestsPerSecond: {
    kind: 'integer',
    env: 'RHC_KEY_SERVICE_OPERATOR_REQUESTS_PER_SECOND',
    unit: '1/s',
    default: 50,
    min: 1,
    max: 100_000,
    meaning: {
      zh: '每个操作员每秒的请求上限;未登录者合用一份',
      en: 'requests a second of one operator; whoever is not signed in shares one such allowance',
    },
  },
  production: {
    kind: 'flag',
    env: 'RHC_KEY_SERVICE_PRODUCTION',
    default: false,
    meaning: { zh: '生产环境:拒绝试点仪式与软令牌', en: 'production: refuses the pilot ceremony and soft tokens' },
  },
  allowSoftToken: {
    kind: 'text',
    env: 'RHC_KEY_SERVICE_ALLOW_SOFT_TOKEN',
    meaning: {
      zh: '生产环境中仍允许的软令牌型号名',
      en: 'soft token model that production allows all the same, by name',
    },
  },
  fontFile: {
    kind: 'path',
    env: 'RHC_KEY_SERVICE_FONT_FILE',
    default: '/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc',
    meaning: { zh: '打印用中文字体(Noto Sans CJK)', en: 'font of printed Chinese (Noto Sans CJK)' },
  },
  logLevel: {
    kind: 'text',
    env: 'RHC_LOG_LEVEL',
    default: 'info',
    oneOf: ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'],
    meaning: { zh: '日志级别', en: 'level of the log' },
  },
});
