import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import type { Bilingual } from '../../agent/probe.ts';
import { parseAddress } from '../../agent/address.ts';
import { createPeer } from '../network/peer.ts';
import type { Command } from './command.ts';
import { endAsked } from './ending.ts';
import { parse, pathFrom, say, wholeNumber, WrongUse } from './options.ts';

const HELP: Bilingual = {
  zh: `用法：xunkao peer [--listen 主机:端口] [--token-file 文件] [--cert 文件 --key 文件] [--at-once N]

外网带宽实测的对端：由培训评价组织放在外网服务器上运行，各考点在 xunkao.yaml 里写 throughput: { peer: … }。
同一时刻只为一个考点测速，其他考点排队。只收发随机数据，不读写文件。

  --listen 主机:端口   默认 0.0.0.0:9490
  --token-file 文件    只为带此口令的考点服务
  --cert、--key 文件   PEM 证书和私钥：使用 HTTPS
  --at-once N          同时为几个考点测速，1 到 16，默认 1；服务器出口带宽不足 120 Mbit/s × N 时不要加大
`,
  en: `usage: xunkao peer [--listen HOST:PORT] [--token-file FILE] [--cert FILE --key FILE] [--at-once N]

The other end of the proof of the line out: the organization runs it on a server outside, and sites name it in xunkao.yaml
as throughput: { peer: … }. It serves one site at a time; others wait in a queue. It sends and takes random bytes and touches
no file.

  --listen HOST:PORT   0.0.0.0:9490 when not given
  --token-file FILE    serves only sites that have this token
  --cert, --key FILE   PEM certificate and key: speaks HTTPS
  --at-once N          sites at once, 1 to 16, one when not given; the server's own line has to carry 120 Mbit/s for each
`,
};

export const command: Command = async (args) => {
  const options = parse(args, HELP, {
    listen: { type: 'string' },
    'token-file': { type: 'string' },
    cert: { type: 'string' },
    key: { type: 'string' },
    'at-once': { type: 'string' },
  });
  if (!options) return 0;
  const { listen = '0.0.0.0:9490', cert, key, 'token-file': tokenFile, 'at-once': atOnce = '1' } = options.values;
  const isAny = /^[^:\s]+:0$/.test(listen);
  const address = parseAddress(isAny ? listen.replace(/0$/, '1') : listen);
  if (!address)
    throw new WrongUse({
      zh: `--listen 须是 主机:端口，不能是 ${listen}`,
      en: `--listen takes HOST:PORT, not ${listen}`,
    });
  if ((cert === undefined) !== (key === undefined))
    throw new WrongUse({ zh: '--cert 和 --key 须同时给出', en: '--cert and --key go together' });
  const text = (path: string): string => {
    try {
      return readFileSync(pathFrom(path), 'utf8');
    } catch (error) {
      const { message } = error as Error;
      throw new WrongUse({ zh: `读不了文件 ${path}：${message}`, en: `the file ${path} cannot be read: ${message}` });
    }
  };
  const token = tokenFile === undefined ? undefined : text(tokenFile).trim();
  if (token === '') throw new WrongUse({ zh: '口令文件是空的', en: 'the token’s file is empty' });
  const server = createPeer({
    token,
    tls: cert !== undefined && key !== undefined ? { cert: text(cert), key: text(key) } : undefined,
    atOnce: wholeNumber('at-once', atOnce, 1, 16),
    log: (line) => process.stderr.write(`${line}\n`),
  });
  server.listen(isAny ? 0 : address.port, address.host);
  try {
    await once(server, 'listening');
  } catch (error) {
    const { message } = error as Error;
    process.stderr.write(
      `xunkao peer: ${say({ zh: `无法监听 ${listen}：${message}`, en: `cannot listen on ${listen}: ${message}` })}\n`,
    );
    return 1;
  }
  const { port } = server.address() as AddressInfo;
  const scheme = cert === undefined ? 'http' : 'https';
  process.stdout.write(`${scheme}://${address.host.includes(':') ? `[${address.host}]` : address.host}:${port}\n`);
  await endAsked();
  server.closeAllConnections();
  server.close();
  return 0;
};
