import type { Bilingual, Unit } from '../../agent/probe.ts';
import type { Catalogue } from '../../agent/catalogue.ts';
import type { Value } from '../../agent/reading.ts';
import { formatQuantity, symbolsOf } from '../standard/quantity.ts';

type Language = keyof Bilingual;

/** What was seen, as one line for a telephone: `由电池供电：是；剩余电量：98 %`. What had no answer is left out. */
export function observedText(
  observed: Readonly<Record<string, Value | null>>,
  catalogue: Pick<Catalogue, 'fact'>,
  language: Language,
): string {
  const [colon, semicolon] = language === 'zh' ? ['：', '；'] : [': ', '; '];
  return Object.entries(observed)
    .filter(([, value]) => value !== null && value !== '' && !(Array.isArray(value) && value.length === 0))
    .map(([name, value]) => {
      const fact = catalogue.fact(name);
      const label = fact?.about[language] ?? OWN[name]?.[language] ?? name;
      const meaning = fact?.words?.[String(value)]?.[language];
      return `${label}${colon}${meaning ?? valueText(value!, fact?.unit, language)}`;
    })
    .join(semicolon);
}

/** What incidents of the collector itself observe. */
const OWN: Readonly<Record<string, Bilingual>> = { jump_seconds: { zh: '跳变秒数', en: 'jump in seconds' } };

function valueText(value: Value, unit: Unit | undefined, language: Language): string {
  if (typeof value === 'boolean') return language === 'zh' ? (value ? '是' : '否') : value ? 'yes' : 'no';
  if (typeof value === 'string') return value.slice(0, 120);
  if (typeof value !== 'number') return value.slice(0, 8).join(language === 'zh' ? '、' : ', ');
  if (unit === undefined) return String(Number(value.toFixed(3)));
  return inUnit(value, unit, language);
}

/** Of the symbols that a unit has, the largest of which there is at least one. */
function inUnit(value: number, unit: Unit, language: Language): string {
  const names = symbolsOf(unit).filter(
    (name) => unit !== 'bytes' || /^[KMGT]?i?B$/.test(name) === name.includes('i') || name === 'B',
  );
  const texts = names.map((name) => formatQuantity(value, unit, name, language)!);
  return texts.findLast((text) => Math.abs(Number.parseFloat(text)) >= 1) ?? texts[0]!;
}
