/** Who holds the card: photo, marks of the card, the identity's elements. */
import { CheckCircleFilled, CloseCircleFilled, UserOutlined } from '@ant-design/icons';
import { Skeleton } from 'antd';
import type { Reading } from './agent-streams.ts';
import { ElementList } from './element-list.tsx';

const IDENTITY = ['name', 'sex', 'birthDate', 'ethnicGroup', 'idNumber', 'phone1', 'phone2'];

function Marks({ genuine, validity }: Reading) {
  const expired = validity.state === 'expired';
  return (
    <>
      {/* Keys that cannot tell leave it unsaid: no mark is better than a false one. */}
      <p id="genuine" className="mark">
        {genuine && (
          <>
            <CheckCircleFilled /> 真卡 <small lang="en">Genuine card</small>
          </>
        )}
      </p>
      <p id="validity" className="mark" data-state={validity.state}>
        {validity.expiryDate !== null && (
          <>
            {expired ? <CloseCircleFilled /> : null} {expired ? '已过期 EXPIRED' : '有效至 valid to'}{' '}
            {validity.expiryDate}
          </>
        )}
      </p>
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
          <Marks {...reading} />
        </div>
      </div>
      <ElementList id="identity" shown={shown} elements={IDENTITY.flatMap((id) => byName.get(id) ?? [])} />
    </section>
  );
}
