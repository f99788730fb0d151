import { describe, expect, it } from 'vitest';
import { addressOf, parseRoute, type Route } from '../../../../collector/console/public/address.ts';

describe('an address', () => {
  it.each<[Route]>([
    [{ page: 'room', room: null }],
    [{ page: 'room', room: '实训楼/3 层' }],
    [{ page: 'proofs', room: 'A' }],
    [{ page: 'subject', id: 'm-abc' }],
    [{ page: 'history', id: 'ups-1' }],
    [{ page: 'sign-in' }],
    [{ page: 'enrol' }],
    [{ page: 'paging' }],
    [{ page: 'page', token: 'p-mf3k01.0.Qx7_a-bcdefghijklmnopqrs' }],
    [{ page: 'administrator', code: '' }],
  ])('leads back to the page it was made for: %j', (to) => {
    expect(parseRoute(addressOf(to))).toEqual(to);
  });

  it('with the printed code leads to the first administrator', () => {
    expect(parseRoute('#code=K7Q2-9FXM')).toEqual({ page: 'administrator', code: 'K7Q2-9FXM' });
  });

  it('that makes no sense leads to the room', () => {
    const strange = ['', '#', '#/', '#/room', '#/subject/', '#/nothing', '#/room/%E0%A4%A'];
    expect(strange.filter((hash) => parseRoute(hash).page !== 'room')).toEqual([]);
  });
});
