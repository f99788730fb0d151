import type { Bilingual } from './probe.ts';
import type { ProtectionProduct, Sign } from './products.ts';

const MOST_SIGNS = 16;

/**
 * A restore card or protection product that a site names itself, in one line of its settings: a name, and what shows that
 * it is installed. Whether it protects is then unknown, as with every product that does not say so.
 *
 * ```
 * 联想 EDU 网络同传: service=LenovoEdu, process=eduagent.exe, file=C:\Program Files\EDU, program=网络同传, key=HKLM\SOFTWARE\Lenovo\EDU
 * ```
 */
export function parseProductLine(line: string): ProtectionProduct | { readonly fault: Bilingual } {
  const colon = line.search(/[:：](?![\\/])/);
  const name = colon < 0 ? '' : line.slice(0, colon).trim();
  const words = line
    .slice(colon + 1)
    .split(/[,，]/)
    .map((word) => word.trim())
    .filter((word) => word !== '');
  const signs = words.map(parseSign);
  const wrong = words.filter((_, index) => signs[index] === null);
  if (name === '' || words.length === 0 || words.length > MOST_SIGNS || wrong.length > 0) {
    const what = wrong.length > 0 ? wrong.join(', ') : line;
    return {
      fault: {
        zh: `看不懂“${what}”；应写成 名称: service=…, process=…, file=C:\\…, program=…, key=HKLM\\…`,
        en: `"${what}" is not understood; write NAME: service=…, process=…, file=C:\\…, program=…, key=HKLM\\…`,
      },
    };
  }
  const installed = signs.filter((sign) => sign !== null);
  return { key: `site:${name}`, name: { zh: name, en: name }, confidence: 'C', installed, writes: null };
}

function parseSign(word: string): Sign | null {
  const [, kind, value = ''] = /^(service|process|file|program|key)\s*=\s*(\S.*)$/.exec(word) ?? [];
  switch (kind) {
    case 'service':
      return /[\\/]/.test(value) ? null : { kind: 'service', name: value };
    case 'process':
      return { kind: 'process', name: value.toLowerCase().replace(/\.exe$/, '') };
    case 'file':
      return /^[A-Z]:\\/i.test(value) ? { kind: 'file', path: value } : null;
    case 'program':
      return { kind: 'uninstall', contains: value };
    case 'key': {
      const [, hive, key = ''] = /^(HKLM|HKU)\\(.+)$/i.exec(value) ?? [];
      return hive === undefined ? null : { kind: 'registry', hive: hive.toUpperCase() === 'HKU' ? 'HKU' : 'HKLM', key };
    }
    default:
      return null;
  }
}
