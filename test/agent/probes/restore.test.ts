import { expect, test } from 'vitest';
import { probe } from '../../../agent/probes/restore.ts';
import { fakeHost } from '../../fixtures/host.ts';
import type { HostOverrides } from '../../fixtures/host.ts';
import { MOUNTS } from '../../fixtures/linux.ts';

const ask = async (overrides: HostOverrides) =>
  (await probe.ask?.(fakeHost(overrides), { internetTargets: [], examSoftware: [] }))?.facts;

test('a root on a disk keeps what is written', async () => {
  expect(await ask({ files: { '/proc/mounts': MOUNTS } })).toEqual({
    products: [],
    active: false,
    writes: 'kept',
    signals: [],
  });
});

test('a product that is installed is named, whether it protects now or not', async () => {
  const files = {
    '/proc/mounts': MOUNTS,
    '/usr/share/initramfs-tools/scripts/init-bottom/overlayroot': '#!/bin/sh\n',
  };
  expect(await ask({ files })).toMatchObject({ products: ['overlayroot'], active: false });
});

test('a root whose writes go to memory is protected, with the reason', async () => {
  const mounts =
    'tmpfs-root /media/root-rw tmpfs rw,relatime 0 0\noverlayroot / overlay rw,lowerdir=/media/root-ro,upperdir=/media/root-rw/overlay,workdir=/media/root-rw/w 0 0\n';
  expect(await ask({ files: { '/proc/mounts': mounts } })).toMatchObject({
    active: true,
    signals: ['root is an overlay, writes go to /media/root-rw/overlay (tmpfs)'],
  });
});

test('where mounts cannot be read, and on Windows for now, it is unknown', async () => {
  expect(await ask({})).toMatchObject({ active: null, signals: null });
  expect(await ask({ platform: 'win32' })).toEqual({ products: null, active: null, writes: null, signals: null });
});
