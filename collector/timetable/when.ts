import type { Bilingual } from '../../agent/probe.ts';
import type { Understood } from '../people/cells.ts';

/** Days and times as sites write them, in the site's time zone. Moments are wall clock ms. */

/** `2026-12-01`, `2026/12/1`, `2026年12月1日`. */
export function dayOf(text: string): Understood<Temporal.PlainDate> {
  const found = /^(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:\s+0{1,2}:00(?::00)?)?$/.exec(text);
  const day = found && dateOf(Number(found[1]), Number(found[2]), Number(found[3]));
  return day
    ? { value: day }
    : {
        fault: {
          zh: `应为 2026-12-01 这样的日期，而不是“${text}”`,
          en: `a day such as 2026-12-01 is expected, not ${JSON.stringify(text)}`,
        },
      };
}

/** `09:00`, `9:00:00`, `9：00`; after a day and a blank that day counts: `2026-12-01 09:00`. */
export function timeOf(text: string, day: Temporal.PlainDate | null, zone: string): Understood<number> {
  const [first = '', second] = text.replace('：', ':').split(/\s+|T/);
  const own = second === undefined ? null : dayOf(first);
  if (own && 'fault' in own) return own;
  const on = own?.value ?? day;
  const found = /^([01]?\d|2[0-3]):([0-5]\d)(?::00)?$/.exec(second ?? first);
  if (!found || text.split(/\s+/).length > 2) return { fault: wrongTime(text) };
  if (!on) {
    return {
      fault: {
        zh: `“${text}”没有日期；请填日期列，或写成 2026-12-01 09:00`,
        en: `${JSON.stringify(text)} has no day; fill in the day, or write 2026-12-01 09:00`,
      },
    };
  }
  return momentOf(on.toPlainDateTime({ hour: Number(found[1]), minute: Number(found[2]) }), zone);
}

/** A time that a change of clocks leaves out, or brings twice, is refused rather than guessed. */
export function momentOf(at: Temporal.PlainDateTime, zone: string): Understood<number> {
  try {
    return { value: at.toZonedDateTime(zone, { disambiguation: 'reject' }).epochMilliseconds };
  } catch {
    return {
      fault: {
        zh: `时区 ${zone} 在 ${at.toString()} 调整时钟，这个时间不存在或出现两次`,
        en: `clocks change in ${zone} at ${at.toString()}: that time is left out or comes twice`,
      },
    };
  }
}

function dateOf(year: number, month: number, day: number): Temporal.PlainDate | null {
  try {
    return Temporal.PlainDate.from({ year, month, day }, { overflow: 'reject' });
  } catch {
    return null;
  }
}

const wrongTime = (text: string): Bilingual => ({
  zh: `应为 09:00 这样的时间，而不是“${text}”`,
  en: `a time such as 09:00 is expected, not ${JSON.stringify(text)}`,
});
