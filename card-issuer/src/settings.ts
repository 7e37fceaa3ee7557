/** Settings of card-issuer: one declaration gives defaults, checks, `--help` and the documentation. */
import { defineSettings } from '@rhc/service-shell';

export const issuerSettings = defineSettings({
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
    meaning: { zh: '发卡机构代码（最长 22 位数字）', en: 'Code of the issuer on the card, 22 digits at most' },
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
