import type { Host } from '../host.ts';
import type { Probe } from '../probe.ts';
import type { Facts } from '../reading.ts';
import { helperScreen } from '../windows/helper.ts';
import { registryScreen } from '../windows/screen.ts';
import type { Windows } from '../windows/windows.ts';

/**
 * The screen's size in pixels. On Linux the kernel tells of each connector which modes its screen has, the preferred
 * one first; that is the screen's own size, which desktops use unless somebody chose another. With several screens the
 * largest counts. A machine whose connectors are all empty has no screen, whatever its text console is set to. On
 * Windows a service has no screen of its own and reads what the registry keeps of the user's.
 */
export const probe: Probe = {
  name: 'display',
  platforms: ['linux', 'win32'],
  everySeconds: 60,
  staleAfterSeconds: 600,
  timeLimitMs: 5_000,
  facts: {
    width_pixels: {
      type: 'number',
      unit: 'pixels',
      least: 1,
      most: 65_536,
      about: { zh: '屏幕分辨率宽', en: 'Width of the screen' },
    },
    height_pixels: {
      type: 'number',
      unit: 'pixels',
      least: 1,
      most: 65_536,
      about: { zh: '屏幕分辨率高', en: 'Height of the screen' },
    },
    source: {
      type: 'string',
      largest: 100,
      about: { zh: '分辨率的来源', en: 'Where the size was read' },
    },
  },
  async ask(host) {
    const screen =
      host.platform === 'linux' ? await screenOf(host) : host.windows ? await windowsScreen(host, host.windows) : null;
    const facts: Facts = {
      width_pixels: screen?.width ?? null,
      height_pixels: screen?.height ?? null,
      source: screen?.source ?? null,
    };
    return { facts };
  },
};

interface Screen {
  readonly width: number;
  readonly height: number;
  /** `drm:HDMI-A-1` is the connector, `fb0` the console's frame buffer, `registry:…` a place there, `session` the screen itself. */
  readonly source: string;
}

/**
 * An agent that somebody started in their own session sees their screen. A service has the word of a helper that ran
 * there, unless the registry knows of a later change.
 */
async function windowsScreen(host: Host, windows: Windows): Promise<Screen | null> {
  const own = windows.screen();
  if (own !== null) return { ...own, source: 'session' };
  const kept = registryScreen(windows);
  const told = await helperScreen(host, windows);
  return told !== null && told.at >= (kept?.at ?? 0) ? { ...told, source: 'helper' } : kept;
}

const CONNECTORS = '/sys/class/drm';

async function screenOf(host: Host): Promise<Screen | null> {
  const connectors = ((await host.list(CONNECTORS)) ?? []).filter((name) => /^card\d+-(?!Writeback)/.test(name));
  if (connectors.length === 0) return frameBuffer(host);
  const lit: Screen[] = [];
  const dark: Screen[] = [];
  for (const name of connectors) {
    const folder = `${CONNECTORS}/${name}`;
    if ((await host.text(`${folder}/status`))?.trim() !== 'connected') continue;
    const screen = sized((await host.text(`${folder}/modes`)) ?? '', `drm:${name.replace(/^card\d+-/, '')}`);
    if (screen === null) continue;
    ((await host.text(`${folder}/enabled`))?.trim() === 'disabled' ? dark : lit).push(screen);
  }
  // A shut laptop's own screen is connected but dark; when all are dark they are only saving power.
  return [...(lit.length > 0 ? lit : dark)].sort((a, b) => area(b) - area(a))[0] ?? null;
}

/** Without a driver that knows connectors: the mode, or else the buffer, which may be taller than what is shown. */
async function frameBuffer(host: Host): Promise<Screen | null> {
  const folder = '/sys/class/graphics/fb0';
  return (
    sized((await host.text(`${folder}/modes`)) ?? '', 'fb0') ??
    sized((await host.text(`${folder}/virtual_size`)) ?? '', 'fb0')
  );
}

/** `1920x1080`, `1920x1080i`, `U:1920x1080p-0` or `1920,1080`: the first line. */
export function sized(text: string, source: string): Screen | null {
  const [, width, height] = /^(?:[A-Z]:)?(\d+)[x,](\d+)/.exec(text) ?? [];
  return Number(width) > 0 && Number(height) > 0 ? { width: Number(width), height: Number(height), source } : null;
}

function area({ width, height }: Screen): number {
  return width * height;
}
