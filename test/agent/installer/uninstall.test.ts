import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { uninstall } from '../../../agent/installer/uninstall.ts';
import { scene, type Scene } from '../../fixtures/installScene.ts';

async function installed(): Promise<Scene> {
  const at = await scene();
  const { programs, data, screen } = at.layout;
  for (const folder of [programs, join(data, 'outbox'), screen]) mkdirSync(folder, { recursive: true });
  writeFileSync(join(programs, 'node.exe'), 'x');
  writeFileSync(join(data, 'key.pem'), 'x');
  writeFileSync(join(data, 'outbox', '1.frames'), 'x');
  writeFileSync(join(screen, 'screen.json'), '{}');
  return at;
}

describe('uninstalling', () => {
  test('removes tasks, registry key, programs and data, and is content to find nothing', async () => {
    const at = await installed();
    expect(await uninstall(at.pc, { data: 'remove' })).toBe(0);
    expect(Object.values(at.layout).filter((folder) => existsSync(folder))).toEqual([]);
    expect(at.ran).toEqual([
      'schtasks /delete /tn XunkaoAgent /f',
      'schtasks /delete /tn XunkaoScreen /f',
      'reg delete HKLM\\SOFTWARE\\Xunkao /f /reg:64',
      'schtasks /query /tn XunkaoAgent',
    ]);
    expect(await uninstall(at.pc, { data: 'remove' })).toBe(0);
  });

  test.each([
    ['/keep', 'keep', false, true],
    ['/remove', 'remove', true, false],
    ['a yes', null, true, true],
    ['a no', null, false, false],
  ] as const)('with %s the data is kept or not as was said', async (_, data, answer, isKept) => {
    const at = await installed();
    at.answer = answer;
    expect(await uninstall(at.pc, { data })).toBe(0);
    expect(existsSync(join(at.layout.data, 'key.pem'))).toBe(isKept);
    expect(existsSync(at.layout.programs)).toBe(false);
  });

  test('names what is left', async () => {
    const at = await installed();
    mkdirSync(join(at.layout.system, 'Tasks'), { recursive: true });
    writeFileSync(join(at.layout.system, 'Tasks', 'XunkaoAgent'), '<Task/>');
    expect(await uninstall(at.pc, { data: 'remove' })).toBe(1);
    expect(at.said.at(-1)).toContain('left: XunkaoAgent');
  });
});
