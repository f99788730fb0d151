/** The hour as people at the site see it, whatever zone the collector's PC is set to. */
export interface LocalTime {
  /** `11-26 10:02:05` */
  readonly text: (wall: number) => string;
  /** Since midnight. */
  readonly minutes: (wall: number) => number;
}

/** @param timeZone `Asia/Shanghai` */
export function localTime(timeZone: string): LocalTime {
  const format = new Intl.DateTimeFormat('en-GB', {
    timeZone,
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hourCycle: 'h23',
  });
  const parts = (wall: number): Record<string, string> =>
    Object.fromEntries(format.formatToParts(wall).map(({ type, value }) => [type, value]));
  return {
    text(wall) {
      const { month, day, hour, minute, second } = parts(wall);
      return `${month}-${day} ${hour}:${minute}:${second}`;
    },
    minutes(wall) {
      const { hour, minute } = parts(wall);
      return Number(hour) * 60 + Number(minute);
    },
  };
}
