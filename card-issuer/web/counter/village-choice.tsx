/**
 * The township and village of a county: one list, found by characters, initials of pinyin or code. The registered address
 * is begun with what was chosen, so that only street and number are left to type.
 */
import { Select, type SelectProps } from 'antd';
import type { ReactNode } from 'react';
import type { County, Draft } from './draft.ts';
import { usePlaces } from './villages.ts';

interface Props {
  readonly shared: SelectProps;
  readonly county: County | undefined;
  readonly draft: Draft;
  onChange(change: Partial<Draft>): void;
  onChosen(): void;
}

export function VillageChoice({ shared, county, draft, onChange, onChosen }: Props): ReactNode {
  const places = usePlaces(county?.areaCode ?? '');
  const { villageCode = '', householdAddress = '' } = draft;
  const chosen = places.value?.find(({ code }) => code === villageCode);
  const begun = (place: typeof chosen): string =>
    place === undefined || county === undefined
      ? ''
      : `河北省${county.city}${county.name}${place.town}${place.village}`;
  const choose = (code: string) => {
    const place = places.value?.find((each) => each.code === code);
    // What the clerk typed stays; a beginning that was made here goes with the village it came from.
    const typed = householdAddress !== '' && householdAddress !== begun(chosen);
    onChange({ villageCode: code, ...(typed ? {} : { householdAddress: begun(place) }) });
  };
  const options = (places.value ?? []).map(({ code, label, search }) => ({ value: code, label, search }));
  // A code that the list does not know (a newer one, a roster's) is shown as it is.
  return (
    <Select
      {...shared}
      options={options}
      loading={places.value === null && places.fault === null}
      placeholder="镇、村名、拼音首字母或代码 name, initials or code"
      notFoundContent={places.fault === null ? '没有这个村(居) none found' : places.fault.message}
      value={villageCode === '' ? null : villageCode}
      onChange={(code: string | null | undefined) => choose(code ?? '')}
      onSelect={onChosen}
    />
  );
}
