import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { expect, onTestFinished, test, vi } from 'vitest';
import { startCollector } from '../../../collector/collector.ts';
import { faultsText } from '../../../collector/faults.ts';
import { readSettings } from '../../../collector/settings.ts';
import { administrator } from '../../fixtures/collector.ts';
import { startReceiver } from '../../fixtures/receiver.ts';

/** A settings' file with what stands beside it. */
function written(text: string, beside: Readonly<Record<string, string>> = {}): string {
  const folder = mkdtempSync(join(tmpdir(), 'xunkao-paging-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  mkdirSync(folder, { recursive: true });
  for (const [name, content] of Object.entries(beside)) writeFileSync(join(folder, name), content);
  const file = join(folder, 'xunkao.yaml');
  writeFileSync(file, text);
  return file;
}

function told(text: string, language: 'zh' | 'en', beside: Readonly<Record<string, string>> = {}): string {
  const read = readSettings(written(text, beside), true);
  return 'faults' in read ? faultsText(read.faults, language) : 'none';
}

test.each([
  ['a channel that is not there', 'contacts: [{ role: lead, channels: [sms] }]', 2, 'no channel sms', '没有通道 sms'],
  ['a channel without an address', 'channels: [{ id: d, kind: dingtalk }]', 2, 'lacks url', '缺少 url'],
  [
    'two of one name',
    'channels:\n    - { id: a, kind: wecom, url: "http://x" }\n    - { id: a, kind: wecom, url: "http://x" }',
    4,
    'two channels are called a',
    '两个通道都叫 a',
  ],
  [
    'the built-in name',
    'channels: [{ id: log, kind: wecom, url: "http://x" }]',
    2,
    'log is built in',
    'log 是内置的通道',
  ],
  [
    'an unknown kind',
    'channels: [{ id: a, kind: pager, url: "http://x" }]',
    2,
    'expected alertmanager, webhook, dingtalk',
    'webhook、dingtalk',
  ],
  [
    'a secret given twice',
    'channels: [{ id: a, kind: feishu, url: "http://x", secret: s, secret_file: beside }]',
    2,
    'secret or secret_file, not both',
    '只能写一个',
  ],
  [
    'a file that is not there',
    'channels: [{ id: a, kind: feishu, url: "http://x", secret_file: nowhere }]',
    2,
    'the file nowhere cannot be read (ENOENT)',
    '读不了文件 nowhere',
  ],
  [
    'an unknown name in a template',
    'channels: [{ id: a, kind: webhook, url: "http://x", template: "{{titel}}" }]',
    2,
    'the template knows no {{titel}}',
    '模板里没有 {{titel}}',
  ],
  [
    'a header that breaks a line',
    'channels: [{ id: a, kind: webhook, url: "http://x", headers: { x: "a\\r\\nb" } }]',
    2,
    'x cannot be a header',
    'x 不能用作请求头',
  ],
  [
    'mail to nobody',
    'channels: [{ id: m, kind: email, host: h, from: a@b }]',
    2,
    'm knows no recipient',
    'm 不知道寄给谁',
  ],
  ['quiet hours that are none', 'quiet_hours: 8-20', 2, 'such as 20:00-07:00', '例如 20:00-07:00'],
  ['a heartbeat to nowhere', 'heartbeat: { every_seconds: 60 }', 2, 'heartbeat lacks url', 'heartbeat 缺少 url'],
  ['an unknown key', 'chanels: []', 2, 'unknown key chanels', 'chanels'],
] as const)('%s is told with its line, in both languages', (_what, paging, line, en, zh) => {
  const text = `paging:\n  ${paging}\n`;
  expect(told(text, 'en', { beside: 's' })).toContain(en);
  expect(told(text, 'en', { beside: 's' })).toMatch(new RegExp(`xunkao\\.yaml:${line}:\\d+: `));
  expect(told(text, 'zh', { beside: 's' })).toContain(zh);
});

test('secrets are read from files beside the settings, and no answer, entry, series or log line has one', async () => {
  const receiver = await startReceiver();
  const SECRETS = ['geheim-url', 'geheim-sign', 'geheim-header', 'geheim-mail', 'geheim-pulse', '13800000000'];
  const file = written(
    `internet_targets: []
paging:
  channels:
    - { id: ding, kind: dingtalk, url_file: ding-url, secret_file: ding-secret }
    - { id: sms, kind: webhook, url: "${receiver.url}/sms", header_files: { authorization: sms-token } }
    - { id: mail, kind: email, host: 127.0.0.1, port: 9, security: none, from: a@b.internal, user: a, secret: geheim-mail }
  contacts: [{ role: lead, channels: [ding, sms, mail], to: ["13800000000"] }]
  heartbeat: { url: "${receiver.url}/geheim-pulse" }
`,
    {
      'ding-url': `${receiver.url}/robot?access_token=geheim-url\n`,
      'ding-secret': 'geheim-sign\n',
      'sms-token': 'Bearer geheim-header\r\n',
    },
  );
  const read = readSettings(file, true);
  if ('faults' in read) throw new Error(faultsText(read.faults));
  const lines: string[] = [];
  const data = mkdtempSync(join(tmpdir(), 'xunkao-paging-'));
  onTestFinished(() => rmSync(data, { recursive: true, force: true }));
  const collector = await startCollector({
    data,
    settings: { ...read.settings, listen: ['127.0.0.1:0'] },
    log: pino({ level: 'trace' }, { write: (line: string) => void lines.push(line) }),
    beats: false,
  });
  onTestFinished(() => collector.stop());
  const headers = await administrator(collector);
  for (const channel of ['ding', 'sms', 'mail'])
    await collector.app.inject({ method: 'POST', url: '/api/v1/paging/test', headers, payload: { channel } });
  // The files were read, without the ends of their lines.
  const asked = receiver.asked.find(({ path }) => path.startsWith('/robot'))!;
  expect(asked.path).toMatch(/^\/robot\?access_token=geheim-url&timestamp=\d+&sign=/);
  expect(receiver.asked.find(({ path }) => path === '/sms')!.headers).toMatchObject({
    authorization: 'Bearer geheim-header',
  });

  let settings = '';
  await vi.waitUntil(
    async () => {
      settings = (await collector.app.inject({ url: '/api/v1/history?kind=settings', headers })).body;
      return settings.includes('"ding"');
    },
    { timeout: 20_000 },
  );
  const routes = [...collector.app.namedActs.keys()]
    .filter((route) => route.startsWith('GET /') && !/[:*]|events|export/.test(route))
    .map((route) => route.slice('GET '.length));
  expect(routes).toEqual(expect.arrayContaining(['/api/v1/paging', '/api/v1/site', '/metrics']));
  const answers = await Promise.all(routes.map((url) => collector.app.inject({ url, headers })));
  for (const secret of SECRETS) {
    for (const [index, { body }] of answers.entries()) expect(body, routes[index]).not.toContain(secret);
    expect(settings).not.toContain(secret);
    expect(lines.join('')).not.toContain(secret);
  }
}, 60_000);
