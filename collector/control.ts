import { chmodSync, existsSync, lstatSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { connect, createServer, type Server } from 'node:net';
import { dirname, join } from 'node:path';
import { createHash, randomBytes } from 'node:crypto';
import type { Bilingual } from '../agent/probe.ts';
import type { AccessQuestion } from './accounts/atItsPc.ts';
import type { DrillQuestion } from './drills/drills.ts';
import type { PlaybackQuestion } from './drills/playbackAnswer.ts';
import type { UplinkQuestion } from './network/answer.ts';
import { LARGEST_FILE, limitMs } from './organization/exchange.ts';
import { Trouble } from './gateway/trouble.ts';

/**
 * How commands on the collector's own PC speak to the running collector: a local socket that only the owner of the data
 * directory can open (a named pipe on Windows). One JSON line asks, one answers.
 */
export type Question =
  | {
      readonly ask: 'ticket';
      readonly wish: {
        readonly room: string;
        readonly role: string;
        readonly uses: number;
        readonly days: number;
        readonly simulated?: boolean;
      };
    }
  | { readonly ask: 'backup'; readonly to: string }
  | { readonly ask: 'access'; readonly question: AccessQuestion }
  /** The secrets of a device have changed: its reader is told. */
  | { readonly ask: 'secrets'; readonly device: string }
  | { readonly ask: 'record-export'; readonly to: string }
  | { readonly ask: 'record-key' }
  | { readonly ask: 'record-rotate' }
  /** Where a packet of the organization lies. */
  | { readonly ask: 'organization-take'; readonly file: string }
  | { readonly ask: 'organization-standing' }
  | { readonly ask: 'organization-hand-in'; readonly file: string; readonly duty: string; readonly what: string }
  | { readonly ask: 'roster'; readonly file: string; readonly trial: boolean }
  /** `file` is Base64. */
  | { readonly ask: 'seats'; readonly file: string; readonly room: string | null }
  | ({ readonly ask: 'drill' } & DrillQuestion)
  /** Null = the room's next session. */
  | { readonly ask: 'rehearse'; readonly room: string; readonly session: string | null }
  | ({ readonly ask: 'uplink' } & UplinkQuestion)
  | ({ readonly ask: 'playback' } & PlaybackQuestion)
  /** What would fail under the standard that is tried; null when there is none. */
  | { readonly ask: 'trial' }
  | { readonly ask: 'status' };

export type Answer = (Readonly<Record<string, unknown>> & { readonly error?: never }) | { readonly error: Bilingual };

const LIMIT_MS = 60_000;
/** A file that is handed in goes out over whatever line there is before the answer comes. */
const HAND_IN_MS = limitMs(LARGEST_FILE * 2) + LIMIT_MS;

/** How long whoever asks waits; a question may be none. */
export function answerMs(question: Question | null): number {
  return question?.ask === 'organization-hand-in' ? HAND_IN_MS : LIMIT_MS;
}

/** A list of seats in Base64 is the largest question. */
const LARGEST = 3 * 1024 * 1024;

export function controlPath(data: string): string {
  if (process.platform !== 'win32') {
    const path = join(data, 'control.sock');
    // A socket's path has to fit into 107 bytes; a deep data directory gets a folder of its own in /tmp by its hash.
    return Buffer.byteLength(path) <= 100 ? path : `/tmp/xunkao-${hash(data)}/control.sock`;
  }
  return pipeName(data);
}

/** What the pipe's name is made of, in the data directory. */
export const PIPE_FILE = 'control.pipe';

/**
 * Names of Windows' pipes are free for all: a stranger who makes the pipe first is asked for tickets, and answers. So the
 * name holds a secret that lies where only the owner of the data directory reads it, made anew at each start. Others may
 * not write to it by Windows' own default.
 */
export function pipeName(data: string): string {
  let secret: string;
  try {
    secret = readFileSync(join(data, PIPE_FILE), 'utf8');
  } catch {
    secret = '';
  }
  return `\\\\.\\pipe\\xunkao-${hash(`${data} ${secret}`)}`;
}

const hash = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 16);

export async function serveControl(data: string, answer: (question: Question) => Promise<Answer>): Promise<Server> {
  if (process.platform === 'win32') {
    writeFileSync(join(data, PIPE_FILE), randomBytes(16).toString('hex'), { mode: 0o600 });
  }
  const path = controlPath(data);
  if (isInTmp(path)) mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  if (!isSafe(data, path)) {
    throw new Trouble({
      zh: `${dirname(path)} 不属于 ${data} 的所有者，或别人也能打开：请删除它，或用 --data 另选较短的目录`,
      en: `${dirname(path)} does not belong to the owner of ${data}, or others may open it; remove it, or choose a shorter directory with --data`,
    });
  }
  // A socket file outlives a kill; whether somebody still serves it was found out by the lock on the data directory.
  if (process.platform !== 'win32') rmSync(path, { force: true });
  const server = createServer((socket) => {
    let text = '';
    socket.setTimeout(LIMIT_MS, () => socket.destroy());
    socket.setEncoding('utf8');
    socket.on('error', () => socket.destroy());
    socket.on('data', (piece: string) => {
      text += piece;
      if (text.length > LARGEST) socket.destroy();
      const end = text.indexOf('\n');
      if (end < 0) return;
      // Whoever asks has a limit of his own.
      socket.setTimeout(0);
      void reply(text.slice(0, end), answer).then((line) => socket.end(`${line}\n`));
      text = '';
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, resolve);
  });
  if (process.platform !== 'win32') chmodSync(path, 0o600);
  return server;
}

function isInTmp(path: string): boolean {
  return path.startsWith('/tmp/xunkao-');
}

/**
 * Everybody may make folders in /tmp: only one that the owner of the data directory made, and no one else can open, may
 * hold the socket. Else a stranger could hand out tickets in the collector's name.
 */
function isSafe(data: string, path: string): boolean {
  if (!isInTmp(path)) return true;
  const folder = lstatSync(dirname(path), { throwIfNoEntry: false });
  const owner = statSync(data, { throwIfNoEntry: false })?.uid;
  return folder !== undefined && folder.isDirectory() && folder.uid === owner && (folder.mode & 0o077) === 0;
}

async function reply(line: string, answer: (question: Question) => Promise<Answer>): Promise<string> {
  try {
    return JSON.stringify(await answer(JSON.parse(line) as Question));
  } catch (error) {
    const { message } = error as Error;
    return JSON.stringify({ error: error instanceof Trouble ? error.text : { zh: message, en: message } });
  }
}

export function askControl(data: string, question: Question): Promise<Answer> {
  const path = controlPath(data);
  const nobody = { error: notRunning(data) };
  // Where none was made there is no collector, and whoever answers is somebody else.
  const isUnnamed = process.platform === 'win32' && !existsSync(join(data, PIPE_FILE));
  if (isUnnamed || !isSafe(data, path)) return Promise.resolve(nobody);
  return new Promise((resolve) => {
    const socket = connect(path);
    let text = '';
    socket.setEncoding('utf8');
    const ms = answerMs(question);
    socket.setTimeout(ms, () => {
      socket.destroy();
      resolve({
        error: {
          zh: `${data} 的采集器在 ${ms / 1000} 秒内没有回答`,
          en: `the collector of ${data} did not answer within ${ms / 1000} s`,
        },
      });
    });
    socket.on('connect', () => socket.write(`${JSON.stringify(question)}\n`));
    socket.on('data', (piece: string) => (text += piece));
    socket.on('error', () => resolve(nobody));
    socket.on('end', () => resolve(text === '' ? { error: NO_ANSWER } : (JSON.parse(text) as Answer)));
  });
}

const NO_ANSWER: Bilingual = {
  zh: '采集器没有回答就断开了，请重试',
  en: 'the collector closed the line without an answer; try again',
};

function notRunning(data: string): Bilingual {
  return {
    zh: `${data} 上没有正在运行的采集器。请先用 npm start 启动；数据在别处时用 --data 指明`,
    en: `no collector runs on ${data}; start one with npm start, or name its directory with --data`,
  };
}
