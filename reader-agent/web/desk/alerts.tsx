/** What must be known before anything is done: larger and louder than everything else, in full, never masked. */
import { WarningFilled } from '@ant-design/icons';
import type { DecodedElementView } from '../../src/contract/index.ts';
import type { Reading } from './agent-streams.ts';
import { shownValue } from './mask.ts';
import { hasAlerts } from './reading-words.ts';

/** Shown before all other flags: they forbid procedures at once (magnetic resonance, surgery). */
const FIRST = ['pacemaker', 'coagulationDisorder', 'organTransplant'];

const isBlood = ({ id, value }: DecodedElementView) => /^blood/.test(id) && value !== null && value !== '';

function flagsInOrder(elements: readonly DecodedElementView[]): DecodedElementView[] {
  const rank = ({ id }: DecodedElementView) => (FIRST.indexOf(id) + FIRST.length + 1) % (FIRST.length + 1);
  return elements.filter(({ value }) => value === true).sort((a, b) => rank(a) - rank(b));
}

export function Alerts({ reading }: { reading: Reading }) {
  const { alerts, allergies = [] } = reading;
  if (alerts === undefined) return <section id="alerts" className="alerts waiting" aria-busy="true" />;
  const other = alerts.filter((each) => typeof each.value === 'string' && each.value !== '' && !isBlood(each));
  const calm = !hasAlerts(reading) && other.length === 0;
  return (
    <section
      id="alerts"
      className={calm ? 'alerts calm' : 'alerts'}
      role={calm ? 'status' : 'alert'}
      aria-label="医学警示 medical alerts"
    >
      {alerts.filter(isBlood).map((each) => (
        <span key={each.id} className="blood">
          <small>{each.label.zh}</small>
          <strong>{shownValue(each, true)}</strong>
        </span>
      ))}
      {allergies.map(({ substance, reaction }) => (
        <span key={`${substance} ${reaction}`} className="allergy">
          <WarningFilled /> 过敏 ALLERGY：{substance}
          {reaction === '' ? '' : ` → ${reaction}`}
        </span>
      ))}
      {flagsInOrder(alerts).map((each) => (
        <span key={each.id} className={FIRST.includes(each.id) ? 'flag first' : 'flag'}>
          {FIRST.includes(each.id) && <WarningFilled />} {each.label.zh} <small lang="en">{each.label.en}</small>
        </span>
      ))}
      {other.map((each) => (
        <span key={each.id} className="flag">
          {shownValue(each, true)}
        </span>
      ))}
      {calm && (
        <span className="nothing">
          卡上无医学警示 <small lang="en">No alerts on the card</small>
        </span>
      )}
    </section>
  );
}
