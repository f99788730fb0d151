import { array, assert, asyncProperty, nat, tuple } from 'fast-check';
import { describe, expect, test } from 'vitest';
import { aboutProgram } from '../../../agent/windows/program.ts';
import { fakeProgram } from '../../fixtures/program.ts';
import { fakeWindowsHost } from '../../fixtures/windows.ts';

const about = (bytes: Buffer) => aboutProgram(fakeWindowsHost({ windowsFiles: { 'C:\\a.exe': bytes } }), 'C:\\a.exe');

describe('what a program says of itself', () => {
  test('is its version, product and company', async () => {
    const bytes = fakeProgram({ version: '83.0.4103.61', product: 'Google Chrome', company: 'Google LLC' });
    expect(await about(bytes)).toEqual({ version: '83.0.4103.61', product: 'Google Chrome', company: 'Google LLC' });
  });

  test('may be in Chinese, of any length, and behind an import table', async () => {
    for (const product of ['极', '极域', '极域电', '360极速浏览器']) {
      const bytes = fakeProgram({ version: '6.0.2.65535', product, imports: { 'KERNEL32.dll': ['ExitProcess'] } });
      expect(await about(bytes)).toEqual({ version: '6.0.2.65535', product, company: null });
    }
  });

  test('is null for what is no program, was cut, or is absent', async () => {
    const whole = fakeProgram({ version: '1.2.3.4', product: 'x' });
    expect(await about(Buffer.from('not a program'))).toBeNull();
    expect(await about(Buffer.alloc(0))).toBeNull();
    expect(await about(whole.subarray(0, 0x90))).toBeNull();
    expect(await about(whole.subarray(0, whole.length - 0x200))).toBeNull();
    expect(await aboutProgram(fakeWindowsHost(), 'C:\\a.exe')).toBeNull();
  });

  test('never breaks the agent, whatever bytes are changed', async () => {
    const whole = fakeProgram({ version: '1.2.3.4', product: 'x' });
    await assert(
      asyncProperty(array(tuple(nat(whole.length - 1), nat(255)), { maxLength: 8 }), async (changes) => {
        const bytes = Buffer.from(whole);
        for (const [at, value] of changes) bytes[at] = value;
        const said = await about(bytes);
        expect(said === null || /^\d+(\.\d+){3}$/.test(said.version)).toBe(true);
      }),
      { numRuns: 300 },
    );
  });
});
