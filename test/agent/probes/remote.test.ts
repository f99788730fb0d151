import { describe, expect, test } from 'vitest';
import { isRemoteDesktop, remoteProbe } from '../../../agent/probes/remote.ts';
import { fakeHost } from '../../fixtures/host.ts';
import type { FakeFile } from '../../fixtures/host.ts';

const running = (...names: readonly string[]): Record<string, FakeFile> =>
  Object.fromEntries(['systemd', ...names].map((name, index) => [`/proc/${index + 1}/comm`, `${name}\n`]));
const ask = async (files: Readonly<Record<string, FakeFile>>) =>
  (await remoteProbe().ask?.(fakeHost({ files }), { internetTargets: [], examSoftware: [] }))?.facts;

/** As logind keeps one: `/run/systemd/sessions/<number>`. */
const session = (type: string, remote: 0 | 1, state = 'active'): string =>
  `# This is private data. Do not parse.\nUID=1000\nUSER=exam\nACTIVE=1\nIS_DISPLAY=1\nSTATE=${state}\nREMOTE=${remote}\nTYPE=${type}\nORIGINAL_TYPE=${type}\nCLASS=user\nSCOPE=session-3.scope\nFIFO=/run/systemd/sessions/3.ref\nSERVICE=sshd\nLEADER=1234\n`;

test('a machine nobody reaches from elsewhere says so', async () => {
  expect(await ask(running('sshd', 'Xorg', 'chrome'))).toEqual({
    session: false,
    vdi: false,
    vdi_signals: [],
    tools: [],
  });
});

test('tools that run are named, each once, in order', async () => {
  const facts = await ask(running('teamviewerd', 'ToDesk_Service', 'ToDesk', 'sunloginclient'));
  expect(facts?.['tools']).toEqual(['TeamViewer', 'ToDesk', '向日葵 Sunlogin (AweSun)'].sort());
  expect(facts?.['session']).toBe(false);
});

describe('a remote desktop session', () => {
  test('is one that logind calls remote and that has a screen', async () => {
    const at = '/run/systemd/sessions/3';
    expect(await ask({ ...running('Xorg'), [at]: session('x11', 1) })).toMatchObject({ session: true });
    expect(await ask({ ...running('sshd'), [at]: session('tty', 1) })).toMatchObject({ session: false });
    expect(await ask({ ...running('gnome-shell'), [at]: session('wayland', 0) })).toMatchObject({ session: false });
    expect(isRemoteDesktop(session('x11', 1, 'closing'))).toBe(false);
    expect(isRemoteDesktop('')).toBe(false);
  });
  test('is one of xrdp; its manager alone only waits', async () => {
    expect(await ask(running('xrdp', 'xrdp-sesman'))).toMatchObject({ session: false });
    expect(await ask(running('xrdp', 'xrdp-sesman', 'xrdp-chansrv'))).toMatchObject({ session: true });
  });
});

describe('a cloud desktop', () => {
  test('is known by its agent, running or installed', async () => {
    expect(await ask(running('ctxhdx'))).toMatchObject({ vdi: true, vdi_signals: ['Citrix VDA: ctxhdx'] });
    expect(await ask({ ...running(), '/usr/lib/vmware/viewagent/bin/x': '' })).toMatchObject({
      vdi: true,
      vdi_signals: ['VMware/Omnissa Horizon Agent: /usr/lib/vmware/viewagent'],
    });
  });
  test('is not a machine with a viewer for one', async () => {
    expect(await ask({ ...running('vmware-view', 'wfica'), '/opt/Citrix/ICAClient/wfica': '' })).toMatchObject({
      vdi: false,
    });
  });
});

test('when processes are hidden nothing is denied, and what was seen is still told', async () => {
  const hidden = { '/proc/812/comm': 'node\n' };
  expect(await ask(hidden)).toEqual({ session: null, vdi: null, vdi_signals: null, tools: null });
  expect(await ask({ ...hidden, '/run/systemd/sessions/3': session('x11', 1) })).toMatchObject({ session: true });
  expect(await ask({ ...hidden, '/opt/Citrix/VDA/bin/x': '' })).toMatchObject({ vdi: true });
});

test('on Windows everything is null until its own readings are there', async () => {
  const answer = await remoteProbe().ask?.(fakeHost({ platform: 'win32' }), { internetTargets: [], examSoftware: [] });
  expect(answer?.facts).toEqual({ session: null, vdi: null, vdi_signals: null, tools: null });
});
