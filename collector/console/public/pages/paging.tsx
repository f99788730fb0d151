import { useEffect, useState } from 'preact/hooks';
import type { PagingAnswer } from '../../api.ts';
import { change } from '../ask.ts';
import { say, tell } from '../language.ts';
import { may } from '../live.ts';
import { when } from '../names.ts';
import { askPaging, paging } from '../paging.ts';
import { Mark } from '../parts/mark.tsx';
import { roleName, toldWords } from '../parts/paging.tsx';

type Channel = PagingAnswer['channels'][number];

/** Which ways lead to people now, who is told in which order, and what is under way. */
export function PagingPage() {
  useEffect(() => {
    document.title = `${say('paging')} · ${say('product')}`;
    void askPaging();
  }, []);
  const now = paging.value;
  if (now === null) return <main class="sheet narrow">{say('opening')}</main>;
  const channels = now.channels.filter((channel) => channel.kind !== 'log');
  return (
    <main class="sheet paging">
      <h1>{say('paging')}</h1>
      <p>{say('paging_about')}</p>
      {!now.isSetUp && <p class="banner">{say('paging_not_set_up')}</p>}
      {now.isSetUp && channels.every((channel) => channel.needsInternet) && (
        <p class="banner">{say('paging_no_lan')}</p>
      )}
      {now.isSetUp && now.link === null && <p class="banner calm">{say('paging_no_link')}</p>}
      {channels.length > 0 && <Channels channels={channels} />}
      <Contacts contacts={now.contacts} />
      <h2>{say('pages_now')}</h2>
      <Pages pages={now.pages} />
      <h2>{say('heartbeat')}</h2>
      <Heartbeat beat={now.heartbeat} />
    </main>
  );
}

const STATE = {
  works: { word: 'channel_works', mark: 'ready' },
  fails: { word: 'channel_fails', mark: 'not-ready' },
  untried: { word: 'channel_untried', mark: 'unknown' },
} as const;

function Channels({ channels }: { readonly channels: readonly Channel[] }) {
  return (
    <table class="accounts">
      <thead>
        <tr>
          <th scope="col">{say('channel')}</th>
          <th scope="col">{say('channel_state')}</th>
          <th scope="col">{say('channel_success')}</th>
          <th scope="col">{say('channel_failure')}</th>
          <th scope="col">{say('channel_waiting')}</th>
          <th />
        </tr>
      </thead>
      <tbody>
        {channels.map((channel) => (
          <tr key={channel.id}>
            <th scope="row">
              {channel.id}{' '}
              <span class="quiet-text">
                {channel.kind} · {channel.host} · {say(channel.needsInternet ? 'channel_internet' : 'channel_lan')}
              </span>
            </th>
            <td class="channel-state">
              <Mark of={STATE[channel.state].mark} />
              {say(STATE[channel.state].word)}
            </td>
            <td>{channel.successAt !== null && when(channel.successAt)}</td>
            <td>
              {channel.failureAt !== null && when(channel.failureAt)}{' '}
              {channel.because !== null && <span class="quiet-text">{channel.because}</span>}
            </td>
            <td>
              {channel.waiting > 0 && channel.waiting}
              {channel.oldestAt !== null && (
                <span class="quiet-text"> {say('since', { time: when(channel.oldestAt) })}</span>
              )}
            </td>
            <td class="acts">{may('test-paging') && <TestButton channel={channel.id} />}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function TestButton({ channel }: { readonly channel: string }) {
  const [busy, setBusy] = useState(false);
  const [told, setTold] = useState('');
  const test = async (): Promise<void> => {
    setBusy(true);
    setTold('');
    const answer = await change<{ sent: boolean; because: string | null }>('POST', 'paging/test', { channel });
    setBusy(false);
    if (!answer.ok) setTold(tell(answer.fault.message));
    else if (answer.value.sent) setTold(say('channel_test_sent'));
    else setTold(say('channel_test_failed', { because: answer.value.because ?? '' }));
    void askPaging();
  };
  return (
    <>
      <span role="status">{told} </span>
      <button type="button" class="button" disabled={busy} onClick={() => void test()}>
        {say('channel_test')}
      </button>
    </>
  );
}

function Contacts({ contacts }: { readonly contacts: PagingAnswer['contacts'] }) {
  if (contacts.length === 0) return null;
  return (
    <>
      <h2>{say('contacts')}</h2>
      <ol>
        {contacts.map((contact, place) => {
          const more = [
            ...(contact.pages === 'urgent' ? [say('contact_urgent')] : []),
            ...(contact.rooms ?? []).map((room) => say('room_name', { room })),
          ];
          const channels = contact.channels.join(say('list_comma'));
          return (
            <li key={place}>
              {say('contact_line', { role: roleName(contact.role), channels })}
              {more.length > 0 && <span class="quiet-text"> · {more.join(say('list_comma'))}</span>}
            </li>
          );
        })}
      </ol>
    </>
  );
}

function Pages({ pages }: { readonly pages: PagingAnswer['pages'] }) {
  const open = pages.filter((page) => page.closedAt === null);
  if (open.length === 0) return <p>{say('pages_none')}</p>;
  return (
    <ul class="pages">
      {open.map((page) => (
        <li key={page.id}>
          {page.urgency === 'urgent' && <strong class="tag urgent">{say('urgent')}</strong>}{' '}
          <strong>{tell(page.title)}</strong>{' '}
          <span class="quiet-text">
            {say('since', { time: when(page.openedAt) })} · {toldWords(page)}
          </span>
        </li>
      ))}
    </ul>
  );
}

function Heartbeat({ beat }: { readonly beat: PagingAnswer['heartbeat'] }) {
  if (beat === null) return <p>{say('heartbeat_none')}</p>;
  const { host, successAt, because } = beat;
  if (because !== null) return <p class="banner">{say('heartbeat_fails', { host, because })}</p>;
  return <p>{successAt === null ? say('heartbeat_waits') : say('heartbeat_works', { host, time: when(successAt) })}</p>;
}
