import type { UpsSample } from '../../../drills/upsDrill.ts';
import { say } from '../language.ts';

const WIDTH = 720;
const HEIGHT = 200;
const LEFT = 44;
const BOTTOM = 22;
/** More points than pixels show nothing more. */
const MOST_POINTS = 360;

/** The battery's volts over the time on battery, with the time that is asked for; a plain drawing that every browser can show. */
export function Curve({
  samples,
  targetSeconds,
}: {
  readonly samples: readonly UpsSample[];
  readonly targetSeconds: number;
}) {
  const points = samples.flatMap(([seconds, volts]) => (volts === null ? [] : [[seconds, volts] as const]));
  if (points.length < 2) return null;
  const each = Math.ceil(points.length / MOST_POINTS);
  const shown = points.filter((_, index) => index % each === 0 || index === points.length - 1);
  const volts = shown.map(([, value]) => value);
  const [low, high] = [Math.floor(Math.min(...volts) - 1), Math.ceil(Math.max(...volts) + 1)];
  const last = Math.max(targetSeconds, shown[shown.length - 1]![0]);
  const x = (seconds: number): number => Math.round(LEFT + (seconds / last) * (WIDTH - LEFT - 8));
  const y = (value: number): number => Math.round(8 + ((high - value) / (high - low)) * (HEIGHT - BOTTOM - 8));
  const hours = Array.from({ length: Math.floor(last / 1_800) + 1 }, (_, index) => index * 1_800);
  return (
    <figure class="curve">
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={say('drill_curve')}>
        {[low, high].map((value) => (
          <text key={value} x={LEFT - 6} y={y(value) + 4} text-anchor="end">
            {`${value} V`}
          </text>
        ))}
        {hours.map((seconds) => (
          <text key={seconds} x={x(seconds)} y={HEIGHT - 6} text-anchor="middle">
            {`${seconds / 3_600} h`}
          </text>
        ))}
        <path class="axis" d={`M${LEFT} 8V${HEIGHT - BOTTOM}H${WIDTH - 8}`} />
        <path class="target" d={`M${x(targetSeconds)} 8V${HEIGHT - BOTTOM}`} />
        <polyline class="volts" points={shown.map(([seconds, value]) => `${x(seconds)},${y(value)}`).join(' ')} />
      </svg>
      <figcaption>{say('drill_curve')}</figcaption>
    </figure>
  );
}
