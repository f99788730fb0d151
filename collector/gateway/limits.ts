import type { Bilingual } from '../../agent/probe.ts';

/**
 * Every limit of the link, with its reason: the README prints this table, and the settings file may change each value
 * under `limits:` by its name in snake_case (`hello_ms`). Memory and work are bounded by these, never by good will.
 */
const TABLE = {
  connections: limit(20_000, '同时打开的全部连接', 'All open connections: 10,000 agents and room for consoles.'),
  connectionsPerAddress: limit(
    512,
    '每个地址的连接；一个考场可能在同一地址后面',
    'Open connections per address: a whole room may stand behind one router.',
  ),
  connectionsPerLoopback: limit(
    20_000,
    '本机地址的连接；xunkao load 从这里模拟一万台',
    'Open connections per loopback address: `xunkao load` makes its 10,000 agents there.',
  ),
  newPerSecond: limit(
    100,
    '每个地址每秒的新连接，在 TLS 之前计数；一次握手约 1 毫秒 CPU',
    'New connections a second and address, counted before TLS: a handshake costs about 1 ms of CPU.',
  ),
  newPerSecondLoopback: limit(
    4_000,
    '本机地址每秒的新连接',
    'New connections a second and loopback address, for `xunkao load`.',
  ),
  halfOpen: limit(2_048, '尚未发来首字节的全部连接', 'All connections without a first byte; the oldest one gives way.'),
  halfOpenPerAddress: limit(
    512,
    '每个地址尚未发来首字节的连接；内核一次最多交来 511 个',
    'Connections without a first byte per address: the kernel hands over up to 511 at once. The oldest one gives way.',
  ),
  firstByteMs: limit(5_000, '等待首字节的毫秒数', 'ms until the first byte: an honest client speaks at once.'),
  handshakeMs: limit(
    10_000,
    'TLS 握手的毫秒数',
    'ms for a TLS handshake: a Windows 7 PC under load needs two seconds.',
  ),
  headersMs: limit(10_000, '收齐 HTTP 请求头的毫秒数', 'ms until the headers of a request are complete.'),
  requestMs: limit(
    20_000,
    '收齐一个 HTTP 请求的毫秒数',
    'ms until a request is complete with its body of 64 KiB at most.',
  ),
  requestsPerSecond: limit(
    50,
    '每个地址每秒的 HTTP 请求（可突发 4 秒的量）；本机不限。更快的答 429 并断开',
    'HTTP requests a second and address, with 4 s of them at once; this computer is exempt. Faster ones get 429 and are disconnected.',
  ),
  agents: limit(12_000, '已连接的代理程序', 'Connected agents: the largest measured load and a fifth more.'),
  helloMs: limit(5_000, '连接后出示身份的毫秒数', 'ms from the connection to the hello: signing takes 1 ms.'),
  helloBytes: limit(4_096, '身份报文的字节数', 'Bytes of a hello or enrol: 32 queued streams and a fingerprint fit.'),
  decideMs: limit(
    10_000,
    '登记写入存储的毫秒数',
    'ms in which an enrolment must be durable, else the agent asks again.',
  ),
  aliveMs: limit(
    2_000,
    '旧连接回答心跳的毫秒数',
    'ms in which the old link has to answer when the same key comes twice.',
  ),
  frameBytes: limit(
    65_536,
    '一条报文的字节数',
    'Bytes of one message: a full frame of 100 facts and 60 parts is 10 KiB.',
  ),
  livePerSecond: limit(
    5,
    '每台每秒的实时帧；更快的被放慢，不丢弃',
    'Live frames a second and machine: one a second and urgent ones. Faster ones are slowed down, not lost.',
  ),
  liveBurst: limit(20, '实时帧的突发数', 'Live frames at once: a UPS that flaps sends one per change.'),
  messagesPerSecond: limit(
    400,
    '每台每秒的全部报文，每 8 KiB 计一条；补传窗口为每拍 64 帧',
    'All messages a second and machine, each 8 KiB counted as one: a window of 64 backlog frames each beat, and then some.',
  ),
  messageBurst: limit(256, '全部报文的突发数', 'Messages at once.'),
  liveQueue: limit(
    100_000,
    '等待下一拍的实时帧与上下线变化',
    'Live frames waiting for the next beat: 10 s of the largest load. Beyond it they are let fall and sent again.',
  ),
  backlogPerBeat: limit(
    1_500,
    '每拍处理的补传帧，各台轮流；45 台一小时的补传须在 10 秒内完成',
    'Backlog frames a beat, in turn by machine: an hour of 45 agents is caught up in 10 s.',
  ),
  backlogQueue: limit(96, '每台排队的补传帧', "Backlog frames queued per machine: the agent's window is 64."),
  unsettledBytes: limit(
    128 * 1024 * 1024,
    '尚未落盘的帧的字节数；超过后只用于判定，由代理程序重发',
    'Bytes of frames not yet durable: beyond it frames are judged but not remembered, and agents send them again.',
  ),
  factsPerFrame: limit(4_096, '一帧的指标数', 'Facts of one frame: more cannot fit into 64 KiB in earnest.'),
  subjectsPerAgent: limit(
    256,
    '每台以及它所读的每个设备的部件数',
    'Parts per machine, and per device that it reads: a switch has 52 ports.',
  ),
  partNameLength: limit(64, '部件名的字符数', 'Characters in the name of a part.'),
  streamsPerMachine: limit(
    36,
    '每台记住的运行次数；代理程序最多排队 32 次',
    'Processes of an agent whose frames are remembered as held: it may have 32 queued, and the one that runs.',
  ),
  rangesPerStream: limit(
    256,
    '每次运行的帧号区间数',
    'Ranges of frame numbers per process: an honest one has a few gaps.',
  ),
  pingMs: limit(1_000, '心跳间隔毫秒数', 'ms between pings up to `manyAgents`.'),
  silentMs: limit(5_000, '多少毫秒无声即离线', 'ms of silence after which a machine is offline.'),
  manyAgents: limit(500, '超过此数用较慢心跳', 'Agents above which the slower pair applies.'),
  pingManyMs: limit(5_000, '多台时的心跳间隔毫秒数', 'ms between pings above `manyAgents`.'),
  silentManyMs: limit(10_000, '多台时多少毫秒无声即离线', 'ms of silence above `manyAgents`.'),
  graceMs: limit(
    10_000,
    '采集器启动后等待重新连接的毫秒数',
    "ms after the collector's start in which a machine keeps its presence, so that a restart changes no verdict.",
  ),
  sendBytes: limit(
    1024 * 1024,
    '未发出的字节数',
    'Bytes waiting to be sent to one agent: one that does not read is disconnected.',
  ),
  discoveryPerSecond: limit(
    20,
    '每秒回答的局域网查询',
    'Answers a second to the question for the collector on the LAN.',
  ),
} as const;

export interface Limit {
  readonly value: number;
  readonly why: Bilingual;
}
export type LimitName = keyof typeof TABLE;
export type Limits = Readonly<Record<LimitName, number>>;

/** The table as the README and the console show it. */
export const LIMIT_TABLE: Readonly<Record<LimitName, Limit>> = TABLE;

export const LIMITS: Limits = Object.freeze(
  Object.fromEntries(Object.entries(TABLE).map(([name, { value }]) => [name, value])) as Record<LimitName, number>,
);

/** Names as the settings file spells them: `connections_per_address`. */
export const limitNames: ReadonlyMap<string, LimitName> = new Map(
  (Object.keys(TABLE) as LimitName[]).map((name) => [snake(name), name]),
);

/** Limits with some changed by the settings (snake_case) or by code (camelCase); `unknown` lists names that are no limit. */
export function limitsWith(changes: Readonly<Record<string, number>>): { limits: Limits; unknown: readonly string[] } {
  const limits: Record<LimitName, number> = { ...LIMITS };
  const unknown: string[] = [];
  for (const [key, value] of Object.entries(changes)) {
    const name = limitNames.get(snake(key));
    if (name) limits[name] = value;
    else unknown.push(key);
  }
  return { limits: Object.freeze(limits), unknown };
}

function snake(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

function limit(value: number, zh: string, en: string): Limit {
  return Object.freeze({ value, why: { zh, en } });
}
