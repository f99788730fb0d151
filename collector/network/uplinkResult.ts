import type { MeasureFacts } from '../../agent/measure.ts';
import type { UplinkReason } from '../drills/uplinkTexts.ts';
import type { Drill } from '../drills/drill.ts';

/** What the rule `uplink` asks for, so that the drill says the same as its verdict. */
export interface UplinkTarget {
  readonly bytesPerSecond: number;
  /** How much of a line's rate is payload of TCP. */
  readonly payloadRatio: number;
  readonly isUpToo: boolean;
}

/** What a measurement of the line proves; `reason` null: it carries enough. */
export function uplinkResultOf(
  result: MeasureFacts,
  target: UplinkTarget,
): { readonly reason: UplinkReason | null; readonly measured: Drill['measured'] } {
  const number = (word: string): number | null => {
    const value = result[word];
    return typeof value === 'number' && value >= 0 ? value : null;
  };
  const down = number('down_bytes_per_second');
  const up = number('up_bytes_per_second');
  const measured = {
    down_bytes_per_second: down,
    up_bytes_per_second: up,
    down_p10_bytes_per_second: number('down_p10_bytes_per_second'),
    up_p10_bytes_per_second: number('up_p10_bytes_per_second'),
    down_seconds: number('down_seconds'),
    up_seconds: number('up_seconds'),
    down_bytes: number('down_bytes'),
    up_bytes: number('up_bytes'),
    streams: number('streams'),
    ...(down === null && typeof result['down_why'] === 'string' ? { why: result['down_why'].slice(0, 200) } : {}),
  };
  if (down === null || (up === null && target.isUpToo)) return { reason: 'too-short', measured };
  const carries = (rate: number | null): boolean => (rate ?? 0) / target.payloadRatio >= target.bytesPerSecond;
  const isEnough = carries(down) && (!target.isUpToo || carries(up));
  return { reason: isEnough ? null : 'below-minimum', measured };
}
