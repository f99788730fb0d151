import type { Bilingual } from '../../agent/probe.ts';
import { readCsv, type CsvRow, type LineFault } from '../sheet/csv.ts';
import * as sheet from '../sheet/headings.ts';
import {
  dayOf,
  departmentOf,
  harmful,
  isBlank,
  nameOf,
  numberOf,
  rolesOf,
  subjectsOf,
  yesNoOf,
  type Understood,
} from './cells.ts';
import type { Fitness } from './kinds.ts';
import { blankPerson, type Person } from './person.ts';

/** More than any site has, and few enough to be shown, judged and kept in one piece. */
export const MOST_PEOPLE = 2_000;
/** Faults that are told; a file of the wrong kind has one in each line. */
export const MOST_FAULTS = 100;
/** Bytes: 2,000 people with every column take 400 KB. */
export const LARGEST_FILE = 2 * 1024 * 1024;

/** What a file says of one person; a column that it does not have says nothing. */
export interface RosterLine {
  readonly line: number;
  readonly number: string;
  readonly name: string;
  readonly change: Partial<Person>;
}

export interface RosterFaults {
  /** The first of them, in the order of the lines. */
  readonly faults: readonly LineFault[];
  /** All there are. */
  readonly count: number;
}

interface Column extends sheet.Column {
  readonly read: (text: string, today: string) => Understood<Partial<Person>>;
}

function field<K extends keyof Person>(key: K, read: (text: string, today: string) => Understood<Person[K]>) {
  return (text: string, today: string): Understood<Partial<Person>> => {
    const understood = read(text, today);
    return 'fault' in understood ? understood : { value: { [key]: understood.value } };
  };
}

function fit(which: Fitness) {
  return (text: string): Understood<Partial<Person>> => {
    const understood = yesNoOf(text);
    if ('fault' in understood) return understood;
    return { value: { fitness: { [which]: understood.value } as unknown as Person['fitness'] } };
  };
}

/** In the order of the template file; headings are known by any of their names. */
export const COLUMNS: Readonly<Record<string, Column>> = {
  number: {
    title: { zh: '工号', en: 'number' },
    also: ['编号', '人员编号', '职工号', 'staff number'],
    needed: true,
    read: field('number', numberOf),
  },
  name: { title: { zh: '姓名', en: 'name' }, also: [], needed: true, read: field('name', nameOf) },
  roles: {
    title: { zh: '岗位', en: 'roles' },
    also: ['岗位职责', '角色', '职务', 'role'],
    needed: true,
    read: field('roles', rolesOf),
  },
  department: {
    title: { zh: '院系', en: 'department' },
    also: ['部门', '系部', '院系部门'],
    read: field('department', departmentOf),
  },
  teaches: {
    title: { zh: '任课专业班级', en: 'teaches' },
    also: ['任课', '任课专业', '任课班级', '任课专业/班级'],
    read: field('teaches', subjectsOf),
  },
  experienced: {
    title: { zh: '考务经验', en: 'experienced' },
    also: ['考务管理经验', '管理经验', 'experience'],
    read: field('experienced', yesNoOf),
  },
  trained: {
    title: { zh: '组织培训日期', en: 'trained' },
    also: ['培训日期', '参加组织培训日期'],
    read: field('trained', dayOf),
  },
  passed: {
    title: { zh: '考核通过日期', en: 'passed' },
    also: ['通过日期', '考核日期', '通过考核日期'],
    read: field('passed', dayOf),
  },
  briefed: {
    title: { zh: '考前培训日期', en: 'briefed' },
    also: ['校内培训日期', '站点培训日期'],
    read: field('briefed', dayOf),
  },
  lawful: { title: { zh: '遵纪守法', en: 'lawful' }, also: ['品德'], read: fit('lawful') },
  versed: { title: { zh: '熟悉业务并保密', en: 'versed' }, also: ['熟悉业务', '业务与保密'], read: fit('versed') },
  healthy: { title: { zh: '身体健康', en: 'healthy' }, also: ['健康'], read: fit('healthy') },
  unblemished: {
    title: { zh: '无考试事故', en: 'unblemished' },
    also: ['无严重考试事故', '无事故'],
    read: fit('unblemished'),
  },
  selected: {
    title: { zh: '负责人选聘', en: 'selected' },
    also: ['由负责人选聘', '选聘'],
    read: field('selected', yesNoOf),
  },
  designated: {
    title: { zh: '指定参训', en: 'designated' },
    also: ['负责人指定'],
    read: (text) => {
      const understood = yesNoOf(text);
      return 'fault' in understood ? understood : { value: { designated: understood.value === true } };
    },
  },
};

/** The template that a site fills in. */
export const TEMPLATE = sheet.templateOf(COLUMNS);

/**
 * Reads a roster. Every fault of every line is found in one go; with a single one nothing is given, so that a file is
 * taken in whole or not at all.
 * @param today the site's day, `2026-03-01`
 */
export function readRoster(bytes: Uint8Array, today: string): { readonly lines: readonly RosterLine[] } | RosterFaults {
  const csv = readCsv(bytes, MOST_PEOPLE + 1, TOO_MANY);
  if ('fault' in csv) return { faults: [csv.fault], count: 1 };
  const [head, ...body] = csv.rows;
  if (!head) return told([{ line: 1, column: null, message: sheet.EMPTY }]);
  const headed = sheet.readHead(head, COLUMNS);
  if (headed.faults.length > 0) return told(headed.faults);
  if (body.length === 0) return told([{ line: head.line + 1, column: null, message: NOBODY }]);
  const faults: LineFault[] = [];
  const lines = body.map((row) => readLine(row, headed.columns, today, faults)).filter((line) => line !== null);
  const first = new Map<string, number>();
  for (const { line, number } of lines) {
    const before = first.get(number);
    if (before === undefined) first.set(number, line);
    else faults.push({ line, column: COLUMNS['number']!.title.zh, message: twice(number, before) });
  }
  return faults.length > 0 ? told(faults) : { lines };
}

function told(faults: readonly LineFault[]): RosterFaults {
  const sorted = [...faults].sort((left, right) => left.line - right.line);
  return { faults: sorted.slice(0, MOST_FAULTS), count: faults.length };
}

function readLine(
  { line, cells }: CsvRow,
  columns: readonly string[],
  today: string,
  faults: LineFault[],
): RosterLine | null {
  const beyond = sheet.tooManyCells(cells, columns);
  if (beyond) {
    faults.push({ line, column: null, message: beyond });
    return null;
  }
  const before = faults.length;
  let change: Partial<Person> = {};
  columns.forEach((key, index) => {
    const column = COLUMNS[key]!;
    const text = cells[index] ?? '';
    const bad = harmful(text);
    const understood = bad ? { fault: bad } : column.read(text, today);
    if ('fault' in understood) {
      const message = column.needed && isBlank(text) ? sheet.notGiven(column.title) : understood.fault;
      faults.push({ line, column: column.title.zh, message });
      return;
    }
    const { fitness, ...rest } = understood.value;
    change = { ...change, ...rest, ...(fitness ? { fitness: { ...change.fitness, ...fitness } } : {}) };
  });
  if (faults.length > before) return null;
  const { number, name } = change as Person;
  return { line, number, name, change };
}

/** A person as the line makes of what was known before. */
export function changedBy(before: Person | undefined, { number, name, change }: RosterLine): Person {
  const base = before ?? blankPerson(number, name, change.roles ?? []);
  return { ...base, ...change, fitness: { ...base.fitness, ...change.fitness }, left: false };
}

const NOBODY: Bilingual = { zh: '表头下面没有人员', en: 'there is nobody below the headings' };
const TOO_MANY: Bilingual = {
  zh: `超过 ${MOST_PEOPLE} 人；一个考点的考务人员不会这么多，请检查是否选错了文件`,
  en: `more than ${MOST_PEOPLE} people; no site has so many staff – check that it is the right file`,
};
const twice = (number: string, before: number): Bilingual => ({
  zh: `工号 ${number} 在第 ${before} 行已经有了`,
  en: `the number ${number} stands in line ${before} already`,
});
