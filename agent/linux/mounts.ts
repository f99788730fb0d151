import type { Host } from '../host.ts';

/** One line of `/proc/mounts`. */
export interface Mount {
  readonly device: string;
  readonly path: string;
  readonly type: string;
  /** `key=value` options; a bare one has an empty value. */
  readonly options: ReadonlyMap<string, string>;
}

export async function readMounts(host: Host): Promise<readonly Mount[] | null> {
  const text = await host.text('/proc/mounts');
  return text === null ? null : parseMounts(text);
}

export function parseMounts(text: string): readonly Mount[] {
  return text
    .split('\n')
    .map((line) => line.split(' '))
    .filter((words) => words.length >= 4)
    .map(([device = '', path = '', type = '', options = '']) => ({
      device,
      path: unescaped(path),
      type,
      options: new Map(
        options.split(',').map((option) => {
          const equals = option.indexOf('=');
          return equals < 0 ? [option, ''] : [option.slice(0, equals), unescaped(option.slice(equals + 1))];
        }),
      ),
    }));
}

/** Whether what is written to the root is gone after the next start; null when it cannot be told. */
export interface RootWrites {
  readonly discarded: boolean | null;
  readonly signals: readonly string[];
}

const IN_MEMORY: ReadonlySet<string> = new Set(['tmpfs', 'ramfs', 'zram']);
/** Places where overlayroot, live systems and their kin keep the layer that takes writes; it is memory there. */
const KNOWN_LAYERS = /^\/(media\/root-rw|cow|run\/live\/overlay|run\/initramfs\/overlayfs|fsprotect)(\/|$)/;
/** A container's root is a layer, too, and lives as long as the container. */
const CONTAINER = /\/(docker|containerd|containers|podman|kubelet|crio)\//;

/** The last mount of the root counts: the ones before it lie hidden below. */
export function rootWrites(mounts: readonly Mount[]): RootWrites {
  const root = mounts.filter(({ path }) => path === '/').pop();
  if (root === undefined) return { discarded: null, signals: [] };
  const { type, device } = root;
  if (IN_MEMORY.has(type)) return { discarded: true, signals: [`root is ${type}`] };
  // Only fsprotect and older live systems put aufs or unionfs below the root.
  if (type === 'aufs' || type === 'unionfs') return { discarded: true, signals: [`root is ${type}`] };
  if (type === 'overlay' || type === 'overlayfs') return overlayWrites(root, mounts);
  return { discarded: device.startsWith('/dev/') ? false : null, signals: [] };
}

function overlayWrites(root: Mount, mounts: readonly Mount[]): RootWrites {
  const upper = root.options.get('upperdir');
  const layers = `${root.options.get('lowerdir') ?? ''}:${upper ?? ''}`;
  if (CONTAINER.test(layers)) return { discarded: null, signals: ["root is a container's layer"] };
  // Nothing can be written to it at all.
  if (upper === undefined) return { discarded: null, signals: ['root is a read-only overlay'] };
  const holder = mounts
    .filter(({ path }) => path !== '/' && `${upper}/`.startsWith(`${path}/`))
    .sort((a, b) => a.path.length - b.path.length)
    .pop();
  const signal = `root is an overlay, writes go to ${upper}`;
  if (holder !== undefined) {
    const inMemory = IN_MEMORY.has(holder.type);
    const onDisk = holder.device.startsWith('/dev/');
    return { discarded: inMemory ? true : onDisk ? false : null, signals: [`${signal} (${holder.type})`] };
  }
  // The layer's own mount is often left behind when the system starts, and cannot be seen then.
  const known = KNOWN_LAYERS.test(upper) || root.device === 'overlayroot';
  return { discarded: known ? true : null, signals: [signal] };
}

/** Blanks and the like stand as three octal digits: `\040`. */
function unescaped(text: string): string {
  return text.replace(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(parseInt(digits, 8)));
}
