import { describe, expect, test } from 'vitest';
import { parseMounts, readMounts, rootWrites } from '../../../agent/linux/mounts.ts';
import { MOUNTS } from '../../fixtures/linux.ts';
import { fakeHost } from '../../fixtures/host.ts';

const discarded = (mounts: string): boolean | null => rootWrites(parseMounts(mounts)).discarded;

test('mounts are read with their options, blanks in names included', async () => {
  const mounts = parseMounts('/dev/sdb1 /media/my\\040disk vfat rw,uid=1000,utf8 0 0\nbroken line\n');
  expect(mounts).toHaveLength(1);
  expect(mounts[0]).toMatchObject({ device: '/dev/sdb1', path: '/media/my disk', type: 'vfat' });
  expect([...(mounts[0]?.options ?? [])]).toEqual([
    ['rw', ''],
    ['uid', '1000'],
    ['utf8', ''],
  ]);
  expect(await readMounts(fakeHost())).toBeNull();
});

describe('writes to the root', () => {
  test('stay on a disk', () => {
    expect(rootWrites(parseMounts(MOUNTS))).toEqual({ discarded: false, signals: [] });
  });
  test('are gone with a root in memory, under aufs, or under the last of several roots', () => {
    expect(discarded('tmpfs / tmpfs rw 0 0\n')).toBe(true);
    expect(discarded('none / aufs rw,relatime,si=8d 0 0\n')).toBe(true);
    expect(discarded('rootfs / rootfs rw 0 0\n/dev/sda1 / ext4 rw 0 0\n')).toBe(false);
    expect(discarded('/dev/sda1 / ext4 rw 0 0\ntmpfs / tmpfs rw 0 0\n')).toBe(true);
  });
  test('are gone when overlayroot keeps them in memory, and stay when it keeps them on a disk', () => {
    const root =
      'overlayroot / overlay rw,relatime,lowerdir=/media/root-ro,upperdir=/media/root-rw/overlay,workdir=/media/root-rw/overlay-workdir/_ 0 0\n';
    expect(discarded(`tmpfs-root /media/root-rw tmpfs rw,relatime 0 0\n${root}`)).toBe(true);
    expect(discarded(`/dev/sdb1 /media/root-rw ext4 rw,relatime 0 0\n${root}`)).toBe(false);
    expect(discarded(root)).toBe(true);
  });
  test('are gone on a live system, whether its layer can be seen or not', () => {
    expect(
      discarded(
        'tmpfs /run/live/overlay tmpfs rw 0 0\noverlay / overlay rw,lowerdir=/run/live/rootfs/filesystem.squashfs/,upperdir=/run/live/overlay/rw,workdir=/run/live/overlay/work 0 0\n',
      ),
    ).toBe(true);
    expect(
      discarded('/cow / overlay rw,lowerdir=/filesystem.squashfs,upperdir=/cow/upper,workdir=/cow/work 0 0\n'),
    ).toBe(true);
  });
  test('cannot be told in a container, on an unknown overlay, on a network root and without any root', () => {
    const docker =
      'overlay / overlay rw,relatime,lowerdir=/var/lib/docker/overlay2/l/A:/var/lib/docker/overlay2/l/B,upperdir=/var/lib/docker/overlay2/c0/diff,workdir=/var/lib/docker/overlay2/c0/work 0 0\n';
    expect(discarded(docker)).toBeNull();
    expect(rootWrites(parseMounts(docker)).signals).toHaveLength(1);
    expect(discarded('overlay / overlay rw,lowerdir=/a,upperdir=/somewhere/b,workdir=/somewhere/c 0 0\n')).toBeNull();
    expect(discarded('composefs / overlay ro,lowerdir=/run/a 0 0\n')).toBeNull();
    expect(discarded('10.0.0.1:/srv/root / nfs rw,vers=4.2 0 0\n')).toBeNull();
    expect(discarded('')).toBeNull();
  });
});
