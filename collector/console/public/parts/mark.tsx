import type { Readiness, VerdictRow } from '../../api.ts';

const SHAPES: Readonly<Record<Readiness, string>> = {
  // Disc, square and diamond: told apart by outline alone, without any colour.
  ready: 'M10 1a9 9 0 1 1 0 18a9 9 0 0 1 0-18z',
  'not-ready': 'M2.5 1.500h15v17h-15z',
  unknown: 'M10 .5L19.5 10L10 19.500L.5 10z',
};

/** The sign of a readiness; always beside its word, so it is hidden from readers. */
export function Mark({ of }: { readonly of: Readiness }) {
  return (
    <svg class={`mark is-${of}`} viewBox="0 0 20 20" width="20" height="20" aria-hidden="true" focusable="false">
      <path class="mark-shape" d={SHAPES[of]} />
      {of === 'ready' && <path class="mark-line" d="M5.8 10.300l2.9 2.900l5.6-6" />}
      {of === 'not-ready' && <path class="mark-line" d="M6.3 6.300l7.4 7.400M13.7 6.300l-7.4 7.4" />}
      {of === 'unknown' && (
        <path class="mark-line" d="M7.9 8a2.2 2.2 0 1 1 3.1 2.100c-.7.3-1 .7-1 1.500M10 14.200v.1" />
      )}
    </svg>
  );
}

/** The sign under which a verdict's state is shown. */
export function readinessOf(state: VerdictRow['state']): Readiness {
  if (state === 'broken') return 'not-ready';
  return state === 'unknown' ? 'unknown' : 'ready';
}
