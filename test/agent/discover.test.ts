import * as dgram from 'node:dgram';
import { afterEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../agent/clock.ts';
import { discover, targetsOf } from '../../agent/discover.ts';
import { fakeHost } from '../fixtures/host.ts';

const sockets: dgram.Socket[] = [];
afterEach(() => {
  for (const socket of sockets.splice(0)) socket.close();
});

/** Answers each question with these texts, or tells others where it came from. */
async function responder(
  ...answers: (string | { tell(port: number): void })[]
): Promise<{ port: number; questions: string[] }> {
  const socket = dgram.createSocket('udp4');
  const questions: string[] = [];
  sockets.push(socket);
  socket.on('message', (message, from) => {
    questions.push(message.toString());
    for (const answer of answers) {
      if (typeof answer === 'string') socket.send(answer, from.port, from.address);
      else answer.tell(from.port);
    }
  });
  await new Promise<void>((resolve) => {
    socket.bind(0, '127.0.0.1', resolve);
  });
  return { port: socket.address().port, questions };
}

const ask = (port: number) =>
  discover({ site: 'a-site', clock: systemClock(), host: fakeHost(), ports: [port], limitMs: 300 });
const answer = (address: unknown, site = 'a-site') => JSON.stringify({ xunkao: 1, site, address });

describe('asking the LAN', () => {
  it('gives the addresses that were answered for this site', async () => {
    const { port, questions } = await responder(
      answer('10.0.0.5:9480'),
      answer('10.0.0.6:9481'),
      answer('10.0.0.5:9480'),
    );
    expect(await ask(port)).toEqual(['10.0.0.5:9480', '10.0.0.6:9481']);
    expect(questions).toEqual(['{"xunkao":1,"site":"a-site"}']);
  });

  it('believes no answer of another site, no nonsense, nothing long', async () => {
    const { port } = await responder(
      answer('10.0.0.5:9480', 'other'),
      answer('http://10.0.0.5/'),
      answer(7),
      'null',
      'nonsense',
      `${answer('10.0.0.5:9480').slice(0, -1)},"more":"${'x'.repeat(600)}"}`,
    );
    expect(await ask(port)).toEqual([]);
  });

  it('takes no more than eight answers, and three of one who gives many', async () => {
    const many = (net: string) => Array.from({ length: 20 }, (_, index) => answer(`10.0.${net}.${index}:9480`));
    const { port } = await responder(...many('0'));
    expect(await ask(port)).toHaveLength(3);
    const liars = await Promise.all(
      ['127.0.0.2', '127.0.0.3', '127.0.0.4'].map(async (address, index) => {
        const socket = dgram.createSocket('udp4');
        sockets.push(socket);
        await new Promise<void>((resolve) => {
          socket.bind(0, address, resolve);
        });
        return (to: number): void => {
          for (const text of many(String(index))) socket.send(text, to, '127.0.0.1');
        };
      }),
    );
    const { port: crowd } = await responder({ tell: (to) => liars.forEach((lie) => lie(to)) });
    expect(await ask(crowd)).toHaveLength(8);
  });

  it('ends by itself when nobody answers', async () => {
    const { port } = await responder();
    expect(await ask(port)).toEqual([]);
  });

  it('reaches each card by its broadcast address, and this machine', () => {
    const card = { mac: '', internal: false, cidr: null, family: 'IPv4' } as const;
    const interfaces = () => ({
      lo: [{ ...card, address: '127.0.0.1', netmask: '255.0.0.0', internal: true }],
      eth0: [
        { ...card, address: '192.168.7.20', netmask: '255.255.252.0' },
        {
          address: 'fe80::1',
          netmask: 'ffff::',
          mac: '',
          internal: false,
          cidr: null,
          family: 'IPv6' as const,
          scopeid: 1,
        },
      ],
    });
    expect(targetsOf({ interfaces })).toEqual(['127.0.0.1', '192.168.7.255']);
  });
});
