import { expect, onTestFinished, test, vi } from 'vitest';
import { probe as ups } from '../../agent/probes/ups.ts';
import { rawLine } from '../../collector/history/blocks.ts';
import { RawText } from '../../collector/history/rawText.ts';
import { administrator, collectorIn } from '../fixtures/collector.ts';
import { nutAvailable, startUpsd } from '../fixtures/nut.ts';
import { startProgram } from '../fixtures/programs.ts';
import { startSeat } from '../fixtures/seats.ts';

/** Short enough to wait for; all else is as in two hours. */
const SECONDS = 15;

test.skipIf(!nutAvailable())(
  'a drill of some seconds at a real upsd, by the command: the mains are cut and back, and the server’s clause holds',
  { timeout: 180_000 },
  async () => {
    const upsd = await startUpsd({ ups: ['exam'] });
    onTestFinished(() => upsd.stop());
    const settings = `internet_targets: []
parameters: { ups-two-hours: { minimum_seconds: ${SECONDS} } }
devices: [{ id: ups-1, kind: ups, room: A, url: "${upsd.url()}", reader: A/9, feeds: [A/S1], battery_installed: 2026-01-01 }]
`;
    const collector = await collectorIn({ settings });
    const enrol = async (
      index: number,
      role: 'gateway' | 'server',
      seat: string,
      more: object = {},
    ): Promise<string> => {
      const ticket = await collector.makeTicket({ room: 'A', role, uses: 1, days: 1 });
      const agent = await startSeat({ index, ticket, says: {}, ...more });
      await vi.waitUntil(() => agent.machine !== null, { timeout: 30_000 });
      await collector.desk.place(agent.machine!, { seat }, 'li');
      return agent.machine!;
    };
    const server = await enrol(1, 'server', 'S1');
    const reader = await enrol(2, 'gateway', '9', { probes: [ups] });
    await dayOnMains(collector, reader);
    const { catalogue, state } = collector.desk;
    // What is urgent comes first; charge and load follow with the next frame.
    const isKnown = (fact: string): boolean =>
      typeof state.get('ups-1')?.values[catalogue.fact(fact)!.index] === 'number';
    await vi.waitUntil(() => isKnown('ups.charge_ratio') && isKnown('ups.load_ratio'), { timeout: 30_000 });

    const drill = startProgram('xunkao', ['drill', 'ups', 'ups-1', '--yes', '--data', collector.data]);
    const said = (words: string): Promise<unknown> =>
      vi.waitUntil(() => drill.stdout().includes(words) || drill.hasEnded(), { timeout: 60_000 });
    await said('open the breaker');
    expect(drill.stdout()).not.toContain('✗');
    await upsd.change({ 'ups.status': 'OB DISCHRG', 'input.voltage': '0.0' });
    await said('Close the breaker now');
    await upsd.change({ 'ups.status': 'OL CHRG', 'input.voltage': '221.0' });
    expect(await drill.ended).toEqual({ code: 0, signal: null });
    expect(drill.stdout()).toMatch(/PROVEN[^]*The mains are back[^]*valid until[^]*SHA-256 [0-9a-f]{64}/);

    const headers = await administrator(collector);
    const get = async (path: string) => (await collector.app.inject({ url: `/api/v1/${path}`, headers })).json();
    const [row] = (await get('drills?subject=ups-1')).drills;
    expect(row).toMatchObject({ outcome: 'proven', measured: { gaps: 0, servers: [server], servers_lost: [] } });
    const { samples } = await get(`drills/${row.id}/samples`);
    expect(samples.length).toBeGreaterThanOrEqual(SECONDS / 5);
    const entries = (await get('history?kind=drill')).entries as { body: Record<string, unknown> }[];
    expect(entries.map(({ body }) => body['change'])).toEqual(['started', 'on-battery', 'reached', 'ended']);
    expect(entries.at(-1)!.body['samplesHash']).toBe(row.samplesHash);
    await vi.waitUntil(
      async () => (await get(`verdicts?rule=ups-two-hours&subject=${server}`)).verdicts[0]?.state === 'holds',
      { timeout: 30_000 },
    );
  },
);

/** As the record would have it of a UPS that has been on mains since yesterday. */
async function dayOnMains(collector: Awaited<ReturnType<typeof collectorIn>>, reader: string): Promise<void> {
  const { wall, monotonic } = collector.desk.clock.now();
  const minutes = Array.from({ length: 1_440 }, (_, minute) => wall - (1_440 - minute) * 60_000);
  const facts = '"ups-1":{"ups.on_battery":false}';
  const lines = minutes.map((at) => rawLine(reader, at, false, 'ups-1', facts));
  await collector.desk.history.append({ moment: { wall, monotonic }, entries: [], lines: RawText.of(lines) });
}
