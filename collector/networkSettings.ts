import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { Type, type Static } from 'typebox';
import type { Bilingual } from '../agent/probe.ts';
import { about } from './devices/common.ts';

/** `network:` and `throughput:` of the settings. */
export const NetworkSchema = Type.Object(
  {
    exam_server_port: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 65_535,
        ...about(
          '考试服务器对考生机开放的 TCP 端口，例如 8080',
          'the TCP port on which the exam server answers to seats, such as 8080',
        ),
      }),
    ),
    echo_minutes: Type.Optional(
      Type.Integer({
        minimum: 0,
        maximum: 1_440,
        ...about('每个座位隔多少分钟测一次丢包，0 为不测', 'minutes between measures of loss of each seat, 0 for none'),
      }),
    ),
  },
  { additionalProperties: false },
);

const Url = (zh: string, en: string) => Type.String({ pattern: '^https?://[^\\s/@]+(/\\S*)?$', ...about(zh, en) });

export const ThroughputSchema = Type.Object(
  {
    peer: Type.Optional(
      Url(
        '运行 xunkao peer 的服务器，例如 https://peer.example.org:9490',
        'a server that runs xunkao peer, such as https://peer.example.org:9490',
      ),
    ),
    file: Type.Optional(
      Url('外网上一个大文件的地址（只测下行）', 'the address of a large file outside (measures down only)'),
    ),
    iperf3: Type.Optional(
      Type.String({
        pattern: '^([^\\s/@:]+|\\[[0-9a-f:]+\\])(:\\d{1,5})?$',
        ...about(
          '运行 iperf3 -s 的服务器，例如 speed.example.org:5201',
          'a server that runs iperf3 -s, such as speed.example.org:5201',
        ),
      }),
    ),
    token_file: Type.Optional(Type.String({ minLength: 1, ...about('文件名', 'the name of a file') })),
    ca_file: Type.Optional(Type.String({ minLength: 1, ...about('文件名', 'the name of a file') })),
    valid_days: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 365,
        ...about('结果有效的天数，1 到 365', 'days that a result counts, 1 to 365'),
      }),
    ),
  },
  {
    additionalProperties: false,
    ...about(
      '{ peer: 地址 }、{ file: 地址 } 或 { iperf3: 主机:端口 }',
      '{ peer: URL }, { file: URL } or { iperf3: HOST:PORT }',
    ),
  },
);

export interface NetworkSettings {
  readonly examServerPort: number | null;
  /** 0: never. */
  readonly echoMinutes: number;
}

/** No secret is in it: the token stays in its file. */
export interface ThroughputSettings {
  readonly url: string;
  readonly kind: 'peer' | 'file' | 'iperf3';
  readonly tokenFile: string | null;
  readonly caFile: string | null;
  readonly validDays: number;
}

export function completeNetwork({
  exam_server_port,
  echo_minutes,
}: Static<typeof NetworkSchema> = {}): NetworkSettings {
  return { examServerPort: exam_server_port ?? null, echoMinutes: echo_minutes ?? 30 };
}

/** Where iperf3 listens when nothing else is said. */
const IPERF3_PORT = 5_201;

export interface ThroughputFault {
  readonly path: readonly string[];
  readonly told: Bilingual;
}

/** @param folder where the settings' file stands: files are named from there */
export function completeThroughput(
  given: Static<typeof ThroughputSchema> | undefined,
  folder: string,
): { readonly settings: ThroughputSettings | null; readonly faults: readonly ThroughputFault[] } {
  if (given === undefined) return { settings: null, faults: [] };
  const { peer, file, iperf3, token_file, ca_file, valid_days = 30 } = given;
  const faults: ThroughputFault[] = [];
  if ([peer, file, iperf3].filter((one) => one !== undefined).length !== 1) {
    faults.push({
      path: ['throughput'],
      told: {
        zh: 'throughput 里写 peer、file 或 iperf3，三者取一',
        en: 'throughput takes one of peer, file and iperf3',
      },
    });
  }
  if (iperf3 !== undefined && (token_file !== undefined || ca_file !== undefined)) {
    faults.push({
      path: ['throughput', token_file === undefined ? 'ca_file' : 'token_file'],
      told: { zh: 'iperf3 没有令牌和证书，只有 peer 和 file 才用', en: 'iperf3 knows no token and no certificate' },
    });
  }
  const tokenFile = token_file === undefined ? null : resolve(folder, token_file);
  const caFile = ca_file === undefined ? null : resolve(folder, ca_file);
  for (const [key, path] of [
    ['token_file', tokenFile],
    ['ca_file', caFile],
  ] as const) {
    const why = path === null ? null : unreadable(path);
    if (why !== null)
      faults.push({
        path: ['throughput', key],
        told: { zh: `读不了文件 ${path}（${why}）`, en: `the file ${path} cannot be read (${why})` },
      });
  }
  const server = iperf3 === undefined || /:\d+$/.test(iperf3) ? iperf3 : `${iperf3}:${IPERF3_PORT}`;
  const url = peer ?? file ?? (server === undefined ? '' : `iperf3://${server}`);
  const kind = peer !== undefined ? 'peer' : file !== undefined ? 'file' : 'iperf3';
  return {
    settings: { url, kind, tokenFile, caFile, validDays: valid_days },
    faults,
  };
}

function unreadable(path: string): string | null {
  try {
    readFileSync(path);
    return null;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? 'error';
  }
}
