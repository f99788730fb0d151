import { addressOf } from '../address.ts';
import { say } from '../language.ts';
import { rooms } from '../live.ts';

/** Instead of an empty room: an address that was mistyped, one whose machines went elsewhere, or not this account's. */
export function UnheardRoom({ room }: { readonly room: string }) {
  return (
    <main class="sheet">
      <h1>{say('room_unheard', { room })}</h1>
      <p>{say('room_unheard_advice')}</p>
      <p>
        {rooms.value.map((known) => (
          <a key={known.room} class="button" href={addressOf({ page: 'room', room: known.room })}>
            {say('room_name', { room: known.room })}
          </a>
        ))}
      </p>
    </main>
  );
}
