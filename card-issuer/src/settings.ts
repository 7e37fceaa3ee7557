/** Settings of card-issuer: one declaration gives defaults, checks, `--help` and the documentation. */
import { defineSettings } from '@rhc/service-shell';

export const issuerSettings = defineSettings({
  tlsFolder: {
    kind: 'path',
    env: 'RHC_ISSUER_TLS_FOLDER',
    meaning: {
      zh: '双向 TLS 的私钥与证书目录;设置后与密钥服务等一律用证书互认',
      en: 'folder of the TLS key and certificate; with it, services know one another by certificates',
    },
  },
  enrolmentCodeFile: {
    kind: 'path',
    env: 'RHC_ISSUER_ENROLMENT_CODE_FILE',
    meaning: {
      zh: '一次性登记码文件(0600),首次启动时用后即删',
      en: 'file with the one-time enrolment code (mode 0600), used and removed at the first start',
    },
  },
  authorityFile: {
    kind: 'path',
    env: 'RHC_ISSUER_AUTHORITY_FILE',
    meaning: { zh: '证书机构的证书(PEM),登记时使用', en: "the CA's certificate (PEM), for the enrolment" },
  },
  production: {
    kind: 'flag',
    env: 'RHC_ISSUER_PRODUCTION',
    default: false,
    meaning: { zh: '生产环境:没有双向 TLS 不启动', en: 'production: does not start without mutual TLS' },
  },
  training: {
    kind: 'flag',
    env: 'RHC_ISSUER_TRAINING',
    default: false,
    meaning: {
      zh: '培训模式:数据库只供培训,页面与打印件都带标记',
      en: 'training: a database for training only; every page and print says so',
    },
  },
  allowPlainHttp: {
    kind: 'text',
    env: 'RHC_ISSUER_ALLOW_PLAIN_HTTP',
    oneOf: ['loopback'],
    meaning: {
      zh: '生产环境中仍允许回环地址上不用 TLS 时,写 loopback',
      en: '`loopback`: production without TLS all the same, on a loopback address',
    },
  },
  serverNames: {
    kind: 'list',
    env: 'RHC_ISSUER_NAMES',
    default: [] as readonly string[],
    meaning: {
      zh: '除回环地址外,客户端访问本服务所用的主机名或 IP',
      en: 'host names and addresses by which clients reach this service, beside loopback',
    },
  },
  host: {
    kind: 'text',
    env: 'RHC_ISSUER_HOST',
    default: '127.0.0.1',
    meaning: { zh: '监听地址', en: 'Address to listen on' },
  },
  port: {
    kind: 'port',
    env: 'RHC_ISSUER_PORT',
    default: 8102,
    meaning: { zh: '监听端口', en: 'Port to listen on' },
  },
  database: {
    kind: 'text',
    env: 'RHC_ISSUER_DATABASE',
    default: 'var/card-issuer/card-issuer.sqlite',
    meaning: {
      zh: '数据库：SQLite 文件路径，或 postgres:// 地址（口令放在 PGPASSFILE）',
      en: 'Database: path of a SQLite file, or a postgres:// address (password in PGPASSFILE)',
    },
  },
  tokenFile: {
    kind: 'path',
    env: 'RHC_ISSUER_TOKEN_FILE',
    default: 'var/tokens/card-issuer',
    meaning: { zh: '操作员令牌文件（权限 0600）', en: "File with the operator's token (mode 0600)" },
  },
  usersFile: {
    kind: 'text',
    env: 'RHC_ISSUER_USERS_FILE',
    default: '',
    meaning: {
      zh: '用户登记文件（JSON：编号、姓名、角色、令牌的 SHA-256；权限 0600）；空 = 只有服务令牌',
      en: 'Register of users (JSON: id, name, roles, SHA-256 of the token; mode 0600); empty = the service token only',
    },
  },
  agentTokenFile: {
    kind: 'path',
    env: 'RHC_AGENT_TOKEN_FILE',
    default: 'var/tokens/reader-agent',
    meaning: { zh: '读卡器代理令牌文件（权限 0600）', en: 'File with the token that agents present (mode 0600)' },
  },
  agentPath: {
    kind: 'text',
    env: 'RHC_ISSUER_AGENT_PATH',
    default: '/v1/agent',
    meaning: { zh: '读卡器代理连接的 WebSocket 路径', en: 'WebSocket path that agents dial' },
  },
  keyServiceUrl: {
    kind: 'url',
    env: 'RHC_KEY_SERVICE_URL',
    default: 'http://127.0.0.1:8101',
    meaning: { zh: '密钥服务地址', en: 'Address of key-service' },
  },
  keyServiceTokenFile: {
    kind: 'path',
    env: 'RHC_KEY_SERVICE_TOKEN_FILE',
    default: 'var/tokens/key-service',
    meaning: { zh: '密钥服务令牌文件（权限 0600）', en: 'File with the token of key-service (mode 0600)' },
  },
  issuerName: {
    kind: 'text',
    env: 'RHC_ISSUER_NAME',
    default: '石家庄市卫生健康委员会',
    meaning: { zh: '发卡机构名称（写入卡内，最长 30 字节）', en: 'Name of the issuer on the card, 30 bytes at most' },
  },
  issuerCode: {
    kind: 'text',
    env: 'RHC_ISSUER_CODE',
    default: '1301000000000000000001',
    meaning: {
      zh: '发卡机构代码（最长 22 位数字），须为密钥服务的密钥体系中的机构',
      en: "Code of the issuer on the card, 22 digits at most; an issuer of key-service's hierarchy",
    },
  },
  cityCode: {
    kind: 'text',
    env: 'RHC_ISSUER_CITY_CODE',
    default: '130100',
    meaning: { zh: '应用城市代码（GB/T 2260，6 位）', en: 'City code on the card (GB/T 2260, 6 digits)' },
  },
  validityYears: {
    kind: 'integer',
    env: 'RHC_ISSUER_VALIDITY_YEARS',
    default: 10,
    min: 1,
    max: 50,
    unit: 'years',
    meaning: { zh: '卡有效期', en: 'Validity of a card' },
  },
  suspensionHours: {
    kind: 'integer',
    env: 'RHC_ISSUER_SUSPENSION_HOURS',
    default: 168,
    min: 1,
    max: 8760,
    unit: 'hours',
    meaning: { zh: '口头（临时）挂失的有效时间', en: 'How long a temporary loss holds' },
  },
  replacementFeeFen: {
    kind: 'integer',
    env: 'RHC_ISSUER_REPLACEMENT_FEE_FEN',
    default: 0,
    min: 0,
    unit: 'fen',
    meaning: { zh: '补卡工本费（分）；遗失、被盗、损坏时收取', en: 'Fee of a replacement after loss, theft or damage' },
  },
  enrolmentReview: {
    kind: 'text',
    env: 'RHC_ISSUER_ENROLMENT_REVIEW',
    default: 'candidates',
    oneOf: ['none', 'candidates', 'all'],
    meaning: {
      zh: '订卡前由第二人复核登记：none 不复核，candidates 有疑似重复时，all 一律复核',
      en: 'Review of an enrolment by a second person before a card is ordered: never, with possible duplicates, always',
    },
  },
  hotlistEveryHours: {
    kind: 'integer',
    env: 'RHC_ISSUER_HOTLIST_EVERY_HOURS',
    unit: 'h',
    default: 24,
    min: 0,
    max: 720,
    meaning: {
      zh: '自动签发挂失名单的间隔;0 = 只由人签发(读卡端到期会停止服务)',
      en: 'How often a hotlist is published by itself; 0 = only when a person asks (desks stop serving by a list that is too old)',
    },
  },
  trustedHotlistKeysFile: {
    kind: 'text',
    env: 'RHC_ISSUER_TRUSTED_HOTLIST_KEYS_FILE',
    default: '',
    meaning: {
      zh: '外省名单的可信公钥文件（JSON：keys[{keyId, publicKeyPem}]）；空 = 一律拒收',
      en: "Public keys of other provinces' hotlists (JSON: keys[{keyId, publicKeyPem}]); empty = none is taken",
    },
  },
  bureauSigningKeyFile: {
    kind: 'text',
    env: 'RHC_ISSUER_BUREAU_SIGNING_KEY_FILE',
    default: '',
    meaning: {
      zh: '签署制卡中心订单文件的私钥（PEM，权限 0600；RSA 不少于 3072 位或 P-256）；空 = 不发订单',
      en: 'Key that signs order files for card bureaus (PEM, mode 0600; RSA of 3072 bits or more, or P-256); empty = none is sent',
    },
  },
  bureauSigningCertificateFile: {
    kind: 'text',
    env: 'RHC_ISSUER_BUREAU_SIGNING_CERTIFICATE_FILE',
    default: '',
    meaning: { zh: '上述私钥的证书（PEM），交给制卡中心登记', en: 'Its certificate (PEM), which bureaus register' },
  },
  archiveYears: {
    kind: 'integer',
    env: 'RHC_ISSUER_ARCHIVE_YEARS',
    default: 30,
    min: 15,
    max: 100,
    unit: 'years',
    meaning: {
      zh: '持卡居民信息在医疗档案中的最短保存年限',
      en: 'How long the record of somebody who held a card is kept for the medical archive',
    },
  },
  eventRetentionDays: {
    kind: 'integer',
    env: 'RHC_ISSUER_EVENT_RETENTION_DAYS',
    default: 400,
    min: 180,
    max: 3650,
    unit: 'days',
    meaning: {
      zh: '事件保存期:区域卫生平台在此期间内可续读',
      en: 'How long events are kept, and the regional health platform may go on from its cursor',
    },
  },
  listedBlanksOnly: {
    kind: 'text',
    env: 'RHC_ISSUER_LISTED_BLANKS_ONLY',
    default: 'no',
    oneOf: ['no', 'yes'],
    meaning: {
      zh: '只允许使用卡商清单中的芯片（试点默认关闭）',
      en: "Only chips of suppliers' lists may be personalized (off for the pilot)",
    },
  },
  node: {
    kind: 'text',
    env: 'RHC_ISSUER_NODE',
    default: 'card-issuer-1',
    meaning: {
      zh: '节点名称（重启后不变，多节点时各不相同）',
      en: 'Name of this node: kept over restarts, different for each',
    },
  },
  batchSilenceMs: {
    kind: 'integer',
    env: 'RHC_ISSUER_BATCH_SILENCE_MS',
    default: 60_000,
    min: 1000,
    unit: 'ms',
    meaning: { zh: '一批指令最长无应答时间', en: 'Longest silence of a batch before it is given up' },
  },
  reconnectMs: {
    kind: 'integer',
    env: 'RHC_ISSUER_RECONNECT_MS',
    default: 30_000,
    min: 100,
    unit: 'ms',
    meaning: { zh: '等待断线代理重连的时间', en: 'How long a lost agent is awaited' },
  },
  logLevel: {
    kind: 'text',
    env: 'RHC_LOG_LEVEL',
    default: 'info',
    oneOf: ['trace', 'debug', 'info', 'warn', 'error', 'silent'],
    meaning: { zh: '日志级别', en: 'Log level' },
  },
});
