import { say, tell } from '../language.ts';
import { heardAt, link, loadFault, site } from '../live.ts';
import { clockTime } from '../moments.ts';
import { addressOf } from '../address.ts';
import { route } from '../route.ts';
import { PagingBanner } from './paging.tsx';
import { alarming, mute, soundWanted } from '../sound.ts';

/** What must be seen on every page before anything else. */
export function Banners() {
  const here = site.value;
  return (
    <div class="banners">
      <div role="alert">{link.value === 'lost' && <Lost />}</div>
      <div aria-live="polite">
        {loadFault.value && link.value === 'heard' && (
          <p class="banner">{say('load_failed', { message: tell(loadFault.value.message) })}</p>
        )}
        <PagingBanner />
        {here?.warnings.map((warning) => (
          <p key={warning.word} class="banner">
            {tell(warning.text)}
          </p>
        ))}
        {here?.needsAdministrator && route.value.page !== 'administrator' && (
          <p class="banner calm">
            {say('administrator_needed')}{' '}
            <a href={addressOf({ page: 'administrator', code: '' })}>{say('administrator_make')}</a>
          </p>
        )}
      </div>
    </div>
  );
}

function Lost() {
  const at = heardAt.value;
  return (
    <div class="banner lost">
      <p>
        <strong>{at === null ? say('lost_never') : say('lost', { time: clockTime(at) })}</strong> {say('lost_advice')}
      </p>
      <MuteButton />
    </div>
  );
}

/** Shown while something sounds. */
export function MuteButton() {
  if (!soundWanted.value || !alarming.value) return null;
  return (
    <button type="button" class="button" onClick={mute}>
      {say('mute')}
    </button>
  );
}
