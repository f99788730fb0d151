import { describe, expect, it } from 'vitest';
import { parseTicket, ticketText, type Ticket } from '../../agent/ticket.ts';

const TICKET: Ticket = {
  v: 1,
  site: '示范考点',
  addresses: ['10.0.0.5:9480', '[fd00::5]:9480'],
  ca: 'ab'.repeat(32),
  id: 't-abc',
  secret: 'do-not-tell',
  room: 'A',
};

const faultsOf = (text: string): string[] => {
  const parsed = parseTicket(text);
  return 'faults' in parsed ? parsed.faults.map(({ en }) => en) : [];
};
const changed = (changes: object): string => ticketText({ ...TICKET, ...changes });

describe('a ticket', () => {
  it('is read as it was written, also after a chat program broke its line', () => {
    const text = ticketText(TICKET);
    expect(text).toMatch(/^[A-Za-z0-9_-]+$/);
    expect(parseTicket(text)).toEqual({ ticket: TICKET });
    expect(parseTicket(`\uFEFF ${text.slice(0, 40)}\r\n${text.slice(40)}\n`)).toEqual({ ticket: TICKET });
  });

  it('needs no CA for a collector on this machine, and a port only when it is another one', () => {
    const { ca: _, ...local } = TICKET;
    expect(parseTicket(ticketText({ ...local, addresses: ['127.0.0.1'] }))).toEqual({
      ticket: { ...local, addresses: ['127.0.0.1:9480'] },
    });
  });

  it.each([
    ['', 'empty'],
    ['not a ticket!', 'copy the whole line again'],
    [ticketText(TICKET).slice(0, 60), 'cut off'],
    [changed({ v: 2 }), 'newer agent'],
    [changed({ secret: '' }), 'no usable secret'],
    [changed({ id: 'x'.repeat(33) }), 'no usable id'],
    [changed({ addresses: [] }), 'no address'],
    [changed({ addresses: ['10.0.0.5:99999'] }), 'not host:port'],
    [changed({ ca: 'abc' }), 'SHA-256'],
  ])('%# that is wrong says how', (text, fault) => {
    expect(faultsOf(text).join()).toContain(fault);
  });

  it('lists all its faults and never the secret', () => {
    const faults = faultsOf(changed({ site: '', room: 5, ca: 7 }));
    expect(faults).toHaveLength(3);
    expect(faults.join()).not.toContain('do-not-tell');
  });
});
