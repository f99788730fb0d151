import { describe, expect, it } from 'vitest';
import type { Parameter } from '../../../collector/standard/rule.ts';
import { fillTemplate } from '../../../collector/standard/template.ts';

const about = { zh: '说明', en: 'about' };
const parameters = new Map<string, Parameter>([
  ['minimum_bytes', { value: 4 * 2 ** 30, about }],
  ['major', { value: 83, about }],
  ['products', { value: ['Windows 7', 'Windows 10'], about }],
  ['reading', { value: 'floor', about, choices: { floor: { zh: '或以上', en: 'or above' } } }],
]);

describe('fillTemplate', () => {
  it('puts values in, lists and choices in the language of the text', () => {
    expect(fillTemplate('≥ ${minimum_bytes:GiB}', 'en', parameters).text).toBe('≥ 4 GiB');
    expect(fillTemplate('${products}', 'zh', parameters).text).toBe('Windows 7、Windows 10');
    expect(fillTemplate('${products}', 'en', parameters).text).toBe('Windows 7, Windows 10');
    expect(fillTemplate('${major}.0 ${reading}', 'zh', parameters).text).toBe('83.0 或以上');
    expect(fillTemplate('${major}.0 ${reading}', 'en', parameters).text).toBe('83.0 or above');
  });

  it('leaves other dollars and braces alone', () => {
    const { text, misuses } = fillTemplate('$5 {major} $major', 'en', parameters);
    expect(text).toBe('$5 {major} $major');
    expect(misuses).toEqual([]);
  });

  it('says where it names what does not exist, and what cannot be shown in that unit', () => {
    expect(fillTemplate('ab ${mayor}', 'en', parameters).misuses).toEqual([
      { offset: 3, name: 'mayor', message: '${mayor} names no parameter of this rule; did you mean "major"?' },
    ]);
    const [unit, list] = fillTemplate('${minimum_bytes:h} ${products:GiB}', 'en', parameters).misuses;
    expect(unit!.message).toBe('${minimum_bytes:h}: after the colon expected B, kB, MB, GB, TB, KiB, MiB, GiB, TiB');
    expect(list!.message).toMatch(/^\$\{products:GiB\}: only a number whose name ends in a unit/);
  });
});
