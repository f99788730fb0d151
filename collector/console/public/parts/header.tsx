import { change } from '../ask.ts';
import { language, say, switchLanguage } from '../language.ts';
import { link, may, reconnect, rooms, rows, site } from '../live.ts';
import { compareLabels, roomNames } from '../room.ts';
import { addressOf } from '../address.ts';
import { route } from '../route.ts';
import { soundBlocked, soundWanted, toggleSound } from '../sound.ts';
import { shownRoom } from '../shown.ts';
import { Mark } from './mark.tsx';

/** The bar on every page: whose site, which room, and the page's own switches. */
export function Header() {
  return (
    <header class="bar">
      <a class="brand" href={addressOf({ page: 'room', room: null })}>
        <strong>{say('product')}</strong>
        <span>{site.value?.site ?? ''}</span>
      </a>
      <Rooms />
      <nav class="bar-end">
        {may('make-ticket') && (
          <a class="button quiet" href={addressOf({ page: 'enrol' })}>
            {say('enrol')}
          </a>
        )}
        {site.value?.account && (
          <a class="button quiet" href={addressOf({ page: 'restarts' })}>
            {say('restarts')}
          </a>
        )}
        {site.value?.account && (
          <a class="button quiet" href={addressOf({ page: 'sessions' })}>
            {say('sessions')}
          </a>
        )}
        {may('see-people') && (
          <a class="button quiet" href={addressOf({ page: 'affairs', tab: 'staff', session: null })}>
            {say('affairs')}
          </a>
        )}
        <SoundSwitch />
        <button
          type="button"
          class="button quiet"
          lang={language.value === 'zh' ? 'en' : 'zh-CN'}
          onClick={switchLanguage}
        >
          {say('other_language')}
        </button>
        <Account />
      </nav>
    </header>
  );
}

/** One link a room with its sign, when there are several. */
function Rooms() {
  const names = roomNames(
    rows.value,
    rooms.value.map((row) => row.room),
  );
  if (names.length < 2) return null;
  return (
    <nav class="rooms" aria-label={say('room')}>
      {[...names].sort(compareLabels).map((name) => {
        const readiness = rooms.value.find((row) => row.room === name)?.readiness ?? 'unknown';
        const current = route.value.page === 'room' && shownRoom.value === name;
        return (
          <a key={name} href={addressOf({ page: 'room', room: name })} aria-current={current ? 'page' : undefined}>
            <Mark of={readiness} />
            {name}
          </a>
        );
      })}
    </nav>
  );
}

function SoundSwitch() {
  const blocked = soundWanted.value && soundBlocked.value;
  const word = blocked ? 'sound_blocked' : soundWanted.value ? 'sound_is_on' : 'sound_turn_on';
  return (
    <button
      type="button"
      id="sound"
      class={blocked ? 'button urgent' : 'button quiet'}
      aria-pressed={soundWanted.value && !blocked}
      onClick={toggleSound}
    >
      {say(word)}
    </button>
  );
}

function Account() {
  const account = site.value?.account ?? null;
  if (!account) {
    if (route.value.page === 'sign-in' || link.value === 'barred') return null;
    return (
      <a class="button quiet" href={addressOf({ page: 'sign-in' })}>
        {say('sign_in')}
      </a>
    );
  }
  const signOut = async (): Promise<void> => {
    await change('POST', 'sign-out', {});
    reconnect();
  };
  return (
    <span class="account">
      <a href={addressOf({ page: 'account' })} title={say('my_account')}>
        {account.name}
      </a>
      <button type="button" class="button quiet" onClick={() => void signOut()}>
        {say('sign_out')}
      </button>
    </span>
  );
}
