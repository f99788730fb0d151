import { say } from '../language.ts';

/** Instead of an empty room: an address that was mistyped, or one whose machines went elsewhere. */
export function UnheardRoom({ room }: { readonly room: string }) {
  return (
    <main class="sheet">
      <h1>{say('room_unheard', { room })}</h1>
      <p>{say('room_unheard_advice')}</p>
    </main>
  );
}
