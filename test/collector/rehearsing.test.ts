import { expect, test } from 'vitest';
import { loadMeasures } from '../../agent/measuring.ts';
import { report } from '../../collector/commands/rehearse.ts';
import type { Rehearsed } from '../../collector/rehearsing.ts';
import { collectorIn } from '../fixtures/collector.ts';
import { until } from '../fixtures/nutPrograms.ts';
import { startSeat } from '../fixtures/seats.ts';

const HOUR = 3_600_000;
const measures = await loadMeasures();
const says = {
  network: () => ({ interface: 'eth0', wired: true, dhcp: true, address: '10.0.0.7', gateway: '10.0.0.1' }),
};

test('a rehearsal lets every seat of the room connect at once, says what the exam would find, and is remembered', async () => {
  const collector = await collectorIn();
  const { desk } = collector;
  const rehearse = (session: string | null = null) => desk.answer({ ask: 'rehearse', room: 'B', session });
  expect(await rehearse()).toMatchObject({ error: { en: expect.stringContaining('no exam to rehearse') } });
  const startsAt = Date.now() + 5 * HOUR;
  const wish = { kind: 'exam', title: { zh: '考', en: 'Exam' }, rooms: ['B'], candidates: 2 } as const;
  const session = await desk.plan({ ...wish, startsAt, endsAt: startsAt + HOUR }, 'u-lead');
  const late = await desk.plan({ ...wish, startsAt: startsAt + 90 * HOUR, endsAt: startsAt + 91 * HOUR }, 'u-lead');
  if ('refused' in session || 'refused' in late) throw new Error('not planned');
  expect(await rehearse()).toMatchObject({ error: { en: expect.stringContaining('no candidate machine') } });
  expect(await rehearse(late.id)).toMatchObject({ error: { en: expect.stringContaining('24 hours') } });

  const ticket = await collector.makeTicket({ room: 'B', role: 'candidate', uses: 5, days: 1 });
  const seats = await Promise.all([1, 2].map((index) => startSeat({ index, ticket, says, measures })));
  await until('the seats to be online', 20_000, () => seats.every((seat) => seat.isOnline));
  const verdict = (): string | undefined =>
    desk.compliance.of(`room:B/session:${session.id}`).find(({ rule }) => rule === 'rehearsal-held')?.foreseen;
  await until('the room to be judged', 10_000, () => verdict() === 'broken');
  await until('its seats to be judged', 10_000, () =>
    seats.every(({ machine }) => desk.compliance.of(machine!).length > 0),
  );

  const done = (await rehearse()) as unknown as Rehearsed;
  expect(done).toMatchObject({ room: 'B', session: session.id, isWhole: true });
  expect(done.seats.map(({ worstSeconds, answered, silence }) => [worstSeconds! > 0, answered, silence])).toEqual([
    [true, 20, null],
    [true, 20, null],
  ]);
  expect(done.seats[0]!.unknown).toContain('os');
  await until('the rule to hold', 10_000, () => verdict() === 'holds');
  const { rows } = await desk.history.entries({ kinds: ['rehearsal'] });
  expect(rows).toMatchObject([{ subject: 'room:B', body: { session: session.id, isWhole: true } }]);
  expect(JSON.stringify(rows)).not.toContain('hostname');

  await seats[1]!.stop();
  const again = (await rehearse()) as unknown as Rehearsed;
  expect(again.isWhole).toBe(false);
  expect(again.seats.filter(({ silence }) => silence === null)).toHaveLength(1);
}, 90_000);

test('what is printed names the slowest first, and of each seat that is not proven why', () => {
  const seat = { machine: 'm-1', hostname: 'pc-1', answered: 20, silence: null, broken: [], unknown: [] };
  const text = report({
    room: 'A',
    session: 's-1',
    title: { zh: '上午场', en: 'Morning' },
    isWhole: false,
    seats: [
      { ...seat, seat: '1', worstSeconds: 0.002 },
      { ...seat, seat: '2', worstSeconds: 0.25, broken: ['os'] },
      { ...seat, seat: null, worstSeconds: null, silence: 'm-3 is not linked', unknown: ['cpu', 'memory-size'] },
    ],
  });
  expect(text.en.split('\n').map((line) => line.replaceAll(/\s+/g, ' ').trim())).toEqual([
    'Room A · Morning: 3 seats, 1 sound',
    'slowest to connect:',
    '2 250.0 ms',
    '1 2.0 ms',
    'not proven:',
    '2 broken: os',
    'pc-1 did not answer: m-3 is not linked; unknown: cpu, memory-size',
  ]);
  expect(text.zh).toContain('考场 A · 上午场：3 个座位，1 个合格');
});
