/** Diagnostics: for the agent's own page only; what leaves the machine holds no person and no key. */
import { endpoint } from '@rhc/service-shell';
import { probeRequest, readerProbe } from '../../contract/diagnostics.ts';
import { diagnosticsBundle, isFailing, probeReader, recording } from '../../diagnostics/index.ts';
import { DESK } from '../callers.ts';
import type { EndpointParts } from '../endpoint-parts.ts';
import { keysOf } from './desk-keys.ts';

const tag = '诊断 diagnostics';

export function diagnosticsEndpoints(parts: EndpointParts) {
  const { desk, diagnostics } = parts;
  let probes = 0;
  return [
    endpoint({
      method: 'post',
      path: '/v1/diagnostics/probe',
      access: [DESK],
      tag,
      summary: { zh: '读卡器诊断：复位应答、协议、往返时间', en: 'Reader diagnostics: ATR, protocol, round trips' },
      body: probeRequest,
      response: readerProbe,
      handle({ body }) {
        probes += 1;
        return probeReader(desk, body.reader, diagnostics.clock, `probe-${probes}`);
      },
    }),
    endpoint({
      method: 'get',
      path: '/v1/diagnostics/dialogues',
      access: [DESK],
      tag,
      summary: {
        zh: '最近的卡对话（已脱敏：结构、长度、状态字、时间），可在模拟器中重放',
        en: 'The last dialogues with cards, redacted (structure, lengths, status words, times), to be replayed in the simulator',
      },
      response: recording,
      handle({ ctx }) {
        const all = diagnostics.recording();
        return ctx.query.failing === '1' ? { ...all, dialogues: all.dialogues.filter(isFailing) } : all;
      },
    }),
    endpoint({
      method: 'get',
      path: '/v1/diagnostics/bundle',
      access: [DESK],
      tag,
      summary: { zh: '诊断包（zip，无个人信息）', en: 'Diagnostics bundle (zip, no personal data)' },
      answers: 'application/zip',
      handle({ ctx }) {
        ctx.type = 'application/zip';
        ctx.set('Content-Disposition', 'attachment; filename="rhc-diagnostics.zip"');
        ctx.body = Buffer.from(
          diagnosticsBundle({
            status: {
              version: parts.version,
              pcsc: parts.pcscHealth(),
              journal: parts.journalState(),
              channel: parts.channelStatus()?.state ?? 'none',
              clock: parts.clockCheck.state(),
              hotlist: parts.hotlist?.state() ?? null,
            },
            keys: keysForSupport(parts),
            settings: diagnostics.settings(),
            readers: desk.readers(),
            recording: diagnostics.recording(),
            machine: diagnostics.machine(),
            logLines: diagnostics.logLines(),
          }),
        );
      },
    }),
  ];
}

/** Where the keys come from, without the numbers by which one SAM is known from another. */
function keysForSupport(parts: EndpointParts) {
  const { sam, ...keys } = keysOf(parts);
  const { samFactor: _factor, samSerial: _serial, terminalNumber: _terminal, ...state } = sam;
  return { ...keys, sam: state };
}
