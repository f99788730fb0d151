import type { SiteAnswer } from '../../api.ts';
import { say, tell } from '../language.ts';

/** Which standard, its hash, and whether the values in force are the pack's own. */
export function StandardLine({ standard }: { readonly standard: SiteAnswer['standard'] }) {
  const { title, edition, hash, overridden } = standard;
  const values = { title: tell(title), edition, hash };
  const n = overridden.length;
  return (
    <span class="standard" title={overridden.join('\n')}>
      {n === 0 ? say('standard_line', values) : say('standard_own', { ...values, n })}
    </span>
  );
}
