import { useEffect, useState } from 'preact/hooks';
import type { ComponentChildren } from 'preact';
import type { Readiness } from '../../api.ts';
import type { RoomReadiness } from '../../readinessApi.ts';
import { Incidents, INCIDENTS_SHOWN } from '../parts/incidents.tsx';
import { Mark } from '../parts/mark.tsx';
import { UnheardRoom } from '../parts/unheard.tsx';
import { TileLink } from '../parts/tile.tsx';
import { addressOf } from '../address.ts';
import { say, tell } from '../language.ts';
import { complete, rooms, rows } from '../live.ts';
import { READINESS_WORD, tileName } from '../names.ts';
import { viewRoom, type Order, type RoomView } from '../room.ts';
import { order, setOrder, shownRoom } from '../shown.ts';

/** The room at a glance: is it ready, what needs a person, and every seat with its one worst reason. */
export function RoomPage() {
  const room = shownRoom.value;
  const readiness = rooms.value.find((row) => row.room === room) ?? null;
  const [all, setAll] = useState(false);
  const word = say(READINESS_WORD[readiness?.readiness ?? 'unknown']);
  useEffect(() => {
    document.title =
      readiness === null
        ? say('product')
        : `${word} · ${say('room_name', { room: readiness.room })} · ${say('product')}`;
  });
  if (room === null || rooms.value.length === 0)
    return complete.value ? <NoRoom /> : <p class="empty">{say('opening')}</p>;
  if (readiness === null && complete.value) return <UnheardRoom room={room} />;
  const view = viewRoom(rows.value, room, order.value);
  return (
    <main class="room">
      <Summary room={room} readiness={readiness} view={view}>
        {view.incidents.length > INCIDENTS_SHOWN && (
          <button type="button" class="button quiet" aria-expanded={all} onClick={() => setAll(!all)}>
            {all ? say('fewer_incidents') : say('all_incidents', { n: view.incidents.length })}
          </button>
        )}
      </Summary>
      <Incidents incidents={view.incidents} all={all} />
      <div class="room-body">
        <section class="seats" aria-label={say('seats')}>
          {view.seats.map((tile) => (
            <TileLink key={tile.id} tile={tile} />
          ))}
        </section>
        <aside class="beside" aria-label={say('beside')}>
          {view.beside.length === 0 && <p class="empty">{say('nothing_beside')}</p>}
          {view.beside.map((tile) => (
            <TileLink key={tile.id} tile={tile} />
          ))}
        </aside>
      </div>
    </main>
  );
}

interface SummaryProps {
  readonly room: string;
  readonly readiness: RoomReadiness | null;
  readonly view: RoomView;
  readonly children: ComponentChildren;
}

function Summary({ room, readiness, view, children }: SummaryProps) {
  const state = readiness?.readiness ?? 'unknown';
  const counts = readiness?.machines;
  return (
    <div class={`summary is-${state}`}>
      <h1>
        <Mark of={state} />
        <span class="summary-word">{say(READINESS_WORD[state])}</span>
        <span class="summary-room">{say('room_name', { room })}</span>
      </h1>
      {counts && (
        <ul class="counts">
          <Count of="not-ready" word="count_not_ready" n={counts['not-ready']} />
          <Count of="unknown" word="count_unknown" n={counts.unknown} />
          <Count of="ready" word="count_ready" n={counts.ready} />
        </ul>
      )}
      <p class="why">{readiness ? whyNotReady(readiness, view) : ''}</p>
      {readiness && <Wider readiness={readiness} />}
      {readiness && readiness.reasonCount > 0 && (
        <a class="all-reasons" href={addressOf({ page: 'reasons', room })}>
          {say('all_reasons', { n: readiness.reasonCount })}
        </a>
      )}
      {children}
      <a class="button quiet" href={addressOf({ page: 'proofs', room })}>
        {say('proofs_page')}
      </a>
      <div class="switch" role="group" aria-label={say('order')}>
        <OrderButton value="worst" word={say('order_worst')} />
        <OrderButton value="seat" word={say('order_seat')} />
      </div>
    </div>
  );
}

/** What stands in the way of the whole room rather than of a seat, first things first, and 达标 beside it. */
function Wider({ readiness: { reasons, meets } }: { readonly readiness: RoomReadiness }) {
  const wide = reasons.filter(({ seat, scope }) => seat === null && scope !== 'machine');
  return (
    <p class="why">
      {say('meets_standard', { word: say(MEETS_WORD[meets]) })}
      {wide.map(({ rule, subject, title, advice }) => (
        <span key={`${rule} ${subject}`} title={tell(advice)}>
          {say('wide_reason', { title: tell(title) })}
        </span>
      ))}
    </p>
  );
}

const MEETS_WORD = { ready: 'meets_yes', 'not-ready': 'meets_no', unknown: 'meets_unknown' } as const;

interface CountProps {
  readonly of: Readiness;
  readonly word: 'count_ready' | 'count_not_ready' | 'count_unknown';
  readonly n: number;
}

function Count({ of, word, n }: CountProps) {
  return <li class={n === 0 ? 'is-none' : `is-${of}`}>{say(word, { n })}</li>;
}

/** Said when the numbers of machines do not explain the word beside them. */
function whyNotReady({ readiness, machines }: RoomReadiness, view: RoomView): string {
  if (readiness === 'ready' || machines['not-ready'] > 0 || (readiness === 'unknown' && machines.unknown > 0))
    return '';
  const devices = view.beside.filter(({ device }) => device && device.room !== null && device.readiness !== 'ready');
  const seated = machines.ready + machines['not-ready'] + machines.unknown;
  // The room's own rules, the site's and its people's are told beside it.
  if (devices.length === 0) return seated > 0 ? '' : say('why_nothing_there');
  return say('why_devices', { names: devices.map(tileName).join(say('list_comma')) });
}

function OrderButton({ value, word }: { readonly value: Order; readonly word: string }) {
  return (
    <button type="button" aria-pressed={order.value === value} onClick={() => setOrder(value)}>
      {word}
    </button>
  );
}

function NoRoom() {
  return (
    <main class="sheet">
      <h1>{say('no_room_yet')}</h1>
      <p>{say('no_room_advice')}</p>
    </main>
  );
}
