import { expect, test } from 'vitest';
import { startAgent, startCollector, type CollectorProgram } from '../fixtures/programs.ts';

/** A real agent program at a real collector, heard and judged. */
async function seated() {
  const collector = await startCollector();
  const agent = startAgent({ ticket: await collector.ticket('A') });
  const machine = await collector.until('the machine online', '/machines', ({ machines }) =>
    machines.find(({ online }) => online),
  );
  // What it says of itself at first is in the record.
  await collector.written('its first verdicts', `subject=${machine.id}&rule=os`, (entries) => entries.length > 0);
  return { collector, agent, machine: machine.id };
}

/** When the open incident of rule `online` was opened. */
function openedAt(collector: CollectorProgram, machine: string): Promise<number> {
  return collector.until(
    'an incident of rule online',
    '/incidents',
    ({ incidents }) => incidents.find(({ rule, subject }) => rule === 'online' && subject === machine)?.openedAt,
  );
}

test('an agent that is killed is an incident at once, and one entry', async () => {
  const { collector, agent, machine } = await seated();
  const at = Date.now();
  await agent.kill();
  // Sooner than silence would be noticed: the end of its connection was seen.
  expect((await openedAt(collector, machine)) - at).toBeLessThan(4_000);
  const [verdict] = (await collector.get(`/verdicts?rule=online&subject=${machine}`)).verdicts;
  expect(verdict).toMatchObject({ state: 'broken', evidence: 'witnessed', observed: { 'presence.online': false } });

  // What it says no more is unknown because it is silent, and none of that is written or needs a person.
  const { verdicts } = await collector.get(`/verdicts?subject=${machine}&state=unknown`);
  expect(new Set(verdicts.map(({ cause }) => cause))).toEqual(new Set(['silent']));
  expect((await collector.get('/incidents')).incidents).toHaveLength(1);
  const since = await collector.written(
    'it',
    `subject=${machine}&from=${at}`,
    (entries) => entries.length > 1 && entries,
  );
  expect(since.map(({ kind, rule }) => [kind, rule])).toEqual([
    ['verdict', 'online'],
    ['incident', 'online'],
  ]);

  const again = startAgent({ dir: agent.dir });
  await collector.until('its end', '/incidents', ({ incidents }) => incidents.length === 0);
  const { machines } = await collector.get('/machines');
  expect(machines.map(({ id, online }) => [id, online])).toEqual([[machine, true]]);
  expect((await again.stop()).code).toBe(0);
  await openedAt(collector, machine);
  const told = await collector.written(
    'all of it',
    `subject=${machine}&kind=incident`,
    (entries) => entries.length > 2 && entries,
  );
  expect(told.map(({ rule, body }) => [rule, body['change']])).toEqual([
    ['online', 'opened'],
    ['online', 'closed'],
    // It said goodbye, and an exam seat without its machine is one all the same.
    ['online', 'opened'],
  ]);
}, 60_000);

test('an agent that is frozen is an incident after some six seconds, closed when it thaws', async () => {
  const { collector, agent, machine } = await seated();
  agent.signal('SIGSTOP');
  const at = Date.now();
  const frozenFor = (await openedAt(collector, machine)) - at;
  expect(frozenFor).toBeGreaterThan(3_500);
  expect(frozenFor).toBeLessThan(12_000);
  agent.signal('SIGCONT');
  await collector.until('its end', '/incidents', ({ incidents }) => incidents.length === 0);
  const online = `subject=${machine}&rule=online&kind=verdict`;
  const told = await collector.written('all of it', online, (entries) => entries.length > 2 && entries);
  expect(told.map(({ body }) => body['state'])).toEqual(['holds', 'broken', 'holds']);
}, 60_000);
