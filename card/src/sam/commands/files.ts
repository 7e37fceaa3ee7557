/** SELECT by FID and READ BINARY (CARD-FACTS 5.1, 5.2). */
import { uint16 } from '../../bytes/index.ts';
import { defineSamCommand, readNothing } from './define-sam-command.ts';

export const samSelect = defineSamCommand({
  name: 'SELECT',
  build: (fid: number) => ({ p1: 0x00, p2: 0x00, data: uint16(fid) }),
  read: readNothing,
});

export const samReadBinary = defineSamCommand({
  name: 'READ BINARY',
  build: (offset: number, length: number) => {
    const [p1, p2] = uint16(offset);
    return { p1: p1 ?? 0, p2: p2 ?? 0, le: length };
  },
  read: (data) => data,
});
