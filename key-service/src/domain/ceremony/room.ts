/** The hall with its minute-taking put together from ports: one for the service, one for the terminal, one for tests. */
import { canonicalJson } from '../../audit/leaf.ts';
import { CeremonyHall, type CeremonyHallParts } from './hall.ts';
import { hexOf, type OpenedCeremony } from './ledger.ts';
import { minutesOf, minutesText } from './minutes.ts';

export type CeremonyRoomParts = Omit<CeremonyHallParts, 'writeMinutes'> & {
  /** Signs the log as it is now. */
  readonly checkpoint: () => Promise<string | null>;
  /** Told when a ceremony has come to its end, after its minutes. */
  readonly onEnded?: (ceremony: OpenedCeremony) => Promise<void>;
};

export function ceremonyHall(parts: CeremonyRoomParts): CeremonyHall {
  const writeMinutes = async (ceremony: OpenedCeremony) => {
    const { record, state, config } = ceremony;
    const edition = ceremony.events.length;
    const kept = await parts.store.minutes(record.id);
    if (kept === null || kept.edition < edition) {
      const madeAt = parts.now().toISOString();
      const text = minutesText(minutesOf(ceremony, config.words, { checkpoint: await parts.checkpoint(), madeAt }));
      await parts.store.addMinutes(record.id, { edition, text, at: madeAt });
    }
    // What is kept is what is hashed: a second writer of the same edition gets the first one's bytes.
    const stored = await parts.store.minutes(record.id);
    if (stored === null) return;
    const details = { ceremony: record.id, edition: stored.edition, sha256: hexOf(parts.sha256, stored.text) };
    const id = hexOf(parts.sha256, canonicalJson({ kind: 'minutes', ...details }));
    await parts.audit.record('ceremony-minutes', details, id);
    await parts.checkpoint();
    if (state.phase === 'completed' || state.phase === 'abandoned') await parts.onEnded?.(ceremony);
  };
  return new CeremonyHall({ ...parts, writeMinutes });
}
