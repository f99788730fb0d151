import { say } from '../language.ts';
import { READINESS_WORD, kindName, reasonWords, ROLE_WORD } from '../names.ts';
import type { Tile } from '../room.ts';
import { addressOf } from '../address.ts';
import { Mark } from './mark.tsx';

/** One seat, server or device: its label, its sign and word, and the one worst reason. */
export function TileLink({ tile }: { readonly tile: Tile }) {
  const { readiness } = tile;
  const reason = tile.reason && reasonWords(tile.reason);
  // Advice beside a ready machine is a remark; a reason is why it is not ready.
  const isReason = reason !== null && readiness !== 'ready';
  const kinds = kindsOf(tile);
  return (
    <a
      class={`tile is-${readiness}`}
      href={addressOf({ page: 'subject', id: tile.id })}
      title={reason ? [reason.what, reason.seen, reason.needed].filter(Boolean).join('\n') : undefined}
    >
      <span class="tile-top">
        <strong class="tile-label">{label(tile)}</strong>
        {isReason && kinds !== '' && <span class="tile-kind">{kinds}</span>}
        {/* The word is in the way where the reason says more; its sign stays, and readers still hear it. */}
        <span class={isReason ? 'for-readers' : 'tile-word'}>{say(READINESS_WORD[readiness])}</span>
        {tile.more > 0 && <More n={tile.more} />}
        <Mark of={readiness} />
      </span>
      {!isReason && kinds !== '' && <span class="tile-kind">{kinds}</span>}
      {reason && (
        <span class="tile-what">
          {!isReason && tile.reason?.kind === 'verdict' && `${say('recommended')}${say('colon')}`}
          {reason.what}
        </span>
      )}
      {reason && (isReason || tile.reason?.kind === 'silent') && reason.seen !== '' && (
        <span class="tile-seen">{reason.seen}</span>
      )}
      {isReason && reason.needed !== '' && <span class="tile-needed">{reason.needed}</span>}
    </a>
  );
}

function More({ n }: { readonly n: number }) {
  return (
    <span class="tile-more" title={say('more', { n })}>
      <span aria-hidden="true">+{n}</span>
      <span class="for-readers">{say('more', { n })}</span>
    </span>
  );
}

function label(tile: Tile): string {
  if (tile.machine) return tile.machine.seat ?? tile.machine.hostname;
  return tile.id;
}

/** Said only where it is not what everybody expects. */
function kindsOf({ device, machine }: Tile): string {
  const kinds = [
    device ? kindName(device.kind) : '',
    machine && machine.role !== 'candidate' ? say(ROLE_WORD[machine.role]) : '',
    machine?.simulated ? say('simulated') : '',
  ];
  return kinds.filter((kind) => kind !== '').join(' · ');
}
