/**
 * Every error of the agent that a person can meet: one sentence and the next step, in Chinese and English. Texts speak
 * to a clerk or a nurse, not to an engineer; what PC/SC said stands in `detail` only. (Over 300 lines: one table, so that each
 * code stands once and the API's documents list them all.)
 */
import { defineErrors } from '@rhc/card/errors';

export const agentErrors = defineErrors({
  PCSC_SERVICE_DOWN: {
    message: { zh: '智能卡服务（PC/SC）没有运行。', en: 'The smart card service (PC/SC) is not running.' },
    nextStep: {
      zh: '请启动 pcscd（Windows 为“Smart Card”服务）；启动后本程序会自动恢复，无需重启。',
      en: 'Start pcscd (on Windows the service “Smart Card”); the agent recovers by itself, no restart is needed.',
    },
    retriable: true,
    httpStatus: 503,
  },
  PCSC_FORBIDDEN: {
    message: {
      zh: '本账户没有使用智能卡服务（PC/SC）的权限。',
      en: 'This account may not use the smart card service (PC/SC).',
    },
    nextStep: {
      zh: '请在本机图形会话中登录，或由管理员安装随附的 polkit 规则（见 README）；之后本程序自动恢复。',
      en: 'Sign in at this machine itself, or have the polkit rule of the package’s README installed; the agent then recovers by itself.',
    },
    retriable: true,
    httpStatus: 503,
  },
  PCSC_SERVICE_RESTARTED: {
    message: {
      zh: '读卡过程中智能卡服务重新启动。',
      en: 'The smart card service was restarted while the card was in use.',
    },
    nextStep: { zh: '请把卡留在读卡器上，再操作一次。', en: 'Leave the card in the reader and try again.' },
    retriable: true,
    httpStatus: 503,
  },
  PCSC_PROCESS_LOST: {
    message: {
      zh: '读卡进程意外结束，已自动重新启动。',
      en: 'The reader process ended unexpectedly and was started again.',
    },
    nextStep: { zh: '请把卡留在读卡器上，再操作一次。', en: 'Leave the card in the reader and try again.' },
    retriable: true,
    httpStatus: 503,
  },
  READER_NONE: {
    message: { zh: '没有找到读卡器。', en: 'No card reader was found.' },
    nextStep: {
      zh: '请检查读卡器的 USB 线，插好后几秒内会自动识别。',
      en: 'Check the USB cable of the reader; it is recognised a few seconds after it is plugged in.',
    },
    retriable: true,
    httpStatus: 404,
  },
  READER_UNKNOWN: {
    message: { zh: '指定的读卡器不存在。', en: 'The reader that was asked for is not there.' },
    nextStep: {
      zh: '请在读卡器列表中重新选择，或重新插上该读卡器。',
      en: 'Choose a reader from the list again, or plug that reader in again.',
    },
    retriable: true,
    httpStatus: 404,
  },
  READER_CHOICE_NEEDED: {
    message: { zh: '多个读卡器中都有卡。', en: 'There is a card in more than one reader.' },
    nextStep: {
      zh: '请只留下要读的那一张卡，或指明读卡器。',
      en: 'Leave only the card to be read, or name the reader.',
    },
    retriable: true,
    httpStatus: 409,
  },
  READER_BUSY: {
    message: { zh: '该读卡器正在处理另一项操作。', en: 'The reader is busy with another operation.' },
    nextStep: { zh: '请等它完成后再操作一次。', en: 'Wait until it is finished and try again.' },
    retriable: true,
    httpStatus: 409,
  },
  READER_IN_USE_ELSEWHERE: {
    message: { zh: '另一个程序正在使用这张卡。', en: 'Another program is using the card.' },
    nextStep: {
      zh: '请关闭正在读卡的其他程序（如社保、医保客户端），再操作一次。',
      en: 'Close the other program that reads cards (social security client and the like), then try again.',
    },
    retriable: true,
    httpStatus: 409,
  },
  READER_REPLUG: {
    message: { zh: '读卡器没有反应，自动恢复没有成功。', en: 'The reader does not answer and could not be recovered.' },
    nextStep: {
      zh: '请拔下读卡器，等三秒后重新插上。',
      en: 'Unplug the reader, wait three seconds and plug it in again.',
    },
    retriable: false,
    httpStatus: 503,
  },
  CARD_ABSENT: {
    message: { zh: '读卡器中没有卡。', en: 'There is no card in the reader.' },
    nextStep: { zh: '请放入居民健康卡。', en: 'Insert the resident health card.' },
    retriable: true,
    httpStatus: 404,
  },
  CARD_REMOVED: {
    message: { zh: '操作完成前卡被取走了。', en: 'The card was taken out before the operation was finished.' },
    nextStep: {
      zh: '请重新放入同一张卡并保持不动，再操作一次。',
      en: 'Insert the same card again, leave it there and try again.',
    },
    retriable: true,
    httpStatus: 409,
  },
  CARD_CHANGED: {
    message: {
      zh: '读卡器中的卡已经不是原来那一张（或被重新放入）。',
      en: 'The card in the reader is not the one asked for any more, or was inserted anew.',
    },
    nextStep: {
      zh: '请核对持卡人，重新读卡后再继续。',
      en: 'Check the person, read the card again and go on from there.',
    },
    retriable: false,
    httpStatus: 409,
  },
  CARD_RESET_BY_OTHER: {
    message: { zh: '另一个程序重置了这张卡。', en: 'Another program reset the card.' },
    nextStep: {
      zh: '请关闭其他读卡程序，再操作一次。',
      en: 'Close other programs that use the reader, then try again.',
    },
    retriable: true,
    httpStatus: 409,
  },
  CARD_MUTE: {
    message: { zh: '卡没有应答。', en: 'The card does not answer.' },
    nextStep: {
      zh: '请取出卡，检查正反面和芯片触点，擦净后重新放入；仍无应答则请换卡。',
      en: 'Take the card out, check its orientation, wipe the contacts and insert it again; if it stays silent it must be replaced.',
    },
    retriable: true,
    httpStatus: 409,
  },
  CARD_FOREIGN: {
    message: { zh: '这不是居民健康卡。', en: 'This is not a resident health card.' },
    nextStep: {
      zh: '请取出它，放入居民健康卡（不是银行卡、社保卡或身份证）。',
      en: 'Take it out and insert the resident health card (not a bank, social security or identity card).',
    },
    retriable: true,
    httpStatus: 409,
  },
  CARD_NOT_PERSONALIZED: {
    message: { zh: '这张卡还没有完成个人化。', en: 'This card has not been personalized completely.' },
    nextStep: {
      zh: '请把卡交回发卡窗口，由发卡程序继续完成。',
      en: 'Return the card to the issuing counter, where its personalization is continued.',
    },
    retriable: false,
    httpStatus: 409,
  },
  CARD_NOT_GENUINE: {
    message: {
      zh: '卡的真伪鉴别没有通过，不显示卡内信息。',
      en: 'The card did not prove that it is genuine; nothing is shown from it.',
    },
    nextStep: {
      zh: '请核对持卡人身份证件，留下该卡并通知发卡机构。',
      en: 'Check the person’s identity document, keep the card and inform the issuer.',
    },
    retriable: false,
    httpStatus: 409,
  },
  KEY_SERVICE_UNAVAILABLE: {
    message: {
      zh: '密钥服务没有应答，无法读取受保护的信息。',
      en: 'The key service does not answer; protected data cannot be read.',
    },
    nextStep: {
      zh: '请检查网络；恢复后再读一次。管理员请查看密钥服务状态。',
      en: 'Check the network and read again; administrators look at the status of the key service.',
    },
    retriable: true,
    httpStatus: 503,
  },
  ISSUER_UNREACHABLE: {
    message: { zh: '发卡系统没有应答。', en: 'The card issuer does not answer.' },
    nextStep: {
      zh: '读卡不受影响；恢复联网后会自动补报。请管理员检查发卡系统地址与网络。',
      en: 'Reading goes on, and what waits is told when the network is back; administrators check the address of card-issuer.',
    },
    retriable: true,
    httpStatus: 503,
  },
  ISSUER_ANSWER_INVALID: {
    message: { zh: '发卡系统的应答无法理解。', en: 'The card issuer’s answer is not understood.' },
    nextStep: {
      zh: '请核对读卡程序与发卡系统的版本。',
      en: 'Compare the versions of the reader agent and card-issuer.',
    },
    retriable: true,
    httpStatus: 502,
  },
  BATCH_TOO_MANY: {
    message: { zh: '同时进行的发卡任务过多。', en: 'Too many batches are waiting for this agent.' },
    nextStep: { zh: '请稍后再试。', en: 'Try again in a moment.' },
    retriable: true,
    httpStatus: 503,
  },
  EVENT_STREAMS_FULL: {
    message: { zh: '同时监听事件的程序过多。', en: 'Too many programs listen to events at once.' },
    nextStep: { zh: '请关闭多余的页面后重试。', en: 'Close pages that are not needed and try again.' },
    retriable: true,
    httpStatus: 503,
  },
  WRITE_JOURNAL_FULL: {
    message: {
      zh: '尚有太多写卡结果未确认，暂不能写卡。卡未改动。',
      en: 'Too many writes are still without a known outcome; nothing was written.',
    },
    nextStep: {
      zh: '请把这些卡重新放入读卡器以确认结果；确实无法找回的，在写卡记录中作废。',
      en: 'Insert those cards again so that they are settled; give up in the list of writes those that cannot be found.',
    },
    retriable: false,
    httpStatus: 503,
  },
  WRITE_JOURNAL_UNAVAILABLE: {
    message: {
      zh: '写卡记录无法保存到磁盘，没有写卡。',
      en: 'The write journal cannot be saved; nothing was written.',
    },
    nextStep: {
      zh: '请检查磁盘空间和状态文件夹的权限，然后重试。',
      en: 'Check the disk space and the permissions of the state folder, then try again.',
    },
    retriable: true,
    httpStatus: 503,
  },
  WRITE_ID_REUSED: {
    message: {
      zh: '这个写卡编号已用于另一次写卡。卡未改动。',
      en: 'This write id was used for another write; nothing was written.',
    },
    nextStep: { zh: '请为每次写卡使用新的编号。', en: 'Use a new id for each write.' },
    retriable: false,
    httpStatus: 409,
  },
  WRITE_UNKNOWN: {
    message: { zh: '没有这个编号的写卡记录。', en: 'There is no write of this id.' },
    nextStep: {
      zh: '请核对编号；较早的记录不再保留，可重新读卡查看。',
      en: 'Check the id; older records are not kept, read the card to see what it holds.',
    },
    retriable: false,
    httpStatus: 404,
  },
  LEGACY_FUNCTION_UNKNOWN: {
    message: { zh: '没有这个接口函数。', en: 'There is no such function of the national interface.' },
    nextStep: {
      zh: '可用函数见 GET /v1/legacy；就诊记录请用 /v1/card/visits。',
      en: 'GET /v1/legacy lists the functions; visits are written by /v1/card/visits.',
    },
    retriable: false,
    httpStatus: 404,
  },
  LEGACY_PARAMETER: {
    message: { zh: '接口参数有误，卡未改动。', en: 'A parameter is not valid; the card was not changed.' },
    nextStep: { zh: '请更正所列参数。', en: 'Correct the parameter named.' },
    retriable: false,
    httpStatus: 400,
  },
  LEGACY_RECORD_EMPTY: {
    message: { zh: '卡上没有这一条记录。', en: 'The card holds no such record.' },
    nextStep: { zh: '请从第 1 条起依次读取。', en: 'Read from record 1 on.' },
    retriable: false,
    httpStatus: 404,
  },
  PAIRING_LOCKED: {
    message: { zh: '配对码多次输错，暂时不能配对。', en: 'Too many wrong codes; pairing is locked for a while.' },
    nextStep: {
      zh: '请稍候再试；读卡程序的“配对”页显示解锁时间。',
      en: 'Wait; the pairing page of the reader agent shows until when.',
    },
    retriable: true,
    httpStatus: 429,
  },
  PAIRING_TOO_MANY: {
    message: { zh: '配对请求或已配对的网页过多。', en: 'Too many pages ask to be paired, or are paired.' },
    nextStep: {
      zh: '请在读卡程序的“配对”页拒绝或撤销不用的网页。',
      en: 'Refuse or revoke those that are not needed on the pairing page of the reader agent.',
    },
    retriable: true,
    httpStatus: 429,
  },
  PAIRING_REQUEST_GONE: {
    message: { zh: '配对请求已过期或被拒绝。', en: 'The request to pair has expired or was refused.' },
    nextStep: { zh: '请重新发起配对。', en: 'Ask to be paired again.' },
    retriable: false,
    httpStatus: 410,
  },
  PAIRING_CODE_WRONG: {
    message: { zh: '配对码不正确。', en: 'The pairing code is wrong.' },
    nextStep: {
      zh: '请核对读卡程序“配对”页显示的六位数字。',
      en: 'Compare with the six digits on the pairing page of the reader agent.',
    },
    retriable: true,
    httpStatus: 403,
  },
  PAIRING_PROOF_WRONG: {
    message: { zh: '网页没有证明它持有配对密钥。', en: 'The page did not prove the key it was paired with.' },
    nextStep: {
      zh: '请重新取挑战并签名；仍不成功则重新配对。',
      en: 'Ask for a new challenge and sign it; pair again if that fails.',
    },
    retriable: false,
    httpStatus: 403,
  },
  PAIRING_UNKNOWN: {
    message: { zh: '没有这个配对，或已被撤销。', en: 'There is no such pairing, or it was revoked.' },
    nextStep: { zh: '请重新配对。', en: 'Pair again.' },
    retriable: false,
    httpStatus: 410,
  },
  PAIRING_ORIGIN_MISSING: {
    message: { zh: '只有网页可以配对，请求没有来源。', en: 'Only pages are paired; the request names no origin.' },
    nextStep: {
      zh: '请在浏览器页面中调用；本机程序使用令牌文件。',
      en: 'Call from a page in a browser; programs on this machine use the token file.',
    },
    retriable: false,
    httpStatus: 403,
  },
  RATE_LIMITED: {
    message: { zh: '请求过于频繁。', en: 'Too many requests.' },
    nextStep: { zh: '请稍候再试。', en: 'Wait a moment and try again.' },
    retriable: true,
    httpStatus: 429,
  },
  SCOPE_MISSING: {
    message: { zh: '这个网页没有得到所需的授权。', en: 'This page was not granted what it asks for.' },
    nextStep: {
      zh: '请以所需的权限重新配对，并在读卡程序上确认。',
      en: 'Pair again with the scope that is needed and confirm it at the reader agent.',
    },
    retriable: false,
    httpStatus: 403,
  },
  SAM_ABSENT: {
    message: { zh: '没有找到 SAM 卡。', en: 'No SAM was found.' },
    nextStep: { zh: '请检查 SAM 读卡器与 SAM 卡是否插好。', en: 'Check that the SAM and its reader are plugged in.' },
    retriable: true,
    httpStatus: 404,
  },
  SAM_UNAVAILABLE: {
    message: { zh: 'SAM 卡暂时不能使用。', en: 'The SAM cannot be used now.' },
    nextStep: {
      zh: '请在“密钥与 SAM”页查看 SAM 卡及其 PIN 的状态，然后重试。',
      en: 'See the SAM and the state of its PIN on the page “Keys and SAM”, then try again.',
    },
    retriable: true,
    httpStatus: 503,
  },
  SAM_PIN_LAST_TRY: {
    message: {
      zh: 'SAM 卡的 PIN 只剩最后一次尝试,本程序不再代为尝试。',
      en: 'The SAM has one PIN try left; the agent does not use it.',
    },
    nextStep: {
      zh: '请联系省级密钥管理部门核对或重置 PIN。',
      en: 'Ask the province’s key office to confirm or reset the PIN.',
    },
    retriable: false,
    httpStatus: 409,
  },
  DESK_READER_UNKNOWN: {
    message: { zh: '没有这个读卡器。', en: 'There is no such reader.' },
    nextStep: { zh: '请刷新后从列表中选择。', en: 'Refresh and choose from the list.' },
    retriable: false,
    httpStatus: 404,
  },
  HOTLIST_TOO_OLD: {
    message: { zh: '挂失名单过旧,不能再为任何卡服务。', en: 'The hotlist is too old; no card is served.' },
    nextStep: {
      zh: '请连接网络更新名单,或从移动介质导入新名单。',
      en: 'Connect to the network, or import a newer list from a medium.',
    },
    retriable: true,
    httpStatus: 503,
  },
  HOTLIST_MISSING: {
    message: {
      zh: '本机没有挂失名单,离线时不能写卡。',
      en: 'This desk has no hotlist; offline no card is written on.',
    },
    nextStep: {
      zh: '请连接网络取得名单,或从移动介质导入名单,再写卡。读卡不受影响。',
      en: 'Connect to the network or import a list from a medium, then write. Reading goes on.',
    },
    retriable: true,
    httpStatus: 503,
  },
  CLOCK_WRONG: {
    message: {
      zh: '本机时钟与服务器相差过大，没有写卡。',
      en: 'The clock of this machine is too far off; nothing was written.',
    },
    nextStep: {
      zh: '请开启自动对时（timedatectl set-ntp true；Windows 为“自动设置时间”）后重读。',
      en: 'Turn automatic time on (timedatectl set-ntp true; on Windows “Set time automatically”), then read again.',
    },
    retriable: true,
    httpStatus: 409,
  },
  CARD_LISTED: {
    message: {
      zh: '这张卡已挂失或停用,不能写卡;卡上内容没有改变。',
      en: 'This card is on the hotlist (lost or stopped) and is not written on; nothing on it was changed.',
    },
    nextStep: {
      zh: '请核对持卡人身份,并请其到发卡机构办理解挂或换卡。',
      en: 'Check who holds the card; its holder must have it released or replaced by the issuer.',
    },
    retriable: false,
    httpStatus: 409,
  },
  CARD_EXPIRED: {
    message: {
      zh: '这张卡已过有效期,不能写卡;卡上内容没有改变。',
      en: 'This card is past its validity and is not written on; nothing on it was changed.',
    },
    nextStep: {
      zh: '请持卡人到发卡机构延期或换卡;读卡不受影响。',
      en: 'Its holder must have it extended or replaced by the issuer; reading goes on.',
    },
    retriable: false,
    httpStatus: 409,
  },
  HOTLIST_OLDER: {
    message: { zh: '这份名单比现有的旧,没有采用。', en: 'This list is older than the one at hand; it was not taken.' },
    nextStep: { zh: '请取最新的名单。', en: 'Get the newest list.' },
    retriable: false,
    httpStatus: 409,
  },
  INSECURE_IN_PRODUCTION: {
    message: {
      zh: '生产环境下配置不安全，没有启动。',
      en: 'The settings are not safe for production; nothing was started.',
    },
    nextStep: {
      zh: '请按所列配置项逐项改正；确需例外时，把规则名写入 RHC_READER_AGENT_ALLOW_IN_PRODUCTION。',
      en: 'Correct the settings named; where an exception is meant, name its rule in RHC_READER_AGENT_ALLOW_IN_PRODUCTION.',
    },
    retriable: false,
    httpStatus: 500,
  },
  SIMULATOR_IN_PRODUCTION: {
    message: { zh: '生产环境不能运行模拟器。', en: 'The simulator does not run in production.' },
    nextStep: {
      zh: '请在开发机上运行，或去掉 RHC_READER_AGENT_PRODUCTION。',
      en: 'Run it on a developer’s machine, or unset RHC_READER_AGENT_PRODUCTION.',
    },
    retriable: false,
    httpStatus: 500,
  },
  UPDATE_UNREACHABLE: {
    message: { zh: '更新地址没有应答。', en: 'The update address does not answer.' },
    nextStep: {
      zh: '读卡不受影响；请管理员核对 RHC_READER_AGENT_UPDATE_URL。',
      en: 'Reading goes on; administrators check RHC_READER_AGENT_UPDATE_URL.',
    },
    retriable: true,
    httpStatus: 503,
  },
  UPDATE_MANIFEST_REFUSED: {
    message: {
      zh: '更新信息的签名或内容不对，未采用。',
      en: 'The update’s signature or content is wrong; it was not taken.',
    },
    nextStep: {
      zh: '请勿安装来路不明的版本，并通知管理员。',
      en: 'Install no version of unknown origin, and inform the administrator.',
    },
    retriable: false,
    httpStatus: 502,
  },
  AUDIT_UNAVAILABLE: {
    message: {
      zh: '本机审计记录无法写入磁盘，没有执行此操作。',
      en: 'The local audit cannot be written to the disk; nothing was done.',
    },
    nextStep: {
      zh: '请检查磁盘空间、状态文件夹权限与网络（待上传的记录过多时也会如此），然后重试。',
      en: 'Check the disk space, the permissions of the state folder and the network (too many entries may wait for their upload), then try again.',
    },
    retriable: true,
    httpStatus: 503,
  },
  REQUEST_HEADER_MISSING: {
    message: {
      zh: '请求缺少 X-RHC-Request: 1 头，或内容不是 JSON。',
      en: 'The request lacks the header X-RHC-Request: 1 or its body is not JSON.',
    },
    nextStep: {
      zh: '请用 POST、Content-Type: application/json 和 X-RHC-Request: 1 调用。',
      en: 'Call with POST, Content-Type: application/json and X-RHC-Request: 1.',
    },
    retriable: false,
    httpStatus: 400,
  },
});

export type AgentErrorCode = keyof typeof agentErrors.table & string;
