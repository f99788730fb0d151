import type { Candidates } from './assignment.ts';
import type { Person } from './person.ts';

/**
 * Whether a proctor has to do with the candidates: true, false, or null where nobody has said enough. A match that is
 * found is one, whatever else is missing.
 */
export type Near = boolean | null;

/**
 * 不能为证书试点专业或考试学生的任课教师.
 * @param programmes the site's pilot programmes; null: nobody has said
 */
export function teachesThem(
  { teaches }: Pick<Person, 'teaches'>,
  { classes }: Pick<Candidates, 'classes'>,
  programmes: readonly string[] | null,
): Near {
  const theirs = [...(classes ?? []), ...(programmes ?? [])];
  if (teaches?.some((subject) => theirs.some((other) => meansSame(subject, other)))) return true;
  if (teaches?.length === 0) return false;
  return teaches === null || classes === null || programmes === null ? null : false;
}

/** 建议实行不同院系间交叉安排: a proctor of the candidates' own department. */
export function isOfTheirDepartment(
  { department }: Pick<Person, 'department'>,
  { departments }: Pick<Candidates, 'departments'>,
): Near {
  if (department === null || departments === null) return null;
  return departments.some((other) => meansSame(department, other));
}

/** `电子商务2301班` is of `电子商务`: rather once too often than once too rarely, for a person looks at it. */
function meansSame(left: string, right: string): boolean {
  const [a, b] = [squeezed(left), squeezed(right)];
  return a === b || (a.length >= 2 && b.includes(a)) || (b.length >= 2 && a.includes(b));
}

function squeezed(text: string): string {
  return text.replaceAll(/[\s（）()·-]/g, '').toLowerCase();
}
