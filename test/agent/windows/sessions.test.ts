import { describe, expect, test } from 'vitest';
import { remoteProbe } from '../../../agent/probes/remote.ts';
import type { Session } from '../../../agent/windows/windows.ts';
import { NO_SETTINGS } from '../../fixtures/answers.ts';
import { fakeWindowsHost } from '../../fixtures/windows.ts';
import type { FakeRegistry, WindowsOverrides } from '../../fixtures/windows.ts';

const USER = 'HKU\\S-1-5-21-1-2-3-1001';
const SERVICES = 'HKLM\\SYSTEM\\CurrentControlSet\\Services';

async function ask(registry: FakeRegistry, more: WindowsOverrides = {}) {
  const host = fakeWindowsHost({
    ...more,
    registry: { [USER]: {}, ...registry },
    addon: { processes: () => ['System'], ...more.addon },
  });
  return (await remoteProbe().ask!(host, NO_SETTINGS)).facts;
}

describe('a remote session', () => {
  const list = async (...sessions: readonly Session[]) =>
    (await ask({}, { addon: { sessions: () => sessions } }))['session'];
  const services: Session = { id: 0, name: 'Services', active: false };

  test('is one that is active now and not at the console', async () => {
    expect(await list(services, { id: 1, name: 'Console', active: true })).toBe(false);
    expect(await list(services, { id: 2, name: 'RDP-Tcp#0', active: true })).toBe(true);
    expect(await list(services, { id: 2, name: '31C5CE94259D4006A9E4#0', active: true })).toBe(true);
    expect(await list(services, { id: 1, name: 'Console', active: true }, { id: 2, name: '', active: false })).toBe(
      false,
    );
    expect(await list(services)).toBe(false);
  });

  test('is seen in the registry when Windows does not list sessions', async () => {
    const station = (name: string) => ask({ [`${USER}\\Volatile Environment\\2`]: { SESSIONNAME: name } });
    expect((await station('RDP-Tcp#3'))['session']).toBe(true);
    expect((await station('ICA-CGP#3'))['session']).toBe(true);
    expect((await station('Console'))['session']).toBe(false);
    expect((await ask({ [`${USER}\\Volatile Environment`]: { SESSIONNAME: 'Console' } }))['session']).toBe(false);
    // Signed in, and nobody says from where.
    expect((await ask({}))['session']).toBeNull();
  });
});

describe('a cloud desktop', () => {
  test('is known by services, keys, folders and values that only its agent has', async () => {
    const signs = async (registry: FakeRegistry, more: WindowsOverrides = {}) => {
      const { vdi, vdi_signals } = await ask(registry, more);
      return [vdi, vdi_signals];
    };
    expect(await signs({ [`${SERVICES}\\VoiClient`]: {} })).toEqual([true, ['噢易 VOI 云桌面 OS-Easy VOI: VoiClient']]);
    const citrix = { 'HKLM\\SOFTWARE\\WOW6432Node\\Citrix\\VirtualDesktopAgent': { ListOfDDCs: 'x' } };
    expect(await signs(citrix)).toEqual([true, ['Citrix VDA: SOFTWARE\\Citrix\\VirtualDesktopAgent']]);
    const horizon = {
      [`${USER}\\Volatile Environment\\1`]: { ViewClient_Machine_Name: 'TC-1', SESSIONNAME: 'Console' },
    };
    expect(await signs(horizon)).toEqual([true, ['VMware/Omnissa Horizon Agent: ViewClient_Machine_Name']]);
    const folder = { windowsFiles: { 'C:\\Program Files\\OSEasy\\HardVirtual\\RunClient.exe': 'x' } };
    expect(await signs({}, folder)).toEqual([
      true,
      ['噢易硬件虚拟化 OS-Easy HardVirtual: C:\\Program Files\\OSEasy\\HardVirtual'],
    ]);
  });

  test('is not a viewer on a physical PC, nor a vendor’s other service, which is shown', async () => {
    const registry = { 'HKLM\\SOFTWARE\\Citrix\\ICA Client': { x: 'y' } };
    expect(
      await ask(registry, { addon: { runningServices: () => ['SangforPWEx', 'Spooler', 'WebhdpTool'] } }),
    ).toMatchObject({
      vdi: false,
      vdi_signals: ['possible: SangforPWEx'],
    });
  });

  test('cannot be excluded where nobody lists what runs', async () => {
    expect(await ask({}, { addon: { processes: () => null } })).toMatchObject({
      vdi: null,
      vdi_signals: null,
      tools: null,
    });
  });
});

test('tools for remote control are known by what runs, in any spelling', async () => {
  const processes = () => ['System', 'ToDesk.exe', 'SUNLOGINCLIENT.EXE', 'TeamViewer_Service.exe', 'explorer.exe'];
  expect((await ask({}, { addon: { processes } }))['tools']).toEqual([
    'TeamViewer',
    'ToDesk',
    '向日葵 Sunlogin (AweSun)',
  ]);
});

test('a tool that starts, and one that ends, is seen by the next ask', async () => {
  let running = ['System'];
  const host = fakeWindowsHost({ registry: { [USER]: {} }, addon: { processes: () => running } });
  const probe = remoteProbe();
  const tools = async () => (await probe.ask!(host, NO_SETTINGS)).facts['tools'];
  expect([await tools(), await tools()]).toEqual([[], []]);
  running = ['System', 'ToDesk.exe'];
  expect([await tools(), await tools()]).toEqual([['ToDesk'], ['ToDesk']]);
  running = ['System'];
  expect(await tools()).toEqual([]);
});

test('stations in the registry are read each minute, Windows’ own list at each ask', async () => {
  let listed: readonly Session[] | null = null;
  let station = 'Console';
  const host = fakeWindowsHost({ addon: { processes: () => ['System'], sessions: () => listed } });
  const windows = {
    ...host.windows!,
    keys: (_hive: unknown, key: string) => (key === '' ? ['S-1-5-21-1-2-3-1001'] : []),
    value: () => station,
  };
  const probe = remoteProbe();
  const session = async () => (await probe.ask!({ ...host, windows }, NO_SETTINGS)).facts['session'];
  expect(await session()).toBe(false);
  station = 'RDP-Tcp#0';
  expect([await session(), await session(), await session(), await session()]).toEqual([false, false, false, true]);
  listed = [{ id: 1, name: 'Console', active: true }];
  expect(await session()).toBe(false);
  listed = [{ id: 1, name: 'RDP-Tcp#0', active: true }];
  expect(await session()).toBe(true);
});
