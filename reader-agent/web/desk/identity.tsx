/** Who holds the card: photo, marks of the card, the identity's elements. */
import { CheckCircleFilled, CloseCircleFilled, UserOutlined, WarningFilled } from '@ant-design/icons';
import { Skeleton } from 'antd';
import type { Reading } from './agent-streams.ts';
import { ElementList } from './element-list.tsx';
import { keyUseText } from './keys-words.ts';

const IDENTITY = ['name', 'sex', 'birthDate', 'ethnicGroup', 'idNumber', 'phone1', 'phone2'];

function Genuine({ genuine, timings }: Reading) {
  if (genuine)
    return (
      <>
        <CheckCircleFilled /> 真卡 <small lang="en">Genuine card</small>
      </>
    );
  // Keys that cannot tell leave it unsaid until it is known why: no mark is better than a false one.
  if (timings?.keySource !== 'sam') return null;
  return (
    <>
      <WarningFilled /> 离线，未查真伪 <small lang="en">Offline, genuineness unchecked</small>
    </>
  );
}

const hours = (age: number | null): string => (age === null ? '—' : age < 1 ? '<1' : String(Math.floor(age)));

/** How far the list can be relied on stands beside its answer: the desk works by it offline, until it is too old. */
function Listed({ hotlist }: Reading) {
  if (hotlist === undefined) return null;
  const { state, version, ageHours, stopHours } = hotlist;
  if (state === 'listed')
    return (
      <>
        <CloseCircleFilled /> 已挂失或停用 LISTED <small lang="en">hotlist {version}</small>
      </>
    );
  const age = `${hours(ageHours)}${stopHours > 0 ? `/${stopHours}` : ''}`;
  if (version === null)
    return (
      <>
        <WarningFilled /> 未查挂失名单 <small lang="en">No hotlist here</small>
      </>
    );
  return (
    <>
      {state === 'clear' ? '不在挂失名单' : '名单不含此卡所属省'} {version} 版 · {age} 小时{' '}
      <small lang="en">{state === 'clear' ? 'not listed' : 'not covered'}, age in hours of the most allowed</small>
    </>
  );
}

function Marks({ reading }: { reading: Reading }) {
  const { genuine, validity, hotlist, timings } = reading;
  const expired = validity.state === 'expired';
  return (
    <>
      <p id="genuine" className="mark" data-state={genuine ? 'genuine' : 'unchecked'}>
        <Genuine {...reading} />
      </p>
      <p id="validity" className="mark" data-state={validity.state}>
        {validity.expiryDate !== null && (
          <>
            {expired ? <CloseCircleFilled /> : null} {expired ? '已过期 EXPIRED' : '有效至 valid to'}{' '}
            {validity.expiryDate}
          </>
        )}
      </p>
      <p id="hotlist" className="mark" data-state={hotlist?.state}>
        <Listed {...reading} />
      </p>
      {timings?.keySource !== undefined && (
        <p id="key-use" className="key-use" data-source={timings.keySource}>
          {keyUseText(timings.keySource, timings.keyVersions)}
        </p>
      )}
    </>
  );
}

export function Identity({ reading, shown }: { reading: Reading; shown: boolean }) {
  const byName = new Map(reading.identity.map((element) => [element.id, element]));
  const { photo } = reading;
  return (
    <section className="panel identity" aria-label="持卡人 holder">
      <div className="who">
        <div className={shown ? 'photo shown' : 'photo'}>
          {typeof photo === 'string' && (
            <img id="photo" alt="持卡人 the holder" src={`data:image/jpeg;base64,${photo}`} />
          )}
          {photo === undefined && <Skeleton.Node active className="photo-wait" />}
          {photo === null && <UserOutlined className="photo-none" title="卡上无照片 no photo on the card" />}
        </div>
        <div className="marks">
          <Marks reading={reading} />
        </div>
      </div>
      <ElementList id="identity" shown={shown} elements={IDENTITY.flatMap((id) => byName.get(id) ?? [])} />
    </section>
  );
}
