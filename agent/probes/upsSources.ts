import type { Device } from '../probe.ts';
import { openQ1, Q1Error, type Q1Port } from '../protocols/q1.ts';
import { openSnmp, snmpAddress, type SnmpSession } from '../protocols/snmp.ts';
import { SnmpError } from '../protocols/snmpError.ts';
import { readUpsMib, type UpsWords } from '../protocols/upsMib.ts';
import type { UpsComm } from './upsWords.ts';

/** What is known of a UPS, whatever it is asked by. */
export interface UpsState {
  readonly comm: UpsComm;
  /** The words of NUT's `ups.status`; null unless `comm` is ok. */
  readonly status: string | null;
  readonly variables: ReadonlyMap<string, string> | null;
}

interface Source {
  read(): Promise<UpsWords>;
  close(): void;
}

const POLL_MS = 1_000;
/** While it is lost: each second, since every other moment may be the one it comes back. */
const LOST_MS = 1_000;

/** Polls a UPS that is no NUT server's, for ever, and tells each answer; null for an address of NUT's or of nobody's. */
export function pollerOf(device: Device, tell: (state: UpsState) => void): (() => void) | null {
  const open = openerOf(device);
  if (!open) return null;
  let isStopped = false;
  let source: Source | null = null;
  let timer: NodeJS.Timeout | undefined;

  async function turn(): Promise<void> {
    const since = Date.now();
    const state = await once();
    if (isStopped) return;
    tell(state);
    const wait = state.comm === 'ok' ? POLL_MS - (Date.now() - since) : LOST_MS;
    timer = setTimeout(() => void turn(), Math.max(50, wait));
  }

  async function once(): Promise<UpsState> {
    try {
      const opened = (source ??= await open!());
      if (isStopped) opened.close();
      return { comm: 'ok', ...(await opened.read()) };
    } catch (error) {
      source?.close();
      source = null;
      return { comm: commOf(error), status: null, variables: null };
    }
  }

  void turn();
  return () => {
    isStopped = true;
    clearTimeout(timer);
    source?.close();
  };
}

function openerOf(device: Device): (() => Promise<Source>) | null {
  const address = snmpAddress(device.url);
  if (address) return () => openMib(device, address);
  const path = /^serial:\/\/(\/dev\/\w[\w.-]*(?:\/\w[\w.-]*)*)$/.exec(device.url)?.[1];
  if (path !== undefined || device.url.startsWith('serial://COM')) return () => openSerial(path ?? '');
  return null;
}

async function openMib(device: Device, address: { readonly host: string; readonly port: number }): Promise<Source> {
  const { community, user, password, privacy, options = {} } = device;
  const { auth, cipher } = options as { auth?: string; cipher?: string };
  const session: SnmpSession = await openSnmp({ ...address, community, user, password, privacy, auth, cipher });
  return { read: () => readUpsMib(session), close: () => session.close() };
}

async function openSerial(path: string): Promise<Source> {
  const port: Q1Port = await openQ1(path);
  return { read: () => port.ask(), close: () => port.close() };
}

function commOf(error: unknown): UpsComm {
  if (error instanceof SnmpError) return `snmp-${error.trouble}`;
  if (error instanceof Q1Error) return `serial-${error.trouble}`;
  throw error;
}
