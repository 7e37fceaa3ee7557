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
    required: true,
    meaning: { zh: '访问令牌文件(0600)', en: 'file with the bearer token (mode 0600)' },
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
  logLevel: {
    kind: 'text',
    env: 'RHC_LOG_LEVEL',
    default: 'info',
    oneOf: ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'],
    meaning: { zh: '日志级别', en: 'level of the log' },
  },
});
