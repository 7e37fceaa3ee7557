/** What all conformance cases are put together from: steps, and the records of CARD-FACTS 1.4 (tag, length) by file. */
export const hex = (n) => n.toString(16).toUpperCase().padStart(2, '0');

/** One APDU, the status word and, where there is one, the answer. */
export function send(command, sw, data = '') {
  return data === '' ? { send: command, sw } : { send: command, sw, data };
}

/** From anywhere: DDF1, then the application. */
export function path(directory) {
  const ddf1 = send('00A4000002DDF1', '9000');
  if (directory === 'MF') return [send('00A40000023F00', '9000')];
  return directory === 'DDF1' ? [ddf1] : [ddf1, send(`00A4000002${directory}`, '9000')];
}

export const RECORDS = {
  'DDF1/EF05': [
    [0x01, 1],
    [0x02, 4],
    [0x03, 30],
    [0x04, 11],
    [0x05, 180],
    [0x06, 4],
    [0x08, 18],
    [0x09, 3],
    [0x0a, 10],
    [0x39, 3],
  ],
  'DDF1/EF06': [
    [0x0b, 30],
    [0x0c, 1],
    [0x0d, 1],
    [0x0e, 4],
    [0x0f, 18],
  ],
  'DDF1/EF08': [
    [0x07, 4],
    [0x10, 20],
    [0x11, 20],
    [0x12, 1],
    [0x13, 1],
    [0x14, 1],
  ],
  'DF01/EF05': [
    [0x15, 1],
    [0x16, 100],
    [0x17, 1],
    [0x18, 100],
  ],
  'DF01/EF06': [
    [0x19, 30],
    [0x1a, 1],
    [0x1b, 20],
    [0x1c, 30],
    [0x1d, 1],
    [0x1e, 20],
    [0x1f, 30],
    [0x20, 1],
    [0x21, 20],
  ],
  'DF01/EF07': [
    [0x22, 1],
    [0x23, 1],
    [0x24, 3],
  ],
  'DF01/EF08': [
    [0x25, 1],
    [0x26, 18],
    [0x27, 17],
    [0x28, 18],
  ],
  'DF02/EF05': [
    [0x29, 1],
    [0x2a, 1],
    [0x2b, 1],
    [0x2c, 1],
    [0x2d, 1],
    [0x2e, 1],
    [0x2f, 1],
    [0x30, 1],
    [0x31, 1],
    [0x32, 1],
    [0x33, 1],
    [0x34, 1],
    [0x35, 1],
    [0x36, 1],
    [0x37, 40],
  ],
  'DF02/EF06': [[0x38, 1]],
};
