import { describe, expect, test } from 'vitest';
import type { Message } from '../../collector/pagers/message.ts';
import type { Pager } from '../../collector/pagers/pager.ts';

/** A channel under test with the receiver it speaks to. */
export interface PagerRig {
  /** Waits 1 s for an answer at most. */
  readonly pager: Pager;
  /** Everything that the receiver took, as text that a person could read in it. */
  readonly taken: () => readonly string[];
  /** What must never be seen outside of the request. */
  readonly secrets: readonly string[];
  readonly trouble: (what: Trouble) => void | Promise<void>;
}

export type Trouble = 'hangs' | 'refuses' | 'closes' | 'gone' | 'works';

export const MESSAGE: Message = {
  key: 'p-1.x.0.opened',
  what: 'opened',
  language: 'zh',
  urgency: 'urgent',
  site: 'nanjing-01',
  page: 'p-1',
  rule: 'mains',
  subject: 'ups-1',
  room: 'A',
  seat: null,
  title: '【紧急】UPS 电源 ups-1（考场 A）：市电不符合',
  lines: [
    { label: '条款', text: '第三条（六） 市电' },
    { label: '实测', text: '由电池供电：是' },
    { label: '怎么办', text: '立即查看配电箱' },
  ],
  link: 'https://192.168.1.10:9480/#/page/p-1.0.abcdefghijklmnopqrstuvwx',
  linkText: '我来处理',
  to: [],
  since: Date.UTC(2026, 10, 26, 2, 2, 5),
  until: null,
};

/** Whatever stands in a host name or a product: none of it may break out of its place. */
const HOSTILE = 'a"b\\c\'d<e>&f\r\n.\r\nQUIT {{to}} ${x} %0a [x](http://x) 㐀𠮷👩‍💻';

/** What every channel must do. */
export function pagerContract(name: string, start: () => Promise<PagerRig>): void {
  describe(`${name} as a channel`, () => {
    test('brings a message with all that it says', async () => {
      const rig = await start();
      expect(await rig.pager.send(MESSAGE, MESSAGE.since)).toEqual({ ok: true });
      expect(rig.taken()).toHaveLength(1);
      for (const part of ['ups-1', '市电不符合', '第三条（六） 市电', '由电池供电：是', '立即查看配电箱'])
        expect(rig.taken()[0]).toContain(part);
    });

    test('brings a resolved message, a digest and a test one', async () => {
      const rig = await start();
      for (const what of ['resolved', 'digest', 'test'] as const) {
        const message = {
          ...MESSAGE,
          what,
          page: what === 'resolved' ? 'p-1' : '',
          link: null,
          until: MESSAGE.since + 1,
        };
        expect(await rig.pager.send(message, MESSAGE.since), what).toEqual({ ok: true });
      }
      expect(rig.taken()).toHaveLength(3);
    });

    test('takes a text of any length and any signs', async () => {
      const rig = await start();
      const lines = Array.from({ length: 400 }, (_, n) => ({ label: `${n}`, text: HOSTILE }));
      expect(await rig.pager.send({ ...MESSAGE, title: HOSTILE, lines }, MESSAGE.since)).toEqual({ ok: true });
      expect(rig.taken()).toHaveLength(1);
      expect(rig.taken()[0]).not.toContain('\ufffd');
    });

    test.each(['hangs', 'refuses', 'closes', 'gone'] as const)(
      'says in words that its receiver %s, in time and without a secret, and works again afterwards',
      async (trouble) => {
        const rig = await start();
        if (rig.pager.kind === 'log') return;
        await rig.trouble(trouble);
        const sent = await rig.pager.send(MESSAGE, MESSAGE.since);
        expect(sent).toMatchObject({ ok: false, because: expect.stringMatching(/\S/) });
        const because = sent.ok ? '' : sent.because;
        for (const secret of rig.secrets) expect(because).not.toContain(secret);
        expect(because.length).toBeLessThan(200);
        if (trouble === 'gone') return;
        await rig.trouble('works');
        expect(await rig.pager.send(MESSAGE, MESSAGE.since)).toEqual({ ok: true });
      },
      10_000,
    );

    test('tells what it is without a secret', async () => {
      const { pager, secrets } = await start();
      for (const secret of secrets) expect(JSON.stringify(pager)).not.toContain(secret);
    });
  });
}
