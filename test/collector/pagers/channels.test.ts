import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openCertificates } from '../../../collector/gateway/certificates.ts';
import { CHANNELS } from '../../../collector/pagers/channels.ts';
import { dingtalkSign } from '../../../collector/pagers/dingtalk.ts';
import { feishuSign } from '../../../collector/pagers/feishu.ts';
import { createLog } from '../../../collector/pagers/log.ts';
import { cutTo } from '../../../collector/pagers/message.ts';
import { isOnLan } from '../../../collector/pagers/post.ts';
import type { ChannelKind } from '../../../collector/pagers/schema.ts';
import type { ChannelSettings } from '../../../collector/pagers/settings.ts';
import { MESSAGE, pagerContract, type PagerRig, type Trouble } from '../../contracts/pager.ts';
import { temporaryFolder } from '../../fixtures/collector.ts';
import { startReceiver, TAKEN, type Behaviour, type Receiver } from '../../fixtures/receiver.ts';
import { startSmtp } from '../../fixtures/smtp.ts';

const SECRET = 'SECgeheim0123456789';

function settings(kind: ChannelKind, more: Partial<ChannelSettings>): ChannelSettings {
  return { id: 'x', kind, limitMs: 1_000, headers: {}, ...more };
}

const TROUBLES: Readonly<Record<Exclude<Trouble, 'gone'>, Behaviour>> = {
  hangs: 'hang',
  refuses: { status: 500, body: `no ${SECRET}` },
  closes: 'close',
  works: TAKEN,
};

/** @param path of the receiver, with the secrets that an address may hold */
function overHttp(kind: ChannelKind, path: string, more: Partial<ChannelSettings> = {}) {
  return async (): Promise<PagerRig> => {
    const receiver = await startReceiver();
    return {
      pager: CHANNELS[kind](settings(kind, { url: receiver.url + path, ...more })),
      taken: () => receiver.asked.map(({ body }) => readable(body)),
      secrets: [SECRET, 'token-geheim'],
      trouble: (what) => (what === 'gone' ? receiver.stop() : receiver.behave(TROUBLES[what])),
    };
  };
}

/** The texts of a JSON body, or the body; without what markdown escapes and marks. */
function readable(body: string): string {
  let text = body;
  try {
    const all: string[] = [];
    JSON.parse(body, (_key, value: unknown) => {
      if (typeof value === 'string') all.push(value);
      else if (value !== null && typeof value === 'object' && 'label' in value && 'text' in value)
        all.push(`${String(value.label)}：${String(value.text)}`);
      return value;
    });
    text = all.join('\n');
  } catch {
    // A text as it is.
  }
  return text.replaceAll(/\\([\\`*_[\]()<>#!|])/g, '$1').replaceAll('**', '');
}

pagerContract('钉钉', overHttp('dingtalk', '/robot/send?access_token=token-geheim', { secret: SECRET }));
pagerContract('企业微信', overHttp('wecom', '/cgi-bin/webhook/send?key=token-geheim'));
pagerContract('飞书', overHttp('feishu', '/open-apis/bot/v2/hook/token-geheim', { secret: SECRET }));
pagerContract('Alertmanager', overHttp('alertmanager', '', { headers: { authorization: `Bearer ${SECRET}` } }));
pagerContract('a webhook', overHttp('webhook', '/take?token=token-geheim', { headers: { 'x-key': SECRET } }));
pagerContract(
  'a webhook with a template',
  overHttp('webhook', '/sms?token=token-geheim&n={{to}}', {
    template: '{"msg":"{{title}}\\n{{text}}","n":["{{to}}"]}',
  }),
);
pagerContract('e-mail', async () => {
  const smtp = await startSmtp();
  return {
    pager: CHANNELS.email(
      settings('email', {
        host: '127.0.0.1',
        port: smtp.port,
        security: 'none',
        from: 'xunkao@site.internal',
        to: ['lead@site.internal'],
        secret: SECRET,
      }),
    ),
    taken: () => smtp.mails.map(({ source }) => decoded(source)),
    secrets: [SECRET],
    trouble: (what) =>
      what === 'gone'
        ? smtp.stop()
        : smtp.behave(({ hangs: 'silent', refuses: 'refuse', closes: 'close', works: 'take' } as const)[what]),
  };
});
pagerContract('the log', async () => {
  const lines: string[] = [];
  return {
    pager: createLog((about, message) => lines.push(`${message}\n${(about as { text: string }).text}`)),
    taken: () => lines,
    secrets: [MESSAGE.link!],
    trouble: () => undefined,
  };
});

/** Subject and body of a mail with encoded words and base64 or quoted-printable. */
function decoded(source: string): string {
  const subject = (/^Subject: ((?:.|\n )*)/m.exec(source)?.[1] ?? '').replaceAll(
    /=\?UTF-8\?([BQ])\?(.*?)\?=\s*/gi,
    (_all, how: string, text: string) =>
      how.toUpperCase() === 'B' ? Buffer.from(text, 'base64').toString() : quoted(text.replaceAll('_', ' ')),
  );
  const [head = '', ...rest] = source.split('\n\n');
  const body = rest.join('\n\n');
  return `${subject}\n${/transfer-encoding: base64/i.test(head) ? Buffer.from(body, 'base64').toString() : quoted(body)}`;
}

function quoted(text: string): string {
  const bytes = text.replaceAll(/=\n/g, '').replaceAll(/=([0-9A-F]{2})/g, (_all, hex: string) => `\\x${hex}`);
  return Buffer.from(
    bytes.replaceAll(/\\x([0-9A-F]{2})/g, (_a, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
    'latin1',
  ).toString();
}

describe('what only one kind does', () => {
  const send = async (kind: ChannelKind, more: Partial<ChannelSettings>, message = MESSAGE, how: Behaviour = TAKEN) => {
    const receiver = await startReceiver();
    receiver.behave(how);
    const pager = CHANNELS[kind](settings(kind, { ...more, url: receiver.url + (more.url ?? '/') }));
    return {
      receiver,
      sent: await pager.send(message, MESSAGE.since),
      get body() {
        return bodyOf(receiver);
      },
    };
  };
  const bodyOf = ({ asked }: Receiver): Record<string, never> =>
    JSON.parse(asked[0]?.body || '{}') as Record<string, never>;

  // Values of the vendors' own Python examples, run with Python 3.11:
  // base64.b64encode(hmac.new(secret, f'{timestamp}\n{secret}', sha256).digest()) and
  // base64.b64encode(hmac.new(f'{timestamp}\n{secret}', b'', sha256).digest())
  test('signatures are what the vendors’ reference code makes of the same secret and time', () => {
    expect(dingtalkSign('SEC0123456789abcdef', 1_700_000_000_000)).toBe('TSZbRFUuvaSQaRKUpF970OPCb2/LcQAP3wOvwZIzBZk=');
    expect(feishuSign('SEC0123456789abcdef', 1_700_000_000)).toBe('PiO7POLlSx/DM2qf8Dy/XCWeJK3exVnevp5G99LEN2M=');
  });

  test('钉钉 gets its signature encoded in the address, and who is called stands in the text too', async () => {
    const { receiver, body } = await send('dingtalk', {
      url: '/robot/send?access_token=t',
      secret: SECRET,
      mobiles: ['13800000000'],
    });
    const query = new URL(receiver.asked[0]!.path, 'http://x').searchParams;
    expect(query.get('access_token')).toBe('t');
    expect(query.get('timestamp')).toBe(String(MESSAGE.since));
    expect(query.get('sign')).toBe(dingtalkSign(SECRET, MESSAGE.since));
    expect(body['at']).toEqual({ atMobiles: ['13800000000'], isAtAll: false });
    expect(body['markdown']!['text']).toContain('@13800000000');
  });

  test.each([
    [
      'dingtalk',
      '{"errcode":310000,"errmsg":"sign not match, more: [SECgeheim0123456789]"}',
      'errcode 310000: sign not match, more: […]',
    ],
    ['wecom', '{"errcode":45009,"errmsg":"api freq out of limit"}', 'errcode 45009: api freq out of limit'],
    ['feishu', '{"code":19021,"msg":"sign match fail"}', 'errcode 19021: sign match fail'],
    ['feishu', '{"StatusCode":9499,"StatusMessage":"Bad Request"}', 'errcode 9499: Bad Request'],
    ['dingtalk', '<html>sign in to the Wi-Fi</html>', 'an answer that is no JSON'],
    ['wecom', '{}', 'an answer without a code'],
  ] as const)('%s: an answer of 200 that is no success is a failure: %s', async (kind, body, because) => {
    expect((await send(kind, {}, MESSAGE, { status: 200, body })).sent).toEqual({ ok: false, because });
  });

  test('a redirect is not followed, and an answer without an end is cut off', async () => {
    const moved = { status: 302, headers: { location: 'http://127.0.0.1:1/' } };
    expect((await send('webhook', {}, MESSAGE, moved)).sent).toEqual({ ok: false, because: 'HTTP 302' });
    expect((await send('webhook', {}, MESSAGE, 'flood')).sent).toEqual({
      ok: false,
      because: 'an answer of more than 64 KiB',
    });
  });

  test('a receiver that says when to come back is heard', async () => {
    const busy = { status: 429, headers: { 'retry-after': '7' } };
    expect((await send('webhook', {}, MESSAGE, busy)).sent).toEqual({ ok: false, because: 'HTTP 429', retryMs: 7_000 });
  });

  test.each([
    [2048, { mobiles: ['13800000000'] }],
    [4096, {}],
  ])('企业微信 takes %d bytes, cut between two characters', async (most, more) => {
    const lines = Array.from({ length: 300 }, () => ({ label: '实测', text: '考场电脑👩‍💻' }));
    const { body } = await send('wecom', more, { ...MESSAGE, lines });
    const text: string = (body['text'] ?? body['markdown'])!['content'];
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(most);
    expect(Buffer.byteLength(text)).toBeGreaterThan(most - 40);
    expect(text).not.toContain('\ufffd');
  });

  test('a cut text keeps whole signs, and a short one is left alone', () => {
    expect(cutTo('考场', 6)).toBe('考场');
    expect(cutTo('考场A', 6)).toBe('考…');
    expect(cutTo('👩‍💻👩‍💻', 15)).toBe('👩‍💻…');
  });

  test('Alertmanager is told a time to forget the alert that is later than the next telling, and the end when it is over', async () => {
    const firing = await send('alertmanager', {});
    expect(firing.receiver.asked[0]!.path).toBe('/api/v2/alerts');
    const [alert] = firing.body as unknown as { labels: object; startsAt: string; endsAt: string }[];
    expect(alert).toMatchObject({
      labels: {
        alertname: 'XunkaoMains',
        severity: 'critical',
        site: 'nanjing-01',
        room: 'A',
        subject: 'ups-1',
        rule: 'mains',
        page: 'p-1',
      },
      startsAt: '2026-11-26T02:02:05.000Z',
      endsAt: '2026-11-26T02:05:05.000Z',
    });
    const over = await send('alertmanager', {}, { ...MESSAGE, what: 'resolved', until: MESSAGE.since + 5_000 });
    expect((over.body as unknown as (typeof alert)[])[0]).toMatchObject({
      labels: alert!.labels,
      endsAt: '2026-11-26T02:02:10.000Z',
    });
  });

  test('a webhook gets the same key at each try, its own headers, and values that stay in their place', async () => {
    const title = 'a"b\n{{to}}&c';
    const template = '{"msg":"{{title}}","to":"{{to}}"}';
    const json = await send('webhook', { template, headers: { 'x-key': 'k' } }, { ...MESSAGE, title, to: ['1', '2'] });
    expect(
      json.receiver.asked.map(({ body, headers }) => [JSON.parse(body), headers['idempotency-key'], headers['x-key']]),
    ).toEqual([
      [{ msg: title, to: '1' }, 'p-1.x.0.opened/0', 'k'],
      [{ msg: title, to: '2' }, 'p-1.x.0.opened/1', 'k'],
    ]);
    const form = await send('webhook', { template: 'phone={{to}}&text={{title}}' }, { ...MESSAGE, title, to: ['1'] });
    expect(form.receiver.asked[0]!.headers['content-type']).toContain('x-www-form-urlencoded');
    expect(Object.fromEntries(new URLSearchParams(form.receiver.asked[0]!.body))).toEqual({ phone: '1', text: title });
    const address = await send('webhook', { url: '/send?text={{title}}', method: 'GET' }, { ...MESSAGE, title });
    expect(new URL(address.receiver.asked[0]!.path, 'http://x').searchParams.get('text')).toBe(title);
    expect(address.receiver.asked[0]).toMatchObject({ method: 'GET', body: '' });
  });

  test('a gateway that answers 200 to everything is taken at its word: `expect` has to stand in it', async () => {
    const failed = await send('webhook', { expect: '"ok"' }, MESSAGE, { status: 200, body: '{"result":"no credit"}' });
    expect(failed.sent).toEqual({ ok: false, because: 'the answer lacks what is expected of it' });
    expect((await send('webhook', { expect: '"ok"' }, MESSAGE, { status: 200, body: '{"result":"ok"}' })).sent.ok).toBe(
      true,
    );
  });

  test('a host of the LAN is trusted by its own CA and by nothing else', async () => {
    const folder = temporaryFolder();
    const certificates = await openCertificates({ folder, site: 'test', addresses: ['127.0.0.1'], now: Date.now() });
    const receiver = await startReceiver({ tls: certificates.current() });
    const ca = readFileSync(join(folder, 'ca.crt'), 'utf8');
    const over = (more: Partial<ChannelSettings>) =>
      CHANNELS.webhook(settings('webhook', { url: receiver.url, ...more })).send(MESSAGE, 0);
    expect(await over({ ca })).toEqual({ ok: true });
    expect(await over({})).toMatchObject({ ok: false, because: expect.stringMatching(/CERT|SIGNATURE|ISSUER/) });

    const smtp = await startSmtp({
      tls: certificates.current(),
      account: { user: 'xunkao', password: 'geheim-smtp' },
    });
    const mail = (secret: string) =>
      CHANNELS.email(
        settings('email', {
          host: '127.0.0.1',
          port: smtp.port,
          user: 'xunkao',
          secret,
          ca,
          from: 'x@site.internal',
          to: ['a@b.internal'],
        }),
      ).send({ ...MESSAGE, to: ['c@d.internal'] }, 0);
    expect(await mail('geheim-smtp')).toEqual({ ok: true });
    expect(smtp.mails).toMatchObject([{ isEncrypted: true, user: 'xunkao', to: ['a@b.internal', 'c@d.internal'] }]);
    const refused = await mail('wrong');
    expect(refused).toMatchObject({ ok: false, because: expect.stringContaining('535') });
    expect(JSON.stringify(refused)).not.toContain('geheim');
  });

  test('what needs the site’s line is told from what does not', () => {
    expect(
      ['192.168.1.9', '10.0.0.1:8080', '172.20.1.1', '[fd00::1]', 'sms-gateway', 'mail.school.lan'].map(isOnLan),
    ).toEqual(Array(6).fill(true));
    expect(['oapi.dingtalk.com', '8.8.8.8', '172.32.0.1', '[2400::1]:443', '192.169.0.1'].map(isOnLan)).toEqual(
      Array(5).fill(false),
    );
  });
});
