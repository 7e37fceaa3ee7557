/**
 * Every error of card-issuer that a person can meet: a sentence and the next step, in Chinese and English. (Over 300 lines:
 * one table, so that each code stands once and the API's documents list them all.)
 */
import { defineErrors } from '@rhc/card/errors';

export const issuerErrors = defineErrors({
  RESIDENT_REFUSED: {
    message: { zh: '居民登记内容有误，未登记', en: 'The resident was not enrolled: some fields are at fault' },
    nextStep: { zh: '按所列字段和规则更正后重新提交', en: 'Correct the fields listed and send it again' },
    retriable: false,
    httpStatus: 422,
  },
  RESIDENT_ALREADY_ENROLLED: {
    message: {
      zh: '同一证件号码的居民已经登记，且内容不同',
      en: 'A resident with this document number is already enrolled with other content',
    },
    nextStep: {
      zh: '核对证件，确认后对原记录作资料变更',
      en: 'Check the document; change the existing record instead',
    },
    retriable: false,
    httpStatus: 409,
  },
  RESIDENT_UNKNOWN: {
    message: { zh: '没有这位居民', en: 'There is no such resident' },
    nextStep: { zh: '先登记居民或导入名册', en: 'Enrol the resident or import a roster first' },
    retriable: false,
    httpStatus: 404,
  },
  RESIDENT_HAS_CARD: {
    message: {
      zh: '该居民已有有效的卡或正在办理的订单，一人一卡',
      en: 'The resident already has a card in use or on order; one card a resident',
    },
    nextStep: {
      zh: '继续办理原订单；卡遗失或损坏的先挂失、注销',
      en: 'Go on with that card, or report it lost and cancel it first',
    },
    retriable: false,
    httpStatus: 409,
  },
  REVIEW_MISSING: {
    message: {
      zh: '这条登记须由第二人复核后才能订卡',
      en: 'This enrolment needs a second person before a card is ordered',
    },
    nextStep: {
      zh: '在柜台提请复核，由复核员或主管在“审批”页批准；若是同一人，请先合并记录',
      en: 'Ask for the review at the counter; a reviewer or manager approves it. Merge the records if it is one person',
    },
    retriable: false,
    httpStatus: 409,
  },
  REVIEWER_ORDERS: {
    message: {
      zh: '复核这条登记的人不能自己订卡',
      en: 'Who reviewed this enrolment must not order its card',
    },
    nextStep: { zh: '请由另一位工作人员订卡', en: 'Have a colleague order the card' },
    retriable: false,
    httpStatus: 409,
  },
  REVIEW_NOT_NEEDED: {
    message: { zh: '这条登记不需要复核', en: 'This enrolment needs no review' },
    nextStep: { zh: '直接订卡', en: 'Order the card' },
    retriable: false,
    httpStatus: 409,
  },
  ROSTER_UNREADABLE: {
    message: { zh: '名册无法读取', en: 'The roster cannot be read' },
    nextStep: {
      zh: '请用 CSV 格式，编码 UTF-8 或 GB 18030，第一行为规定的列名',
      en: 'Send CSV in UTF-8 or GB 18030 with the prescribed column names in its first line',
    },
    retriable: false,
    httpStatus: 400,
  },
  CARD_UNKNOWN: {
    message: { zh: '没有这张卡的订单', en: 'There is no such card order' },
    nextStep: {
      zh: '在卡列表中选择，或为居民新建订单',
      en: 'Choose one from the list, or order a card for the resident',
    },
    retriable: false,
    httpStatus: 404,
  },
  CARD_STATE_FORBIDS: {
    message: { zh: '卡的当前状态不允许此操作', en: 'The state of the card does not allow this' },
    nextStep: {
      zh: '查看卡的状态，按流程办理：订制、个人化、启用',
      en: 'Look at its state and follow the order: order, personalize, activate',
    },
    retriable: false,
    httpStatus: 409,
  },
  CARD_TO_REPLACE: {
    message: {
      zh: '该居民以前发过卡，应办理补换卡',
      en: 'The resident had a card before; it is to be replaced, not ordered anew',
    },
    nextStep: {
      zh: '打开原卡，选择“补换卡”，医疗信息随之带入新卡',
      en: 'Open the earlier card and choose "Replace"; its medical data goes onto the new card',
    },
    retriable: false,
    httpStatus: 409,
  },
  CARD_HAS_SUCCESSOR: {
    message: { zh: '这张卡的新卡已在办理', en: 'The card that takes the place of this one is on its way' },
    nextStep: { zh: '继续办理新卡，或先将新卡作废', en: 'Go on with the new card, or spoil it first' },
    retriable: false,
    httpStatus: 409,
  },
  REASON_WRONG: {
    message: { zh: '此操作不能用这个原因', en: 'This reason does not belong to this operation' },
    nextStep: { zh: '从所列原因中选择', en: 'Choose one of the reasons listed' },
    retriable: false,
    httpStatus: 422,
  },
  SECOND_PERSON_MISSING: {
    message: { zh: '此操作须由两人签字，且不能是同一人', en: 'Two different people must sign this' },
    nextStep: { zh: '请另一位工作人员见证并签字', en: 'Ask a colleague to witness and sign it' },
    retriable: false,
    httpStatus: 422,
  },
  BLANK_NOT_LISTED: {
    message: {
      zh: '芯片不在卡商清单中，不能使用',
      en: "The chip stands in no supplier's list and must not be used",
    },
    nextStep: {
      zh: '换一张已入库的空白卡；若清单未导入，请仓管先导入',
      en: 'Use a blank from stock; if the list is missing, have the storekeeper import it',
    },
    retriable: false,
    httpStatus: 409,
  },
  BLANK_NOT_IN_STOCK: {
    message: {
      zh: '空白卡不在可用库存中：已使用、作废，或正在移交',
      en: 'The blank is not free stock: it is used, spoiled, or promised to a transfer',
    },
    nextStep: {
      zh: '换一张空白卡；移交中的先由接收人签收或由移交人撤回',
      en: 'Use another blank; a transfer is to be signed by its taker or withdrawn first',
    },
    retriable: false,
    httpStatus: 409,
  },
  STOCK_LIST_UNREADABLE: {
    message: { zh: '卡商清单无法读取', en: "The supplier's list cannot be read" },
    nextStep: {
      zh: '请用 CSV，第一行含“箱号”和“芯片序列号”，编码 UTF-8 或 GB 18030',
      en: 'Send CSV with the columns 箱号 (box) and 芯片序列号 (chip serial) in UTF-8 or GB 18030',
    },
    retriable: false,
    httpStatus: 400,
  },
  STOCK_LOCATION_UNKNOWN: {
    message: { zh: '没有这个库存地点，或收发地点相同', en: 'There is no such place, or both places are the same' },
    nextStep: { zh: '从地点列表中选择', en: 'Choose from the list of places' },
    retriable: false,
    httpStatus: 404,
  },
  STOCK_LOCATION_KNOWN: {
    message: { zh: '已有同名的库存地点', en: 'There is a place of this name already' },
    nextStep: { zh: '使用已有地点，或另取名称', en: 'Use it, or choose another name' },
    retriable: false,
    httpStatus: 409,
  },
  TRANSFER_UNKNOWN: {
    message: { zh: '没有这笔待签收的移交', en: 'There is no such open transfer' },
    nextStep: { zh: '刷新移交列表；可能已签收或撤回', en: 'Look at the list again; it may be signed or withdrawn' },
    retriable: false,
    httpStatus: 404,
  },
  SHIFT_UNKNOWN: {
    message: { zh: '没有这个班次，或已交班', en: 'There is no such shift, or it is closed' },
    nextStep: { zh: '刷新班次', en: 'Look at the shifts again' },
    retriable: false,
    httpStatus: 404,
  },
  SHIFT_OPEN_ALREADY: {
    message: { zh: '该地点已有未交的班次', en: 'A shift is open at this place already' },
    nextStep: { zh: '先交前一班', en: 'Close the open shift first' },
    retriable: false,
    httpStatus: 409,
  },
  STOCK_COUNT_DIFFERS: {
    message: {
      zh: '清点数与账面不符，不能开班或交班',
      en: 'The count differs from the book; no shift opens or closes',
    },
    nextStep: {
      zh: '重新清点；找到差额（废卡、移交、未登记的卡）并登记后再试',
      en: 'Count again; find and book the difference (waste, transfers), then try again',
    },
    retriable: false,
    httpStatus: 409,
  },
  HOTLIST_NONE: {
    message: { zh: '没有这个版本的黑名单', en: 'There is no hotlist of this version' },
    nextStep: {
      zh: '下载最新的完整黑名单；尚未发布的先发布',
      en: 'Fetch the newest full list, or publish the first one',
    },
    retriable: false,
    httpStatus: 404,
  },
  HOTLIST_COUNTY_UNKNOWN: {
    message: { zh: '没有这个县（市、区）', en: 'There is no such county' },
    nextStep: {
      zh: '请用 GB/T 2260 的六位县级代码，见 /v1/counties',
      en: 'Give the six digits of a county (GB/T 2260), as in /v1/counties',
    },
    retriable: false,
    httpStatus: 404,
  },
  HOTLIST_NO_SIGNER: {
    message: { zh: '没有黑名单签名密钥，不能发布', en: 'No key signs hotlists yet; none is published' },
    nextStep: { zh: '请系统管理员配置签名密钥', en: 'Have the administrator set up the signing key' },
    retriable: false,
    httpStatus: 503,
  },
  HOTLIST_PUBLISHED_MEANWHILE: {
    message: { zh: '另一节点刚发布了黑名单', en: 'Another node has just published a list' },
    nextStep: { zh: '稍后再发布', en: 'Publish again' },
    retriable: true,
    httpStatus: 409,
  },
  AGENT_NOT_CONNECTED: {
    message: { zh: '没有读卡器代理在线', en: 'No reader agent is connected' },
    nextStep: {
      zh: '启动制卡柜台的读卡器代理，待其连上后再试',
      en: 'Start the reader agent at the counter and try again when it has connected',
    },
    retriable: true,
    httpStatus: 409,
  },
  AGENT_UNKNOWN: {
    message: { zh: '指定的读卡器代理不在线', en: 'The agent named is not connected' },
    nextStep: { zh: '从在线代理列表中选择', en: 'Choose one from the list of agents that are connected' },
    retriable: true,
    httpStatus: 409,
  },
  READER_NOT_FOUND: {
    message: { zh: '没有可用的读卡器', en: 'There is no reader to work with' },
    nextStep: { zh: '接好读卡器；若已指定名称，请核对', en: 'Plug in a reader; if you named one, check its name' },
    retriable: true,
    httpStatus: 409,
  },
  READER_AMBIGUOUS: {
    message: {
      zh: '有多个读卡器放有卡，无法自动选择',
      en: 'Cards lie in several readers; which one is meant is not clear',
    },
    nextStep: { zh: '指定读卡器，或只留下一张空白卡', en: 'Name the reader, or leave a single blank in place' },
    retriable: false,
    httpStatus: 409,
  },
  READER_BUSY: {
    message: { zh: '读卡器正在做别的事', en: 'The reader is busy' },
    nextStep: { zh: '等当前操作结束后再试', en: 'Try again when the current operation has ended' },
    retriable: true,
    httpStatus: 409,
  },
  CARD_NOT_IN_READER: {
    message: { zh: '读卡器中没有卡', en: 'There is no card in the reader' },
    nextStep: { zh: '放入一张空白卡', en: 'Put a blank into the reader' },
    retriable: true,
    httpStatus: 409,
  },
  CARD_FOREIGN: {
    message: { zh: '读卡器中的不是居民健康卡空白卡', en: 'The card in the reader is not a resident health card' },
    nextStep: { zh: '取出，换一张本产品的空白卡', en: 'Take it out and put in a blank of this product' },
    retriable: false,
    httpStatus: 409,
  },
  BLANK_BOUND_ELSEWHERE: {
    message: {
      zh: '这张芯片已属于另一订单',
      en: 'This chip already belongs to another order',
    },
    nextStep: { zh: '放入另一张空白卡；此卡归还其订单', en: 'Use another blank; keep this one for its own order' },
    retriable: false,
    httpStatus: 409,
  },
  BLANK_EXPECTED_OTHER: {
    message: {
      zh: '此订单已绑定另一张芯片，读卡器中的卡不是它',
      en: 'This order is bound to another chip than the one in the reader',
    },
    nextStep: { zh: '放回原来的那张卡，系统会自动继续', en: 'Put the original card back; the work goes on by itself' },
    retriable: false,
    httpStatus: 409,
  },
  BLANK_NOT_BLANK: {
    message: {
      zh: '芯片不是空白卡：已有个人化内容或已锁定',
      en: 'The chip is not blank: it was personalized already or is blocked',
    },
    nextStep: { zh: '换一张空白卡', en: 'Use another blank' },
    retriable: false,
    httpStatus: 409,
  },
  AGENT_LOST: {
    message: {
      zh: '读卡器代理在个人化途中断线，任务保留',
      en: 'The agent was lost in the middle of the work; the job is kept',
    },
    nextStep: {
      zh: '让代理重新连上，卡留在读卡器中，系统自动继续',
      en: 'Bring the agent back and leave the card in the reader; the work goes on by itself',
    },
    retriable: true,
    httpStatus: 503,
  },
  BATCH_TIMED_OUT: {
    message: { zh: '读卡器代理没有在期限内答复，任务保留', en: 'The agent did not answer in time; the job is kept' },
    nextStep: {
      zh: '检查读卡器与代理，把卡重新放入，系统自动继续',
      en: 'Check reader and agent and insert the card again; the work goes on by itself',
    },
    retriable: true,
    httpStatus: 504,
  },
  CARD_REMOVED: {
    message: {
      zh: '卡在个人化途中被取出，任务保留',
      en: 'The card was taken out in the middle of the work; the job is kept',
    },
    nextStep: { zh: '把同一张卡放回，系统自动继续', en: 'Put the same card back; the work goes on by itself' },
    retriable: true,
    httpStatus: 409,
  },
  ISSUER_STOPPING: {
    message: { zh: '发卡服务正在停止，任务保留', en: 'The issuing service is stopping; the job is kept' },
    nextStep: { zh: '重新启动发卡服务', en: 'Start the issuing service again' },
    retriable: true,
    httpStatus: 503,
  },
  IDEMPOTENCY_KEY_REUSED: {
    message: { zh: '同一幂等键用于不同的请求', en: 'This Idempotency-Key was used for a different request' },
    nextStep: { zh: '为新的请求使用新的幂等键', en: 'Use a new key for a new request' },
    retriable: false,
    httpStatus: 409,
  },
  TOKEN_WRONG: {
    message: { zh: '访问令牌缺失或不正确', en: 'The access token is missing or wrong' },
    nextStep: {
      zh: '使用启动时打印的地址，或输入正确的令牌',
      en: 'Use the address printed at start, or enter the right token',
    },
    retriable: false,
    httpStatus: 401,
  },
  AGENT_MESSAGE_MALFORMED: {
    message: { zh: '读卡器代理发来的消息无法理解', en: 'The agent sent a message that cannot be understood' },
    nextStep: { zh: '让代理与发卡服务使用相同版本', en: 'Run the agent and the issuing service in the same version' },
    retriable: false,
    httpStatus: 502,
  },
  KEY_SERVICE_ANSWER_WRONG: {
    message: { zh: '密钥服务的答复与请求不符', en: 'The answer of key-service does not match the request' },
    nextStep: { zh: '让密钥服务与发卡服务使用相同版本', en: 'Run key-service and card-issuer in the same version' },
    retriable: false,
    httpStatus: 502,
  },
  APPROVAL_WAITING: {
    message: { zh: '同一事项已提请审批，正在等待', en: 'The same thing waits for approval already' },
    nextStep: {
      zh: '请另一位有权人员在审批列表中处理',
      en: 'Ask a colleague with the role to decide it in the list of approvals',
    },
    retriable: false,
    httpStatus: 409,
  },
  APPROVAL_UNKNOWN: {
    message: { zh: '没有这项待审批事项，或已处理', en: 'There is no such approval, or it is decided already' },
    nextStep: { zh: '刷新审批列表', en: 'Look at the list of approvals again' },
    retriable: false,
    httpStatus: 404,
  },
  APPROVAL_NOT_YOURS: {
    message: { zh: '您无权处理这项审批', en: 'This approval is not yours to decide' },
    nextStep: {
      zh: '请有相应角色的同事处理；只有提请人可以撤回',
      en: 'Ask a colleague with the role; only the requester may withdraw',
    },
    retriable: false,
    httpStatus: 403,
  },
  CURSOR_WRONG: {
    message: { zh: '分页游标无效', en: 'The cursor is not one of this list' },
    nextStep: { zh: '从第一页重新查询', en: 'Start again from the first page' },
    retriable: false,
    httpStatus: 400,
  },
  FEED_CURSOR_EXPIRED: {
    message: {
      zh: '游标之后的事件已超过保存期',
      en: 'Events after this cursor are older than what is kept',
    },
    nextStep: {
      zh: '用 /v1/registry-report 从头取一遍卡状态,再不带游标重新订阅',
      en: 'Take the state of all cards from /v1/registry-report, then read again without a cursor',
    },
    retriable: false,
    httpStatus: 410,
  },
  FEED_CURSOR_AHEAD: {
    message: { zh: '游标超出本库最后一个事件', en: 'The cursor is beyond the last event of this database' },
    nextStep: {
      zh: '数据库可能由备份恢复:请核对后不带游标重新订阅',
      en: 'The database may be an older backup: compare, then read again without a cursor',
    },
    retriable: false,
    httpStatus: 409,
  },
  PERSONAL_DATA_UNREADABLE: {
    message: { zh: '加密的个人信息无法打开', en: 'Sealed personal data cannot be opened' },
    nextStep: {
      zh: '检查数据库是否被改动，数据密钥是否齐全；必要时从备份恢复',
      en: 'Check that the database was not changed and all data keys are there; restore from the backup if need be',
    },
    retriable: false,
    httpStatus: 500,
  },
  RESIDENT_CHANGED_MEANWHILE: {
    message: { zh: '居民信息已被他人修改', en: 'Somebody else changed this resident meanwhile' },
    nextStep: { zh: '重新读取后再修改', en: 'Read it again, then change it' },
    retriable: false,
    httpStatus: 409,
  },
  RESIDENT_MERGED: {
    message: { zh: '该居民记录已并入另一条记录', en: 'This record was merged into another one' },
    nextStep: { zh: '使用合并后的记录，或先撤销合并', en: 'Use the record that was kept, or undo the merge first' },
    retriable: false,
    httpStatus: 409,
  },
  RESIDENT_ERASED: {
    message: { zh: '该居民信息已依法删除', en: 'This resident was erased' },
    nextStep: { zh: '如需办卡，重新登记', en: 'Enrol the person anew if a card is wanted' },
    retriable: false,
    httpStatus: 410,
  },
  RESIDENT_CARD_IN_USE: {
    message: { zh: '该居民有在办或在用的卡', en: 'This resident has a card in work or in use' },
    nextStep: { zh: '先注销并收回该卡', en: 'Cancel the card first and take it back' },
    retriable: false,
    httpStatus: 409,
  },
  RESIDENT_ARCHIVE_HOLDS: {
    message: { zh: '医疗档案保存期内不得删除', en: 'The medical archive holds this record' },
    nextStep: { zh: '到期后再申请删除；可先撤回授权', en: 'Ask again after that day; consents may be withdrawn now' },
    retriable: false,
    httpStatus: 409,
  },
  CANDIDATE_UNKNOWN: {
    message: { zh: '没有这对疑似重复记录', en: 'There is no such pair of candidates' },
    nextStep: { zh: '刷新疑似重复列表', en: 'Look at the list of candidates again' },
    retriable: false,
    httpStatus: 404,
  },
  MERGE_UNKNOWN: {
    message: { zh: '没有可撤销的合并', en: 'There is no merge to undo' },
    nextStep: { zh: '刷新记录；可能已撤销', en: 'Look at the record again; it may be undone already' },
    retriable: false,
    httpStatus: 404,
  },
  CONSENT_UNKNOWN: {
    message: { zh: '没有这项授权，或已撤回', en: 'There is no such consent, or it is withdrawn' },
    nextStep: { zh: '刷新授权列表', en: 'Look at the list of consents again' },
    retriable: false,
    httpStatus: 404,
  },
  IMPORT_UNKNOWN: {
    message: { zh: '没有这项导入', en: 'There is no such import' },
    nextStep: { zh: '刷新导入列表', en: 'Look at the list of imports again' },
    retriable: false,
    httpStatus: 404,
  },
  IMPORT_STATE_FORBIDS: {
    message: { zh: '导入的当前状态不允许此操作', en: 'The state of the import does not allow this' },
    nextStep: { zh: '刷新导入状态后再操作', en: 'Look at the import again' },
    retriable: false,
    httpStatus: 409,
  },
  MAPPING_UNKNOWN: {
    message: { zh: '没有这个来源的列映射', en: 'There is no mapping for this source' },
    nextStep: { zh: '选择已有来源，或先保存映射', en: 'Choose a known source, or save its mapping first' },
    retriable: false,
    httpStatus: 404,
  },
  MAPPING_INCOMPLETE: {
    message: { zh: '列映射缺少必需字段', en: 'The mapping leaves needed fields open' },
    nextStep: { zh: '为所列字段指定列、常量或推导', en: 'Give each field named a column, a constant or a derivation' },
    retriable: false,
    httpStatus: 400,
  },
  FOREIGN_HOTLIST_REFUSED: {
    message: { zh: '这是本省的名单，不能作为外省名单导入', en: 'This is the list of our own province' },
    nextStep: { zh: '本省名单由本系统签发', en: 'Our own list is published here' },
    retriable: false,
    httpStatus: 409,
  },
  FOREIGN_HOTLIST_OLD: {
    message: { zh: '已有同版本或更新的外省名单', en: 'The same or a newer list of this province is held already' },
    nextStep: { zh: '向该省索取最新名单', en: 'Ask that province for its newest list' },
    retriable: false,
    httpStatus: 409,
  },
  CARD_REJECTED: {
    message: {
      zh: '个人化检验未通过：回读、真伪或反向检验不符',
      en: 'The card failed its verification: read-back, genuineness or negative control',
    },
    nextStep: {
      zh: '查看检验结果；可在同一芯片上重试一次，仍不通过则作废',
      en: 'Look at the verdict; retry once on the same chip, else spoil it',
    },
    retriable: false,
    httpStatus: 409,
  },
  BULK_RUN_UNKNOWN: {
    message: { zh: '没有这个批量任务。', en: 'There is no such bulk run.' },
    nextStep: { zh: '请从批量任务列表中重新选择。', en: 'Choose again from the list of bulk runs.' },
    retriable: false,
    httpStatus: 404,
  },
  BULK_ITEM_UNKNOWN: {
    message: { zh: '批量任务中没有这一行。', en: 'The bulk run has no such line.' },
    nextStep: { zh: '请刷新列表后重试。', en: 'Reload the list and try again.' },
    retriable: false,
    httpStatus: 404,
  },
  RENEWAL_EMPTY: {
    message: { zh: '这段时间内没有待换发的卡。', en: 'No card that waits for renewal expires in this time.' },
    nextStep: {
      zh: '请改选月份或地区;已在换发的卡不再列入。',
      en: 'Choose other months or another county; cards under way are not taken again.',
    },
    retriable: false,
    httpStatus: 409,
  },
  BULK_STATE_FORBIDS: {
    message: { zh: '批量任务当前的状态不允许此操作。', en: 'The bulk run’s present state does not allow this.' },
    nextStep: { zh: '请刷新后查看任务状态。', en: 'Reload and look at the state of the run.' },
    retriable: false,
    httpStatus: 409,
  },
  AREA_UNKNOWN: {
    message: { zh: '行政区划代码不在河北省县级代码之列。', en: 'An area code is no county of Hebei.' },
    nextStep: { zh: '请按 GB/T 2260 改正所列代码。', en: 'Correct the codes named by GB/T 2260.' },
    retriable: false,
    httpStatus: 422,
  },
  CAPACITY_PLAN_WRONG: {
    message: { zh: '产能测算的参数不在允许范围内。', en: 'A value of the capacity plan is out of range.' },
    nextStep: {
      zh: '各项须大于 0,设备利用率不超过 1。',
      en: 'Each value must be more than 0, the utilization at most 1.',
    },
    retriable: false,
    httpStatus: 422,
  },
  FONT_MISSING: {
    message: { zh: '找不到打印卡面所需的字体。', en: 'The font that card faces are printed in is missing.' },
    nextStep: {
      zh: '安装 fonts-noto-cjk(apt-get install fonts-noto-cjk),或在配置中指定字体文件。',
      en: 'Install fonts-noto-cjk (apt-get install fonts-noto-cjk), or name a font file in the settings.',
    },
    retriable: false,
    httpStatus: 503,
  },
  FACE_NOT_YET: {
    message: { zh: '该卡尚未绑定芯片,还没有卡面。', en: 'No chip is bound to this card yet; it has no face.' },
    nextStep: {
      zh: '请先放入空白卡并个人化,再打印卡面。',
      en: 'Put a blank in and personalize it, then print the face.',
    },
    retriable: false,
    httpStatus: 409,
  },
  LAYOUT_UNKNOWN: {
    message: { zh: '没有这种卡面版式。', en: 'There is no such layout of the card face.' },
    nextStep: { zh: '请选用 plain(单独卡面)或 bank-combined(银行合一)。', en: 'Use plain or bank-combined.' },
    retriable: false,
    httpStatus: 404,
  },
  FACE_REFUSED: {
    message: { zh: '卡面打印不下或打印不出所列内容。', en: 'The card face cannot hold or print what is named.' },
    nextStep: {
      zh: '请按所列字段核对;生僻字须先扩充字库,过长的姓名按规则缩写登记。',
      en: 'Check the fields named; rare characters need a larger font first, names too long are registered abbreviated.',
    },
    retriable: false,
    httpStatus: 422,
  },
  MAILBOX_CONTENT_REFUSED: {
    message: {
      zh: '待办更新的内容有误,未放入任何信箱。',
      en: 'The update is not valid; nothing was put into any mailbox.',
    },
    nextStep: { zh: '请改正所列各项。', en: 'Correct what is named.' },
    retriable: false,
    httpStatus: 422,
  },
  MAILBOX_CARD_NOT_IN_USE: {
    message: { zh: '此卡不在使用中,没有信箱。', en: 'The card is not in use; it has no mailbox.' },
    nextStep: { zh: '待卡交付持卡人之后再放入更新。', en: 'Wait until the card has been handed over.' },
    retriable: false,
    httpStatus: 409,
  },
  MAILBOX_UPDATE_UNKNOWN: {
    message: { zh: '没有这项待办更新。', en: 'There is no such update.' },
    nextStep: { zh: '请刷新卡的信箱。', en: "Reload the card's mailbox." },
    retriable: false,
    httpStatus: 404,
  },
  MAILBOX_STATE_FORBIDS: {
    message: { zh: '当前状态不允许此操作。', en: 'The present state does not allow this.' },
    nextStep: { zh: '请刷新后查看状态。', en: 'Reload and look at the state.' },
    retriable: false,
    httpStatus: 409,
  },
  REKEY_UNAVAILABLE: {
    message: { zh: '密钥服务未接入,暂不能更换密钥。', en: 'No key-service is there to make the re-key.' },
    nextStep: {
      zh: '更新保留在信箱中,接入后自动执行。',
      en: 'The update stays in the mailbox and is carried out later.',
    },
    retriable: true,
    httpStatus: 503,
  },
  MAILBOX_CHANGE_UNKNOWN: {
    message: { zh: '没有这项批量变更。', en: 'There is no such bulk change.' },
    nextStep: { zh: '请刷新批量变更列表。', en: 'Reload the list of bulk changes.' },
    retriable: false,
    httpStatus: 404,
  },
  BUREAU_NOT_SET_UP: {
    message: {
      zh: '尚未配置制卡中心的签名密钥或密钥服务。',
      en: 'Work with card bureaus is not set up: a signing key or key-service is missing.',
    },
    nextStep: {
      zh: '设置 RHC_ISSUER_BUREAU_SIGNING_KEY_FILE 与证书文件后重启。',
      en: 'Set RHC_ISSUER_BUREAU_SIGNING_KEY_FILE and the certificate file, then restart.',
    },
    retriable: false,
    httpStatus: 503,
  },
  BUREAU_UNKNOWN: {
    message: { zh: '没有这个制卡中心。', en: 'There is no such card bureau.' },
    nextStep: { zh: '在制卡中心列表中选择。', en: 'Choose one from the list of bureaus.' },
    retriable: false,
    httpStatus: 404,
  },
  BUREAU_KNOWN: {
    message: { zh: '该名称或库存地点已登记为制卡中心。', en: 'This name or place is registered as a bureau already.' },
    nextStep: { zh: '换用其他名称与库存地点。', en: 'Use another name and another place.' },
    retriable: false,
    httpStatus: 409,
  },
  BUREAU_ENTRY_WRONG: {
    message: { zh: '制卡中心的登记内容有误。', en: 'The entry of the bureau is at fault.' },
    nextStep: { zh: '按所列字段更正后重新提交。', en: 'Correct the fields named and send it again.' },
    retriable: false,
    httpStatus: 422,
  },
  BUREAU_STOCK_SHORT: {
    message: { zh: '制卡中心的空白卡不够本订单使用。', en: 'The bureau does not hold enough blanks for this order.' },
    nextStep: {
      zh: '先向制卡中心移交空白卡,或减少数量。',
      en: 'Pass blanks on to the bureau first, or order fewer cards.',
    },
    retriable: false,
    httpStatus: 409,
  },
  BUREAU_NOTHING_TO_ORDER: {
    message: { zh: '没有可交制卡中心制作的卡。', en: 'There is nothing that the bureau could make.' },
    nextStep: { zh: '先为居民下卡订单。', en: 'Order cards for residents first.' },
    retriable: false,
    httpStatus: 409,
  },
  BUREAU_CARDS_REFUSED: {
    message: { zh: '所列的卡不能交制卡中心。', en: 'The cards named cannot go to a bureau.' },
    nextStep: {
      zh: '从名单中去掉这些卡,或等其当前操作结束。',
      en: 'Leave these cards out, or wait until their present work has ended.',
    },
    retriable: false,
    httpStatus: 409,
  },
  BUREAU_SAMPLE_MISSING: {
    message: {
      zh: '这一产品、规范与密钥版本还没有经双人核准的样卡。',
      en: 'No sample card of this product, profile and set of key versions was approved by two people.',
    },
    nextStep: {
      zh: '先下不多于 5 张的样卡订单并核准样卡,再下大批订单。',
      en: 'Order up to 5 sample cards and have one approved, then order the rest.',
    },
    retriable: false,
    httpStatus: 409,
  },
  BUREAU_ORDER_UNKNOWN: {
    message: { zh: '没有这个制卡中心订单。', en: 'There is no such order of a bureau.' },
    nextStep: { zh: '在订单列表中选择。', en: 'Choose one from the list of orders.' },
    retriable: false,
    httpStatus: 404,
  },
  BUREAU_ORDER_NOT_SEALED: {
    message: { zh: '订单文件尚未生成。', en: 'The file of this order has not been made yet.' },
    nextStep: { zh: '先生成订单文件(seal)。', en: 'Make the file of the order first (seal).' },
    retriable: false,
    httpStatus: 409,
  },
  BUREAU_ORDER_CLOSED: {
    message: { zh: '订单已经关闭,差额为 0。', en: 'The order is closed with difference 0.' },
    nextStep: { zh: '新的回盘内容请联系制卡中心说明。', en: 'Ask the bureau what the new file is about.' },
    retriable: false,
    httpStatus: 409,
  },
  BUREAU_FILE_MALFORMED: {
    message: { zh: '文件不完整或不是规定的格式。', en: 'The file is cut off or not of the form agreed.' },
    nextStep: {
      zh: '请制卡中心按格式第 1 版重新发送完整文件(DER 编码)。',
      en: 'Ask the bureau to send the whole file again, version 1, in DER.',
    },
    retriable: false,
    httpStatus: 422,
  },
  BUREAU_FILE_SIGNATURE: {
    message: {
      zh: '文件的签名不成立:内容被改动,或不是登记的制卡中心签署。',
      en: 'The signature of the file does not hold: it was altered, or another one than the bureau signed it.',
    },
    nextStep: {
      zh: '不得采用该文件;与制卡中心核对来源与证书指纹。',
      en: "Do not use the file; compare its origin and the certificate's fingerprint with the bureau.",
    },
    retriable: false,
    httpStatus: 422,
  },
  BUREAU_CERTIFICATE_EXPIRED: {
    message: { zh: '制卡中心的证书不在有效期内。', en: "The bureau's certificate is not valid at this time." },
    nextStep: {
      zh: '请制卡中心更新证书,经双人重新登记。',
      en: 'Ask for a new certificate and have two people register it.',
    },
    retriable: false,
    httpStatus: 409,
  },
  BUREAU_FILE_NOT_FOR_US: {
    message: {
      zh: '文件不是为本单位加密的,不能打开。',
      en: 'The file was not made for this receiver and cannot be opened.',
    },
    nextStep: { zh: '核对收件方证书。', en: "Check the receiver's certificate." },
    retriable: false,
    httpStatus: 422,
  },
  BUREAU_FILE_OTHER_ORDER: {
    message: {
      zh: '回盘文件属于另一订单或另一制卡中心。',
      en: 'The return file belongs to another order or another bureau.',
    },
    nextStep: { zh: '在其所属订单下导入。', en: 'Take it in under the order that it names.' },
    retriable: false,
    httpStatus: 409,
  },
  BUREAU_RETURN_SEQUENCE: {
    message: {
      zh: '该订单的这一回盘序号已用于另一内容。',
      en: 'This number of a return file was used for other content.',
    },
    nextStep: { zh: '请制卡中心用下一个序号重新发送。', en: 'Ask the bureau to send it under the next number.' },
    retriable: false,
    httpStatus: 409,
  },
  BUREAU_RETURN_UNKNOWN: {
    message: { zh: '没有这份回盘文件。', en: 'There is no such return file.' },
    nextStep: { zh: '在订单的回盘列表中选择。', en: "Choose one from the order's list." },
    retriable: false,
    httpStatus: 404,
  },
  BUREAU_BOX_UNKNOWN: {
    message: { zh: '没有这个箱子。', en: 'There is no such box.' },
    nextStep: { zh: '在箱子列表中选择。', en: 'Choose one from the list of boxes.' },
    retriable: false,
    httpStatus: 404,
  },
  BUREAU_BOX_TRANSFER: {
    message: { zh: '该移交单不是发往这个制卡中心的。', en: 'This transfer does not go to the bureau.' },
    nextStep: {
      zh: '选择收方为该制卡中心库存地点的移交单。',
      en: "Choose a transfer whose taker is the bureau's place.",
    },
    retriable: false,
    httpStatus: 409,
  },
  BUREAU_COUNT_DIFFERS: {
    message: { zh: '清点数与账面不符。', en: 'The count differs from the books.' },
    nextStep: {
      zh: '重新清点;仍不符时由主管与制卡中心查明,不得改数。',
      en: 'Count again; if it still differs, the manager looks into it with the bureau. The number is not changed.',
    },
    retriable: false,
    httpStatus: 409,
  },
  BUREAU_NOTHING_TO_WRITE_OFF: {
    message: { zh: '本订单没有可核销的卡。', en: 'The order has nothing that could be written off.' },
    nextStep: {
      zh: '只有缺失或未制成的卡可以核销。',
      en: 'Only missing cards and those that were not made are written off.',
    },
    retriable: false,
    httpStatus: 409,
  },
  CARD_AT_BUREAU: {
    message: { zh: '该卡正在制卡中心制作。', en: 'The card is being made by a bureau.' },
    nextStep: {
      zh: '等回盘文件;确需终止时由两人在该订单中核销。',
      en: 'Wait for the return file; two people may write it off within its order.',
    },
    retriable: false,
    httpStatus: 409,
  },
  BUREAU_CARD_NOT_MADE: {
    message: { zh: '该卡不是制卡中心已制成的卡。', en: 'This card was not made by a bureau.' },
    nextStep: { zh: '柜台制作的卡无需此检验。', en: 'Cards made at a counter need no such check.' },
    retriable: false,
    httpStatus: 409,
  },
  BUREAU_CARD_UNCHECKED: {
    message: {
      zh: '制卡中心所制的卡尚未在窗口读卡检验。',
      en: 'The card was made by a bureau and its chip has not been read at a counter yet.',
    },
    nextStep: {
      zh: '把卡放入读卡器,先作交付检验,再启用。',
      en: 'Put the card into a reader and check it, then hand it over.',
    },
    retriable: false,
    httpStatus: 409,
  },
  BUREAU_CARD_REFUSED_AT_COUNTER: {
    message: {
      zh: '芯片与记录不符,不得交付。',
      en: 'The chip is not what the record says; it must not be handed over.',
    },
    nextStep: {
      zh: '卡隔离,按废卡由两人处理,并为居民重新制卡。',
      en: 'Keep the card apart, have two people spoil it, and make another one.',
    },
    retriable: false,
    httpStatus: 409,
  },
  DATABASE_OF_TRAINING: {
    message: {
      zh: '这是培训用的数据库,不能用于真实发卡',
      en: 'This database is for training and must not issue real cards',
    },
    nextStep: {
      zh: '把 RHC_ISSUER_DATABASE 指向正式数据库;要培训请运行 npm run training',
      en: 'Point RHC_ISSUER_DATABASE to the real database; for training run npm run training',
    },
    retriable: false,
    httpStatus: 500,
  },
  DATABASE_NOT_OF_TRAINING: {
    message: {
      zh: '这是正式数据库,不能在培训模式下打开',
      en: 'This database holds real residents and is not opened for training',
    },
    nextStep: {
      zh: '培训须用自己的数据库:运行 npm run training,或把 RHC_ISSUER_DATABASE 指向一个新数据库',
      en: 'Training has a database of its own: run npm run training, or point RHC_ISSUER_DATABASE to a new one',
    },
    retriable: false,
    httpStatus: 500,
  },
  TRAINING_IN_PRODUCTION: {
    message: { zh: '生产环境不能用培训模式', en: 'Training does not run in production' },
    nextStep: {
      zh: '去掉 RHC_ISSUER_TRAINING 或 RHC_ISSUER_PRODUCTION 之一',
      en: 'Take away RHC_ISSUER_TRAINING or RHC_ISSUER_PRODUCTION',
    },
    retriable: false,
    httpStatus: 500,
  },
  UNEXPECTED: {
    message: { zh: '发生了未预料的错误，任务保留', en: 'Something unexpected happened; the job is kept' },
    nextStep: { zh: '查看发卡服务的日志后重试', en: "Look at the service's log, then try again" },
    retriable: false,
    httpStatus: 500,
  },
});
