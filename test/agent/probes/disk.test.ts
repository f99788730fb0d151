import { expect, test } from 'vitest';
import { probe } from '../../../agent/probes/disk.ts';
import { NO_SETTINGS } from '../../fixtures/answers.ts';
import { fakeHost } from '../../fixtures/host.ts';

const SPACE = { size: 100e9, free: 42e9 };

test('disks are parts, their sizes add up, and the room left is that of the system', async () => {
  const asked: string[] = [];
  const host = fakeHost({
    files: {
      '/sys/block/sda/size': '250069680\n',
      '/sys/block/sda/device/vendor': 'ATA     \n',
      '/sys/block/sda/device/model': 'KINGSTON SA400S3\n',
      '/sys/block/sda/queue/rotational': '0\n',
      '/sys/block/sdb/size': '1953525168\n',
      '/sys/block/sdb/device/vendor': 'SEAGATE \n',
      '/sys/block/sdb/device/model': 'ST1000NM0033\n',
      '/sys/block/sdb/queue/rotational': '1\n',
    },
    space: async (path) => {
      asked.push(path);
      return SPACE;
    },
  });
  expect(await probe.ask?.(host, NO_SETTINGS)).toEqual({
    facts: { total_bytes: 128_035_676_160 + 1_000_204_886_016, free_bytes: 42e9 },
    parts: {
      'disk:sda': { size_bytes: 128_035_676_160, model: 'KINGSTON SA400S3', rotational: false },
      'disk:sdb': { size_bytes: 1_000_204_886_016, model: 'SEAGATE ST1000NM0033', rotational: true },
    },
  });
  expect(asked).toEqual(['/']);
});

test('a machine that does not tell of its disks has a total of null, one without a disk of 0', async () => {
  expect((await probe.ask?.(fakeHost(), NO_SETTINGS))?.facts).toEqual({ total_bytes: null, free_bytes: null });
  const diskless = fakeHost({ files: { '/sys/block/': '' } });
  expect((await probe.ask?.(diskless, NO_SETTINGS))?.facts['total_bytes']).toBe(0);
});

test('on Windows the room left is that of C:', async () => {
  const host = fakeHost({ platform: 'win32', space: async (path) => (path === 'C:\\' ? SPACE : null) });
  expect((await probe.ask?.(host, NO_SETTINGS))?.facts).toEqual({ total_bytes: null, free_bytes: 42e9 });
});
