/** Errors that any service can answer with at its edge. */
import { defineErrors } from '@rhc/card/errors';

export const shellErrors = defineErrors({
  INPUT_INVALID: {
    message: { zh: '输入的内容不符合要求。', en: 'The input does not follow the rules.' },
    nextStep: { zh: '请按所列字段逐项改正后重试。', en: 'Correct the fields named and try again.' },
    retriable: false,
    httpStatus: 400,
  },
  BODY_NOT_JSON: {
    message: { zh: '请求正文不是有效的 JSON。', en: 'The request body is not valid JSON.' },
    nextStep: {
      zh: '请发送 UTF-8 编码的 JSON,并设置 Content-Type: application/json。',
      en: 'Send JSON in UTF-8 with Content-Type: application/json.',
    },
    retriable: false,
    httpStatus: 400,
  },
  BODY_TOO_LARGE: {
    message: { zh: '请求正文太大。', en: 'The request body is too large.' },
    nextStep: { zh: '请减小文件或分批发送。', en: 'Make the file smaller or send it in parts.' },
    retriable: false,
    httpStatus: 413,
  },
  ROUTE_UNKNOWN: {
    message: { zh: '没有这个地址。', en: 'There is nothing at this address.' },
    nextStep: { zh: '请对照接口文档检查路径和方法。', en: 'Check the path and the method against the API document.' },
    retriable: false,
    httpStatus: 404,
  },
  UNAUTHORIZED: {
    message: { zh: '没有出示有效的访问令牌。', en: 'No valid access token was presented.' },
    nextStep: {
      zh: '请从启动窗口所示的地址打开页面,或检查令牌文件。',
      en: 'Open the page by the address shown at start, or check the token file.',
    },
    retriable: false,
    httpStatus: 401,
  },
  FORBIDDEN: {
    message: { zh: '您的角色无权执行此操作。', en: 'Your role may not do this.' },
    nextStep: {
      zh: '请由有相应角色的同事操作,或请管理员调整您的角色。',
      en: 'Ask a colleague whose role permits it, or the administrator to change your roles.',
    },
    retriable: false,
    httpStatus: 403,
  },
  RATE_LIMITED: {
    message: { zh: '请求过于频繁,已暂缓受理。', en: 'Too many requests from this caller; this one was not taken.' },
    nextStep: {
      zh: '请按 Retry-After 所示的秒数等待后重试。',
      en: 'Wait for the seconds that Retry-After tells, then try again.',
    },
    retriable: true,
    httpStatus: 429,
  },
  LOCKED_OUT: {
    message: { zh: '连续失败次数过多,已暂时锁定。', en: 'Too many failures in a row; locked for a while.' },
    nextStep: {
      zh: '请按 Retry-After 所示的秒数等待后重试;若非本人操作,请告知安全管理员。',
      en: 'Wait for the seconds that Retry-After tells; if it was not you, tell the security administrator.',
    },
    retriable: true,
    httpStatus: 429,
  },
  SIGN_IN_REFUSED: {
    message: { zh: '登录没有成功。', en: 'The sign-in did not succeed.' },
    nextStep: {
      zh: '请用已登记的通行密钥或证书重试;仍不成功请找系统管理员。',
      en: 'Try again with a registered passkey or certificate; if it fails again see the system administrator.',
    },
    retriable: false,
    httpStatus: 401,
  },
  CERTIFICATE_REFUSED: {
    message: { zh: '客户端证书无效、已过期或已吊销。', en: 'The client certificate is not valid, expired or revoked.' },
    nextStep: {
      zh: '请用一次性登记码重新登记本机,或请管理员检查证书。',
      en: 'Enrol this machine again with a one-time code, or ask the administrator about the certificate.',
    },
    retriable: false,
    httpStatus: 401,
  },
  TLS_REQUIRED: {
    message: {
      zh: '生产环境必须使用双向 TLS,服务没有启动。',
      en: 'Production needs mutual TLS; the service did not start.',
    },
    nextStep: {
      zh: '请按上面所列的配置项启用双向 TLS,然后重新启动。',
      en: 'Turn mutual TLS on by the setting named above, then start again.',
    },
    retriable: false,
    httpStatus: 500,
  },
  TLS_FILES_INVALID: {
    message: { zh: 'TLS 文件不能使用,服务没有启动。', en: 'The TLS files cannot be used; the service did not start.' },
    nextStep: {
      zh: '请检查证书、私钥与 CA 是否齐全且互相匹配。',
      en: 'Check that certificate, key and CA are there and belong together.',
    },
    retriable: false,
    httpStatus: 500,
  },
  HOST_REFUSED: {
    message: { zh: '请求的主机名不在允许之列。', en: 'The Host of this request is not allowed.' },
    nextStep: {
      zh: '请用 127.0.0.1 访问,或在配置中加入该主机名。',
      en: 'Use 127.0.0.1, or add the host name to the settings.',
    },
    retriable: false,
    httpStatus: 421,
  },
  ORIGIN_REFUSED: {
    message: { zh: '该网页来源未获许可。', en: 'This page origin is not allowed.' },
    nextStep: { zh: '请由管理员把该来源加入许可列表。', en: 'Ask the administrator to allow this origin.' },
    retriable: false,
    httpStatus: 403,
  },
  SETTING_INVALID: {
    message: { zh: '配置有误,服务没有启动。', en: 'The settings are wrong; the service did not start.' },
    nextStep: {
      zh: '请按所列配置项逐项改正,--help 可查看全部配置项。',
      en: 'Correct the settings named; --help lists them all.',
    },
    retriable: false,
    httpStatus: 500,
  },
  SECRET_FILE_REFUSED: {
    message: { zh: '机密文件不能使用。', en: 'A secret file cannot be used.' },
    nextStep: {
      zh: '文件须存在、归本用户所有且权限为 0600:chmod 600 文件名。',
      en: 'It must exist, belong to this user and have mode 0600: chmod 600 FILE.',
    },
    retriable: false,
    httpStatus: 500,
  },
  ADDRESS_IN_USE: {
    message: { zh: '端口已被占用,服务没有启动。', en: 'The port is in use; the service did not start.' },
    nextStep: {
      zh: '请停止占用该端口的程序,或在配置中换一个端口。',
      en: 'Stop the program that uses it, or set another port.',
    },
    retriable: true,
    httpStatus: 500,
  },
  DATABASE_AWAY: {
    message: {
      zh: '服务暂时无法访问数据库,不能确认操作是否完成。',
      en: 'The service cannot reach its database for now; whether the operation was completed is not known.',
    },
    nextStep: {
      zh: '请稍后重试,重试前先看操作是否已经完成;若持续数分钟,请管理员检查数据库。',
      en: 'Try again shortly, and look first whether it was completed already. After some minutes let the administrator look at the database.',
    },
    retriable: true,
    httpStatus: 503,
  },
  INTERNAL: {
    message: {
      zh: '服务内部出错,操作没有完成。',
      en: 'The service met an internal error; the operation was not completed.',
    },
    nextStep: {
      zh: '请重试;若再次出现,请把请求编号交给管理员。',
      en: 'Try again; if it comes back, give the request id to the administrator.',
    },
    retriable: true,
    httpStatus: 500,
  },
});
