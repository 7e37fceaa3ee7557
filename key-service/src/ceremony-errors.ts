/** Errors of ceremonies; part of the room's table in `errors.ts`. */
import { entry } from './error-entry.ts';

const refused = { httpStatus: 409 };

export const ceremonyErrorTable = {
  CEREMONY_UNKNOWN: entry(
    '没有这个仪式或仪式脚本。',
    'There is no such ceremony, or no such script.',
    '在仪式列表中选择;脚本见 hsm-config/ceremonies。',
    'Choose one from the list of ceremonies; scripts are in hsm-config/ceremonies.',
    { httpStatus: 404 },
  ),
  CEREMONY_OTHER_HIERARCHY: entry(
    '该脚本用于另一个密钥体系,不能在本服务中正式执行。',
    'This script is for another key hierarchy and cannot be run for real in this service.',
    '在相应的密码机上执行,或先排演。',
    'Run it at the HSM that it is for, or rehearse it.',
    refused,
  ),
  CEREMONY_NOT_OPEN: entry(
    '仪式没有在进行:已中断、已完成或已放弃。',
    'The ceremony is not going on: it is interrupted, completed or abandoned.',
    '中断的仪式由主持人恢复后继续;其余请另开一场。',
    'The administrator resumes an interrupted one; otherwise open another.',
    refused,
  ),
  CEREMONY_ROLE_REFUSED: entry(
    '此人不能担任这个角色。',
    'This person cannot take this role.',
    '一人一角:保管人、操作者与审计员须是不同的人;请按提示换人。',
    'One person, one role: custodian, operator and auditor are different people; see the reason given.',
    refused,
  ),
  CEREMONY_NOT_YOUR_TURN: entry(
    '现在不由此人执行这一步。',
    'It is not for this person to act now.',
    '按仪式状态中“等待谁”的提示,由相应的人执行。',
    'See whom the ceremony waits for; that person acts.',
    refused,
  ),
  CEREMONY_STEP_REFUSED: entry(
    '这一步不能这样执行。',
    'The step cannot be carried out like this.',
    '按提示的原因改正后重试。',
    'Correct what is named and try again.',
    refused,
  ),
  CEREMONY_PART_REFUSED: entry(
    '密钥分量被拒绝,没有保留任何内容。',
    'The part is refused; nothing of it was kept.',
    '核对信封中的分量与校验值后重新输入;之前输错的分量可先作废。',
    'Compare part and check value with the envelope and enter it again; a part entered wrongly before can be discarded first.',
    refused,
  ),
  CEREMONY_MOVED_MEANWHILE: entry(
    '仪式刚刚被他人推进。',
    'Somebody else has just moved the ceremony on.',
    '查看最新状态后重试。',
    'Look at its state now, then try again.',
    { retriable: true, httpStatus: 409 },
  ),
  CEREMONY_AS_REFUSED: entry(
    '正式仪式中每个人只能用自己的身份操作。',
    'In a real ceremony everybody acts under their own identity only.',
    '请本人登录后操作;代演他人只在排演中允许。',
    'Let the person sign in and act; playing others is for rehearsals only.',
    { httpStatus: 403 },
  ),
  CEREMONY_ANSWER_MISSING: entry(
    '答案文件中没有这一问的答案。',
    'The file of answers has none for this question.',
    '在答案文件中加入所列名称。',
    'Add the name given to the file of answers.',
    { httpStatus: 400 },
  ),
  CEREMONY_APPROVAL_MISSING: entry(
    '这一步须先经多人批准:还没有针对这一步的有效申请。',
    'This step needs a quorum first: there is no living request for it.',
    '在仪式房间中按“申请批准”,由名册规定的人员在批准页批准后再执行。',
    'Press “ask for approval” in the ceremony room; when the people of the roster have approved it on the approvals page, act.',
    refused,
  ),
  CEREMONY_UNATTENDED_REFUSED: entry(
    '只有排演与试点脚本可以无人值守地执行。',
    'Only rehearsals and pilot scripts run unattended.',
    '正式仪式请由到场人员逐步执行。',
    'A real ceremony is carried out by the people present, step by step.',
    refused,
  ),
  MINUTES_MISSING: entry(
    '仪式记录尚未生成。',
    'There are no minutes yet.',
    '仪式完成、中断或放弃后即可取得记录。',
    'They are made when the ceremony is completed, interrupted or abandoned.',
    { httpStatus: 404 },
  ),
  MINUTES_PDF_FAILED: entry(
    '生成 PDF 失败;仪式记录本身(JSON)完好。',
    'The PDF could not be drawn; the minutes themselves (JSON) are unharmed.',
    '重试;若再次失败,请下载 JSON 并查看 key-service 的日志。',
    "Try again; if it fails again take the JSON and look into key-service's log.",
    { retriable: true },
  ),
  MINUTES_FONT_MISSING: entry(
    '找不到生成 PDF 所需的中文字体。',
    'The Chinese font for PDFs was not found.',
    '安装 fonts-noto-cjk,或在 RHC_PDF_FONT 中写明字体文件。',
    'Install fonts-noto-cjk, or name the font file in RHC_PDF_FONT.',
  ),
} as const;
