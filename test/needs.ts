import { spawnSync } from 'node:child_process';
import { existsSync, rmSync, writeFileSync } from 'node:fs';

/** What tests use that npm does not bring: real servers and browsers. A test without its need is skipped and said so. */
export interface Need {
  readonly name: string;
  readonly packages: readonly string[];
  readonly present: () => boolean;
  /** What is then not tested. */
  readonly without: string;
  readonly get: string;
}

const isRoot = process.getuid?.() === 0;
const isDebian = existsSync('/etc/debian_version');

function debian(name: string, packages: readonly string[], files: readonly string[], without: string): Need {
  return {
    name,
    packages,
    present: () => files.every((file) => existsSync(file)),
    without,
    get: `Debian: ${packages.join(' ')}`,
  };
}

export const NEEDS: readonly Need[] = [
  debian(
    'NUT',
    ['nut-server', 'nut-client'],
    ['/lib/nut/upsd', '/lib/nut/dummy-ups', '/lib/nut/nutdrv_qx'],
    'the UPS is not read from a real upsd',
  ),
  debian('iperf3', ['iperf3'], ['/usr/bin/iperf3'], 'throughput is not measured against the real iperf3'),
  debian('pdftotext', ['poppler-utils'], ['/usr/bin/pdftotext'], 'the text of PDF reports is not read back'),
  debian('socat', ['socat'], ['/usr/bin/socat'], 'the real nutdrv_qx does not meet a simulated Q1 device'),
  debian(
    'certutil and openssl',
    ['libnss3-tools', 'openssl'],
    ['/usr/bin/certutil', '/usr/bin/openssl'],
    'STARTTLS and the site’s CA are not checked by a second party',
  ),
  debian(
    'GStreamer’s RTSP server and ffprobe',
    [
      'ffmpeg',
      'python3-gi',
      'libgstrtspserver-1.0-0',
      'gir1.2-gst-rtsp-server-1.0',
      'gstreamer1.0-plugins-base',
      'gstreamer1.0-plugins-good',
      'gstreamer1.0-plugins-bad',
      'gstreamer1.0-plugins-ugly',
      'gstreamer1.0-libav',
      'gstreamer1.0-rtsp',
    ],
    [
      '/usr/bin/ffprobe',
      '/usr/lib/x86_64-linux-gnu/girepository-1.0/GstRtspServer-1.0.typelib',
      '/usr/lib/x86_64-linux-gnu/gstreamer-1.0/libgstx264.so',
      '/usr/lib/x86_64-linux-gnu/gstreamer-1.0/libgstx265.so',
      '/usr/lib/x86_64-linux-gnu/gstreamer-1.0/libgstlibav.so',
    ],
    'cameras are not read from real encoders',
  ),
  debian(
    'Chromium',
    ['chromium', 'fonts-wqy-microhei'],
    ['/usr/bin/chromium'],
    'the console is not opened in a browser',
  ),
  debian(
    'SNMP agents',
    ['snmpd', 'snmpsim'],
    ['/usr/sbin/snmpd', '/usr/bin/snmpsimd'],
    'no switch and no UPS is read from a real SNMP agent',
  ),
  debian(
    'InfluxDB and VictoriaMetrics',
    ['influxdb', 'victoria-metrics'],
    ['/usr/bin/influxd', '/usr/bin/victoria-metrics'],
    'long series are not written to real stores',
  ),
  {
    name: 'PostgreSQL',
    packages: ['postgresql'],
    present: () => existsSync('/usr/lib/postgresql'),
    without: 'the organization’s tier runs on SQLite alone',
    get: 'Debian: postgresql',
  },
  debian('promtool', ['prometheus'], ['/usr/bin/promtool'], '/metrics is not checked by promtool'),
  debian(
    'Alertmanager',
    ['prometheus-alertmanager'],
    ['/usr/bin/prometheus-alertmanager'],
    'pages do not go through a real Alertmanager',
  ),
  debian(
    'Wine',
    ['wine64', 'locales'],
    ['/usr/lib/wine/wine64', '/usr/lib/wine/wineserver64', '/usr/bin/localedef', '/usr/share/i18n/locales/zh_CN'],
    'the agent is not run on the Node of Windows 7 and 10',
  ),
  debian(
    'a compiler for Windows',
    ['gcc-mingw-w64-x86-64-posix'],
    ['/usr/bin/x86_64-w64-mingw32-gcc-posix', '/usr/bin/x86_64-w64-mingw32-dlltool'],
    'the addon for Windows is not built',
  ),
  debian('network namespaces', ['iproute2'], ['/sbin/ip'], 'links are not cut for real'),
  {
    name: 'root',
    packages: [],
    present: () => isRoot,
    without: 'no small disk is filled up and no link is cut for real',
    get: 'run it as root in a container',
  },
];

/** As root on Debian: installs what is missing. Servers that a package brings are not started. */
export function bringPackages(): void {
  const missing = NEEDS.filter((need) => !need.present()).flatMap((need) => need.packages);
  if (missing.length === 0) return;
  if (!isRoot || !isDebian) {
    console.log(`packages: not brought, since this is not root on Debian: ${missing.join(' ')}`);
    return;
  }
  console.log(`packages: installing ${missing.join(' ')}`);
  // Debian's own switch against starting a service that was just installed.
  const policy = '/usr/sbin/policy-rc.d';
  const own = !existsSync(policy);
  if (own) writeFileSync(policy, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  try {
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
    const apt = (...args: readonly string[]): number | null =>
      spawnSync('apt-get', ['-qq', '-o', 'Dpkg::Use-Pty=0', ...args], {
        env,
        stdio: ['ignore', 'ignore', 'inherit'],
        timeout: 10 * 60_000,
      }).status;
    apt('update');
    if (apt('install', '-y', '--no-install-recommends', ...missing) !== 0)
      console.log('packages: apt-get failed; the tests that need them are skipped');
  } finally {
    if (own) rmSync(policy, { force: true });
  }
}
