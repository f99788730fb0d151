import { isIP } from 'node:net';
import type { Bilingual } from '../../agent/probe.ts';
import { readCsv, type CsvRow } from '../sheet/csv.ts';
import { ROLES, type Role } from './machine.ts';

/**
 * A list of seats as people keep it in a spreadsheet and save it as CSV. With a first line of titles the columns may stand in any order:
 *
 * ```csv
 * 考场,座位,计算机名,MAC
 * A,17,PC-17,54-EE-75-00-11-22
 * ```
 *
 * Without one each line is a seat's label and what the machine is known by: its name, a card's address, or its IP address.
 */
export interface SeatList {
  readonly rows: readonly SeatRow[];
}

export interface SeatRow {
  readonly line: number;
  readonly room: string;
  readonly seat: string;
  readonly role: Role | null;
  readonly hostname: string | null;
  /** `54:ee:75:00:11:22` */
  readonly mac: string | null;
  readonly address: string | null;
}

export interface SeatFault extends Bilingual {
  /** 0 for the whole file. */
  readonly line: number;
}

export const MOST_LINES = 10_000;
export const MOST_BYTES = 2 * 1024 * 1024;
/** More of them help nobody: the first ones show what is wrong. */
const MOST_FAULTS = 100;

/** @param room of lines that name none */
export function parseSeatList(
  bytes: Uint8Array,
  room: string | null,
): SeatList | { readonly faults: readonly SeatFault[] } {
  if (bytes.length > MOST_BYTES)
    return whole(`文件超过 ${MOST_BYTES / 1024 / 1024} MiB`, `the file is larger than ${MOST_BYTES / 1024 / 1024} MiB`);
  const csv = readCsv(bytes, MOST_LINES, TOO_MANY);
  if ('fault' in csv) return { faults: [{ line: csv.fault.line, ...csv.fault.message }] };
  const faults: SeatFault[] = [];
  const rows = readRows(csv.rows, room, faults);
  if (rows.length === 0 && faults.length === 0) return whole('文件里没有座位', 'there is no seat in it');
  findTwice(rows, faults);
  faults.sort((left, right) => left.line - right.line);
  return faults.length > 0 ? { faults: faults.slice(0, MOST_FAULTS) } : { rows };
}

function whole(zh: string, en: string): { readonly faults: readonly SeatFault[] } {
  return { faults: [{ line: 0, zh, en }] };
}

const TOO_MANY: Bilingual = { zh: `最多 ${MOST_LINES} 行`, en: `${MOST_LINES} lines at most` };

type Column = 'room' | 'seat' | 'role' | 'hostname' | 'mac' | 'address' | 'known';

const TITLES: Readonly<Record<string, Column>> = {
  考场: 'room',
  room: 'room',
  座位: 'seat',
  座位号: 'seat',
  seat: 'seat',
  label: 'seat',
  用途: 'role',
  角色: 'role',
  role: 'role',
  计算机名: 'hostname',
  主机名: 'hostname',
  hostname: 'hostname',
  name: 'hostname',
  mac: 'mac',
  mac地址: 'mac',
  物理地址: 'mac',
  ip: 'address',
  ip地址: 'address',
  address: 'address',
  机器: 'known',
  machine: 'known',
};

const ROLE_WORDS: Readonly<Record<string, Role>> = {
  考生机: 'candidate',
  备用机: 'spare',
  服务器: 'server',
  备用服务器: 'standby',
  设备网关: 'gateway',
};

/** What the collector takes as the label of a room or seat. */
const LABEL = /^[^/\s"\\\p{C}]+$/u;
/** A spreadsheet would compute such a cell, now or wherever the list is opened next. */
const FORMULA = /^[=＝+＋@＠-]/;

function readRows(lines: readonly CsvRow[], room: string | null, faults: SeatFault[]): SeatRow[] {
  let columns: readonly Column[] = ['seat', 'known'];
  const rows: SeatRow[] = [];
  for (const [index, { line, cells }] of lines.entries()) {
    const fault = (zh: string, en: string): void => void faults.push({ line, zh, en });
    const titles = index === 0 ? titlesOf(cells, fault) : null;
    if (titles === 'faulty') return [];
    if (titles !== null) {
      columns = titles;
      continue;
    }
    const row = rowOf(cells, columns, line, room, fault);
    if (row) rows.push(row);
  }
  return rows;
}

/** The columns when this is a line of titles; null when it is a seat already. */
function titlesOf(
  cells: readonly string[],
  fault: (zh: string, en: string) => void,
): readonly Column[] | 'faulty' | null {
  const found = cells.map((cell) => TITLES[cell.toLowerCase().replace(/[\s_]/g, '')]);
  if (found.every((column) => column === undefined)) return null;
  const unknown = cells.filter((cell, index) => found[index] === undefined && cell !== '');
  const columns = found.filter((column) => column !== undefined);
  if (unknown.length > 0) {
    fault(
      `不认识的列：${unknown.join('、')}；可用的有 考场、座位、用途、计算机名、MAC、IP`,
      `unknown column: ${unknown.join(', ')}; there are room, seat, role, hostname, mac and ip`,
    );
    return 'faulty';
  }
  const twice = columns.find((column, index) => columns.indexOf(column) !== index);
  if (twice !== undefined) {
    fault('有一列出现了两次', 'one column is there twice');
    return 'faulty';
  }
  if (!columns.includes('seat')) {
    fault('缺少“座位”一列', 'there is no column seat');
    return 'faulty';
  }
  return columns;
}

function rowOf(
  cells: readonly string[],
  columns: readonly Column[],
  line: number,
  siteRoom: string | null,
  fault: (zh: string, en: string) => void,
): SeatRow | null {
  const formula = cells.find((cell) => FORMULA.test(cell));
  if (formula !== undefined) {
    const shown = formula.slice(0, 20);
    fault(`“${shown}”像公式，不能导入`, `"${shown}" looks like a formula and is not taken`);
    return null;
  }
  if (cells.length > columns.length && cells.slice(columns.length).some((cell) => cell !== '')) {
    fault(`有 ${cells.length} 列，应为 ${columns.length} 列`, `${cells.length} cells; ${columns.length} are expected`);
    return null;
  }
  const value = (column: Column): string => cells[columns.indexOf(column)] ?? '';
  const room = value('room') === '' ? (siteRoom ?? '') : value('room');
  const seat = value('seat');
  let isSound = true;
  const wrong = (zh: string, en: string): null => {
    fault(zh, en);
    isSound = false;
    return null;
  };
  if (room === '')
    wrong('没有考场：加一列“考场”，或在导入时指明', 'no room: add a column room, or name one for the import');
  else if (!isLabel(room, 32)) wrong(`考场“${room}”不能用`, `"${room.slice(0, 40)}" cannot be a room`);
  if (seat === '') wrong('没有座位号', 'no seat');
  else if (!isLabel(seat, 16))
    wrong(
      `座位“${seat.slice(0, 40)}”不能用：最多 16 个字符，不含空格和斜杠`,
      `"${seat.slice(0, 40)}" cannot be a seat: 16 characters, no blank, no slash`,
    );
  const role = roleOf(value('role'), wrong);
  const named = knownBy(value('known'));
  const mac = macOf(value('mac'), wrong) ?? named.mac;
  const address = addressOf(value('address'), wrong) ?? named.address;
  const hostname = hostnameOf(value('hostname') || named.hostname, wrong);
  if (isSound && mac === null && address === null && hostname === null)
    wrong('没有计算机名、MAC 或 IP，认不出是哪台机器', 'no hostname, MAC or IP address to know the machine by');
  return isSound ? { line, room, seat: plainSeat(seat), role, hostname, mac, address } : null;
}

type Wrong = (zh: string, en: string) => null;

const isLabel = (text: string, most: number): boolean => text.length <= most && LABEL.test(text);

/** `07` is seat 7, as the hostnames have it. */
export function plainSeat(label: string): string {
  return /^0*\d{1,4}$/.test(label) ? String(Number(label)) : label;
}

function roleOf(text: string, wrong: Wrong): Role | null {
  if (text === '') return null;
  const role = ROLE_WORDS[text] ?? ROLES.find((each) => each === text.toLowerCase());
  return (
    role ??
    wrong(
      `用途“${text.slice(0, 20)}”须是 ${Object.keys(ROLE_WORDS).join('、')} 之一`,
      `"${text.slice(0, 20)}" is no role; there are ${ROLES.join(', ')}`,
    )
  );
}

function knownBy(text: string): {
  readonly mac: string | null;
  readonly address: string | null;
  readonly hostname: string;
} {
  const mac = plainMac(text);
  const address = isIP(text) ? text : null;
  return { mac, address, hostname: mac === null && address === null ? text : '' };
}

/** As Windows, Linux and switches write it. */
export function plainMac(text: string): string | null {
  const digits = text.toLowerCase().replace(/[-:.]/g, '');
  const isWritten =
    /^(?:[0-9a-f]{2}([-:]))(?:[0-9a-f]{2}\1){4}[0-9a-f]{2}$|^(?:[0-9a-f]{4}\.){2}[0-9a-f]{4}$|^[0-9a-f]{12}$/i.test(
      text,
    );
  return isWritten && !/^0+$/.test(digits) ? digits.match(/../g)!.join(':') : null;
}

function macOf(text: string, wrong: Wrong): string | null {
  if (text === '') return null;
  return (
    plainMac(text) ??
    wrong(
      `“${text.slice(0, 30)}”不是 MAC 地址，例如 54-EE-75-00-11-22`,
      `"${text.slice(0, 30)}" is no MAC address, such as 54-EE-75-00-11-22`,
    )
  );
}

function addressOf(text: string, wrong: Wrong): string | null {
  if (text === '') return null;
  return isIP(text)
    ? text
    : wrong(
        `“${text.slice(0, 40)}”不是 IP 地址，例如 192.168.1.57`,
        `"${text.slice(0, 40)}" is no IP address, such as 192.168.1.57`,
      );
}

function hostnameOf(text: string, wrong: Wrong): string | null {
  if (text === '') return null;
  return /^[\p{L}\p{N}_.-]{1,63}$/u.test(text)
    ? text
    : wrong(`“${text.slice(0, 40)}”不能是计算机名`, `"${text.slice(0, 40)}" cannot be a hostname`);
}

/** A seat, a name, a card or an address stands in a list once. */
function findTwice(rows: readonly SeatRow[], faults: SeatFault[]): void {
  const kinds: readonly (readonly [zh: string, en: string, of: (row: SeatRow) => string | null])[] = [
    ['座位', 'seat', ({ room, seat }) => `${room}/${seat}`],
    ['计算机名', 'hostname', ({ hostname }) => hostname?.toLowerCase() ?? null],
    ['MAC', 'MAC address', ({ mac }) => mac],
    ['IP', 'IP address', ({ address }) => address],
  ];
  for (const [zh, en, of] of kinds) {
    const first = new Map<string, number>();
    for (const row of rows) {
      const name = of(row);
      if (name === null) continue;
      const line = first.get(name);
      if (line === undefined) first.set(name, row.line);
      else
        faults.push({
          line: row.line,
          zh: `${zh} ${name} 在第 ${line} 行已有`,
          en: `${en} ${name} is on line ${line} already`,
        });
    }
  }
}
