import type { Host } from '../host.ts';

export interface ContainerSign {
  /** Null when nothing could be looked at. */
  readonly inside: boolean | null;
  /** What says so: `docker`, `systemd: lxc`. */
  readonly sign: string | null;
}

/**
 * Whether this process sits in a container. `/.dockerenv` alone proves nothing: images that were made with Docker and
 * then started as machines still have it, so it counts only where the root is a layered file system.
 */
export async function containerSign(host: Host): Promise<ContainerSign> {
  const manager = (await host.text('/run/systemd/container'))?.trim();
  if (manager) return inside(`systemd: ${manager}`);
  if ((await host.text('/run/.containerenv')) !== null) return inside('podman');
  const group = /\/(docker|kubepods|libpod|lxc|machine\.slice\/libpod)\b/.exec(
    (await host.text('/proc/1/cgroup')) ?? '',
  );
  if (group) return inside(`cgroup: ${group[1]}`);
  const mounts = await host.text('/proc/self/mounts');
  if (mounts === null) return { inside: null, sign: null };
  if (/^\S+ \/proc\/\S+ fuse\.lxcfs /m.test(mounts)) return inside('lxc');
  const layered = /^\S+ \/ (?:overlay|aufs|fuse-overlayfs) /m.test(mounts);
  if (layered && (await host.text('/.dockerenv')) !== null) return inside('docker');
  return { inside: false, sign: null };
}

function inside(sign: string): ContainerSign {
  return { inside: true, sign };
}
