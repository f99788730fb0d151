import { describe, expect, test } from 'vitest';
import { MOST_LINES, parseSeatList, plainMac, type SeatRow } from '../../../collector/identity/seatList.ts';

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
/** 考场,座位,计算机名 / A,17,机房-17 as Excel on a Chinese Windows saves it. */
const GBK = Buffer.from('bfbcb3a12cd7f9cebb2cbcc6cbe3bbfac3fb0d0a412c31372cbbfab7bf2d31370d0a', 'hex');

const rowsOf = (text: string | Uint8Array, room: string | null = null): readonly SeatRow[] => {
  const list = parseSeatList(typeof text === 'string' ? utf8(text) : text, room);
  if ('faults' in list) throw new Error(JSON.stringify(list.faults));
  return list.rows;
};
const faultsOf = (text: string | Uint8Array, room: string | null = null) => {
  const list = parseSeatList(typeof text === 'string' ? utf8(text) : text, room);
  return 'faults' in list ? list.faults.map(({ line, en }) => [line, en]) : [];
};
const NONE = { role: null, hostname: null, mac: null, address: null };

test('a list with titles, in any order and in either language', () => {
  const expected = [
    { line: 2, room: 'A', seat: '17', ...NONE, hostname: 'PC-17', mac: '54:ee:75:00:11:22' },
    { line: 3, room: 'A', seat: '备1', ...NONE, role: 'spare', address: '192.168.1.57' },
  ];
  expect(
    rowsOf('考场,座位,用途,计算机名,MAC,IP\nA,17,,PC-17,54-EE-75-00-11-22,\nA,备1,备用机,,,192.168.1.57\n'),
  ).toEqual(expected);
  expect(
    rowsOf('MAC;hostname;seat;room;IP;Role\r\n54ee.7500.1122;PC-17;017;A;;\r\n;;备1;A;192.168.1.57;spare\r\n'),
  ).toEqual(expected);
});

test('a list without titles is a label and what the machine is known by', () => {
  expect(rowsOf('1,PC-01\n2,54:EE:75:00:11:22\n3,192.168.1.3\n\n', 'A')).toEqual([
    { line: 1, room: 'A', seat: '1', ...NONE, hostname: 'PC-01' },
    { line: 2, room: 'A', seat: '2', ...NONE, mac: '54:ee:75:00:11:22' },
    { line: 3, room: 'A', seat: '3', ...NONE, address: '192.168.1.3' },
  ]);
});

test.each([
  ['UTF-8', utf8('座位,计算机名\n17,机房-17\n')],
  ['UTF-8 with its mark', utf8('\ufeff座位,计算机名\n17,机房-17\n')],
  ['UTF-16 as Excel saves it', Buffer.from('\ufeff座位\t计算机名\r\n17\t机房-17\r\n', 'utf16le')],
  ['GBK', GBK],
])('%s is read as it was meant', (_, bytes) => {
  expect(rowsOf(bytes, 'A')).toMatchObject([{ line: 2, room: 'A', seat: '17', hostname: '机房-17' }]);
});

test('quoted cells may hold commas and quotation marks', () => {
  expect(faultsOf('seat,hostname\n"1","PC""1"\n', 'A')).toEqual([[2, '"PC"1" cannot be a hostname']]);
  expect(rowsOf('seat,hostname\n"1", "PC-1" \n', 'A')).toMatchObject([{ seat: '1', hostname: 'PC-1' }]);
  expect(faultsOf('seat,hostname\n1,"PC-1\n', 'A')).toEqual([
    [2, 'the quote " that begins here has no end, or what it holds is too long'],
  ]);
});

describe('nothing of a list with a fault is taken, and each fault has its line and reason', () => {
  test('all of them are told at once', () => {
    const text = [
      'room,seat,role,hostname,mac,ip',
      'A,1,,PC-1,,',
      'A,1,,PC-2,,',
      'A,a/b,,PC-3,,',
      'A,,,PC-4,,',
      ',5,,PC-5,,',
      'A,6,boss,PC-6,,',
      'A,7,,,54-EE-75-00-11,',
      'A,8,,,,192.168.1.256',
      'A,9,,,,',
      'A,10,,pc-1,,',
      'A,11,,PC 11,,',
      'A,12,,PC-12,,,extra',
    ].join('\n');
    expect(faultsOf(text)).toEqual([
      [3, 'seat A/1 is on line 2 already'],
      [4, '"a/b" cannot be a seat: 16 characters, no blank, no slash'],
      [5, 'no seat'],
      [6, 'no room: add a column room, or name one for the import'],
      [7, '"boss" is no role; there are candidate, spare, server, standby, gateway'],
      [8, '"54-EE-75-00-11" is no MAC address, such as 54-EE-75-00-11-22'],
      [9, '"192.168.1.256" is no IP address, such as 192.168.1.57'],
      [10, 'no hostname, MAC or IP address to know the machine by'],
      [11, 'hostname pc-1 is on line 2 already'],
      [12, '"PC 11" cannot be a hostname'],
      [13, '7 cells; 6 are expected'],
    ]);
  });

  test.each(['=1+1', '+cmd', '@SUM(A1)', '-2', '＝HYPERLINK("x")'.replaceAll('"', "'")])(
    'a formula is refused: %s',
    (cell) => {
      expect(faultsOf(`seat,hostname\n${cell},PC-1\n`, 'A')).toEqual([
        [2, expect.stringContaining('looks like a formula')],
      ]);
    },
  );

  test.each([
    ['', [0, 'there is no seat in it']],
    ['seat,hostname\n', [0, 'there is no seat in it']],
    ['seat,colour\n1,red\n', [1, expect.stringContaining('unknown column: colour')]],
    ['hostname\nPC-1\n', [1, 'there is no column seat']],
    ['seat,seat\n1,2\n', [1, 'one column is there twice']],
  ])('%j', (text, fault) => {
    expect(faultsOf(text, 'A')).toEqual([fault]);
  });

  test('a picture, a workbook and a file that is too large are no lists', () => {
    expect(faultsOf(Buffer.from('504b030414000600080000002100', 'hex'), 'A')).toEqual([
      [1, expect.stringContaining('this is an Excel workbook')],
    ]);
    expect(faultsOf(Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex'), 'A')).toEqual([
      [1, expect.stringContaining('text in neither UTF-8 nor GBK')],
    ]);
    expect(faultsOf(Buffer.alloc(3 * 1024 * 1024, 0x31), 'A')).toEqual([[0, 'the file is larger than 2 MiB']]);
    expect(faultsOf('1,a\n'.repeat(MOST_LINES + 1), 'A')).toEqual([[MOST_LINES + 1, `${MOST_LINES} lines at most`]]);
  });
});

test('ten thousand seats are read, and as many faults told a hundred at a time', () => {
  const text = Array.from({ length: MOST_LINES }, (_, seat) => `${seat},PC-${seat}`).join('\n');
  expect(rowsOf(text, 'A')).toHaveLength(MOST_LINES);
  expect(faultsOf(text.replaceAll('PC-', '='), 'A')).toHaveLength(100);
});

test.each([
  ['54-EE-75-00-11-22', '54:ee:75:00:11:22'],
  ['54:ee:75:00:11:22', '54:ee:75:00:11:22'],
  ['54ee.7500.1122', '54:ee:75:00:11:22'],
  ['54EE75001122', '54:ee:75:00:11:22'],
  ['54-EE:75-00-11-22', null],
  ['00:00:00:00:00:00', null],
  ['PC-17', null],
])('%s is the card %s', (written, card) => {
  expect(plainMac(written)).toBe(card);
});
