import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createBundles, type BundleOrder } from '../../../collector/bundle/orders.ts';
import { folderFault, writeFolder } from '../../../collector/bundle/folder.ts';
import { made, windowsPieces } from '../../../collector/bundle/pieces.ts';
import { temporaryFolder } from '../../fixtures/collector.ts';
import { TICKET } from '../../fixtures/installScene.ts';

function parts(): string {
  const folder = temporaryFolder();
  mkdirSync(join(folder, 'files'));
  const files = { 'xunkao-agent.js': { bytes: 1, sha256: 'ab'.repeat(32) } };
  writeFileSync(join(folder, 'files', 'bundle.json'), JSON.stringify({ version: '1.2.3', id: 'f00d', files }));
  writeFileSync(join(folder, 'install.cmd'), '@echo off\r\n');
  return folder;
}

const ticket = async () => ({ ticket: TICKET, onlyHere: false });

describe('a folder for a room', () => {
  test('holds what installs, the ticket, the site without a secret, and the sheet to print', async () => {
    const pieces = await windowsPieces(parts(), TICKET);
    const text = (path: string): string => String(pieces.find((piece) => piece.path === path)?.from);
    expect(pieces.map(({ path }) => path)).toEqual([
      'files/bundle.json',
      'install.cmd',
      'ticket.txt',
      'site.txt',
      'whitelist.html',
    ]);
    expect(text('ticket.txt').trim()).toBe(TICKET);
    expect(text('site.txt')).toBe(
      `site nanjing-01\r\nroom A\r\ncollector 10.0.0.5:9480\r\nca-sha256 ${'a'.repeat(64)}\r\nbundle 1.2.3 f00d\r\n`,
    );
    const sheet = text('whitelist.html');
    for (const part of ['360', '火绒', '腾讯电脑管家', 'ab'.repeat(32), '从不', 'nanjing-01'])
      expect(sheet).toContain(part);
    expect(text('site.txt') + sheet).not.toContain('the-secret');
  });

  test('is written into a new folder or over an older one, and not among somebody’s things', async () => {
    const to = join(temporaryFolder(), '考试 软件');
    expect(await folderFault(to, 'files')).toBeNull();
    await writeFolder([made('files/bundle.json', '{}'), made('install.cmd', 'x', true)], to);
    expect(await folderFault(to, 'files')).toBeNull();
    expect((await folderFault(to, 'app'))?.en).toContain('holds other things');
  });
});

describe('an ordered folder', () => {
  test('is for the one who ordered it, for ten minutes, and tried again it is the same', async () => {
    let now = 0;
    const folder = parts();
    const bundles = createBundles(
      () => now,
      async () => folder,
    );
    const { id, pieces } = (await bundles.order(ticket, 'li')) as BundleOrder;
    expect(bundles.take(id, 'li')).toBe(pieces);
    expect(bundles.take(id, 'li')).toBe(pieces);
    expect(bundles.take(id, 'wang')).toBeNull();
    expect(bundles.take('0'.repeat(32), 'li')).toBeNull();
    now = 10 * 60_000 + 1;
    expect(bundles.take(id, 'li')).toBeNull();
  });

  test('pushes the oldest one out after sixteen', async () => {
    const folder = parts();
    const bundles = createBundles(
      () => 0,
      async () => folder,
    );
    const ids: string[] = [];
    for (let n = 0; n < 17; n++) ids.push(((await bundles.order(ticket, 'li')) as BundleOrder).id);
    expect(ids.filter((id) => bundles.take(id, 'li') !== null)).toEqual(ids.slice(1));
  });

  test('is refused in words, without a ticket being made, where its parts are not', async () => {
    let made = 0;
    const bundles = createBundles(
      () => 0,
      async () => null,
    );
    const order = await bundles.order(async () => (made++, ticket()), 'li');
    expect(order).toMatchObject({ refused: { en: expect.stringContaining('bundle --for windows') } });
    expect(made).toBe(0);
  });
});
