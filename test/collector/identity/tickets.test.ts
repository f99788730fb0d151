import { describe, expect, it } from 'vitest';
import { parseTicket } from '../../../agent/ticket.ts';
import { makeTicket, randomName, secretFits, ticketText, whyNoNew } from '../../../collector/identity/tickets.ts';

const now = Date.UTC(2026, 10, 23, 1);
const order = { room: 'A', uses: 2, validUntil: now + 1_000 };

describe('a ticket', () => {
  it('keeps a hash of its secret and nowhere the secret', () => {
    const { ticket, secret } = makeTicket(order, now);
    expect(JSON.stringify(ticket)).not.toContain(secret);
    expect(ticket).toMatchObject({ room: 'A', role: 'candidate', uses: 2, used: 0, simulated: false, revoked: false });
    expect(secretFits(ticket, secret)).toBe(true);
    expect(secretFits(ticket, `${secret}x`)).toBe(false);
    expect(secretFits(undefined, secret)).toBe(false);
    expect(secretFits(undefined, '')).toBe(false);
  });

  it('makes no new machine when it is used up or past its date, and says which', () => {
    const { ticket } = makeTicket(order, now);
    expect(whyNoNew(ticket, now)).toBeNull();
    expect(whyNoNew({ ...ticket, used: 2 }, now)).toMatch(/used up \(2 of 2\)/);
    expect(whyNoNew(ticket, now + 1_001)).toMatch(/ended at 2026-11-23T01:00 UTC/);
  });

  it('becomes one line that the agent reads back', () => {
    const { ticket, secret } = makeTicket({ ...order, room: '机房 甲' }, now);
    const said = { site: 'demo', addresses: ['10.0.0.5:9480'], id: ticket.id, secret, room: ticket.room };
    const text = ticketText({ ...said, ca: 'ab'.repeat(32) });
    expect(text).toMatch(/^[A-Za-z0-9_-]+$/);
    expect(parseTicket(text)).toEqual({ ticket: { v: 1, ...said, ca: 'ab'.repeat(32) } });
    expect(parseTicket(ticketText({ ...said, ca: null }))).toEqual({ ticket: { v: 1, ...said } });
  });
});

it('random names have the length asked for and no letters that are misread', () => {
  const names = Array.from({ length: 200 }, () => randomName(12));
  expect(new Set(names).size).toBe(200);
  for (const name of names) expect(name).toMatch(/^[a-km-np-z2-9]{12}$/);
});
