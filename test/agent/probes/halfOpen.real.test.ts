import { spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, onTestFinished, test } from 'vitest';
import { networkAvailable, startNetwork, type NetworkHost } from '../../fixtures/network.ts';
import { inTime } from '../../fixtures/programs.ts';

/** As upsd answers, on an address of its own, so that its cable can be pulled. */
const UPSD = `
const lines = (line) => line.startsWith('LIST')
  ? 'BEGIN LIST VAR exam\\nVAR exam ups.status "OL"\\nEND LIST VAR exam\\n'
  : 'VAR exam ups.status "OL"\\n';
require('node:net').createServer((socket) => {
  socket.on('error', () => {});
  socket.on('data', (data) => socket.write(String(data).trim().split('\\n').map(lines).join('')));
}).listen(3493, '10.77.9.5', () => console.log('ready'));
`;

function run({ inside: [program, ...words] }: NetworkHost, ...more: readonly string[]): ChildProcess {
  const child = spawn(program!, [...words, process.execPath, ...more], { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  return child;
}

test.skipIf(!networkAvailable())(
  'a device that vanishes and leaves its connection half open is told within seconds, and read again when it is back',
  async () => {
    const network = await startNetwork();
    const [device, reader] = [await network.host('10.77.9.5'), await network.host('10.77.9.21')];
    const upsd = run(device, '-e', UPSD);
    await inTime('upsd', 20_000, new Promise((resolve) => upsd.stdout!.once('data', resolve)));
    const watching = run(
      reader,
      join(import.meta.dirname, '../../fixtures/watchChild.ts'),
      'nut://10.77.9.5:3493/exam',
    );
    const told: string[] = [];
    createInterface({ input: watching.stdout! }).on('line', (line) => told.push(line));
    const says = (isMeant: (comm: string) => boolean, ms: number): Promise<void> =>
      inTime(
        `another state than ${told.at(-1)}`,
        ms,
        new Promise<void>((resolve) => {
          const look = setInterval(() => {
            if (!isMeant(told.at(-1) ?? '')) return;
            clearInterval(look);
            resolve();
          }, 50);
        }),
      );
    await says((comm) => comm === 'ok', 20_000);
    // Neither FIN nor RST comes: nobody says that it is over.
    network.cut();
    await says((comm) => comm !== 'ok', 10_000);
    expect(told.at(-1)).toMatch(/timeout|unreachable/);
    network.mend();
    await says((comm) => comm === 'ok', 40_000);
  },
  90_000,
);
