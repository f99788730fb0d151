import { ROLE_NAMES, type AccountRole } from '../../../accounts/may.ts';
import type { PagingAnswer } from '../../api.ts';
import { addressOf } from '../address.ts';
import { say, tell } from '../language.ts';
import { when } from '../names.ts';
import { paging } from '../paging.ts';

type Page = PagingAnswer['pages'][number];

/** Who is called now, and whether a way to people fails. Nothing while all is calm. */
export function PagingBanner() {
  const now = paging.value;
  // Where no channel is set up nobody is called: the incidents themselves say enough.
  if (!now?.isSetUp) return null;
  const open = now.pages.filter((page) => page.acknowledgedAt === null && page.closedAt === null);
  const failing = now.channels.filter((channel) => channel.state === 'fails').map((channel) => channel.id);
  const first = open[0];
  if (!first && failing.length === 0) return null;
  return (
    <p class="banner calm paging-now">
      {first && (
        <span>
          {say('paging_now', { title: tell(first.title) })}
          {open.length > 1 && ` ${say('paging_more', { n: open.length - 1 })}`} · {toldWords(first)}
        </span>
      )}
      {failing.length > 0 && <strong>{say('paging_ways_down', { names: failing.join(say('list_comma')) })}</strong>}
      <a href={addressOf({ page: 'paging' })}>{say('paging')}</a>
    </p>
  );
}

/** `已通知 考点负责人 10:02（ding-1）；待发 …` */
export function toldWords(page: Page): string {
  const name = (one: Page['told'][number]): string => {
    const role = one.role === null ? '' : `${roleName(one.role)} `;
    return `${role}${one.channel} ${when(one.at)}`;
  };
  const list = (some: readonly Page['told'][number][]): string => some.map(name).join(say('list_comma'));
  const sent = page.told.filter((one) => one.state === 'sent');
  const waiting = page.told.filter((one) => one.state === 'waiting');
  const words = [
    ...(sent.length > 0 ? [say('page_told', { who: list(sent) })] : []),
    ...(waiting.length > 0 ? [say('page_waiting', { who: list(waiting) })] : []),
    ...(page.repeats > 0 ? [say('page_repeats', { n: page.repeats })] : []),
    ...(page.acknowledgedAt === null ? [] : [say('page_taken', { name: answererName(page.acknowledgedBy ?? '') })]),
  ];
  return words.length === 0 ? say('page_told_nobody') : words.join(say('list_semicolon'));
}

export function roleName(role: string): string {
  return role in ROLE_NAMES ? tell(ROLE_NAMES[role as AccountRole]) : role;
}

/** An account, or `link:lead`: whoever of that role pressed the button of a link; `link` when it went to no one role. */
export function answererName(by: string): string {
  if (by === 'link') return say('answered_by_link');
  return by.startsWith('link:') ? roleName(by.slice('link:'.length)) : by;
}
