import { describe, expect, test } from 'vitest';
import { containerSign } from '../../../agent/linux/containers.ts';
import { fakeHost } from '../../fixtures/host.ts';

const ON_DISK = '/dev/sda2 / ext4 rw,relatime 0 0\nproc /proc proc rw 0 0\n';
const LAYERED = 'overlay / overlay rw,relatime,lowerdir=/var/lib 0 0\nproc /proc proc rw 0 0\n';

describe('a container is known by', () => {
  test.each([
    ['the note of systemd', { '/run/systemd/container': 'lxc\n' }, 'systemd: lxc'],
    ['the note of podman', { '/run/.containerenv': '' }, 'podman'],
    ['the name of its control group', { '/proc/1/cgroup': '4:memory:/docker/0123abcd\n' }, 'cgroup: docker'],
    ['a pod', { '/proc/1/cgroup': '0::/kubepods/besteffort/pod1\n' }, 'cgroup: kubepods'],
    ['files that LXC fakes', { '/proc/self/mounts': `${ON_DISK}lxcfs /proc/meminfo fuse.lxcfs rw 0 0\n` }, 'lxc'],
    ['the note of Docker on a layered root', { '/.dockerenv': '', '/proc/self/mounts': LAYERED }, 'docker'],
  ])('%s', async (_, files, sign) => {
    expect(await containerSign(fakeHost({ files }))).toEqual({ inside: true, sign });
  });
});

test("a machine whose image was made with Docker is none, though Docker's note is still there", async () => {
  const files = { '/.dockerenv': '', '/proc/self/mounts': ON_DISK, '/proc/1/cgroup': '0::/init.scope\n' };
  expect(await containerSign(fakeHost({ files }))).toEqual({ inside: false, sign: null });
});

test('a live system on a layered root is none', async () => {
  expect(await containerSign(fakeHost({ files: { '/proc/self/mounts': LAYERED } }))).toMatchObject({ inside: false });
});

test('where nothing can be looked at it is unknown', async () => {
  expect(await containerSign(fakeHost())).toEqual({ inside: null, sign: null });
});
