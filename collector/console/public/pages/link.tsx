import { useEffect, useState } from 'preact/hooks';
import type { LinkAnswer } from '../../api.ts';
import { change, get, type Fault } from '../ask.ts';
import { say, tell } from '../language.ts';
import { fullTime } from '../moments.ts';

/** Opened from a phone, by somebody who was paged and is not signed in: what it is about, and one button. */
export function LinkPage({ token }: { readonly token: string }) {
  const [page, setPage] = useState<LinkAnswer | null>(null);
  const [fault, setFault] = useState<Fault | null>(null);
  const [busy, setBusy] = useState(false);
  const path = `page-links/${encodeURIComponent(token)}`;
  useEffect(() => {
    document.title = `${say('link_title')} · ${say('product')}`;
    void get<LinkAnswer>(path).then((answer) => {
      if (answer.ok) setPage(answer.value);
      else setFault(answer.fault);
    });
  }, [path]);
  const take = async (): Promise<void> => {
    setBusy(true);
    const answer = await change<LinkAnswer>('POST', `${path}/acknowledge`, {});
    setBusy(false);
    setFault(answer.ok ? null : answer.fault);
    if (answer.ok) setPage(answer.value);
  };
  return (
    <main class="sheet narrow link-page">
      {page && <Told page={page} />}
      {fault && (
        <p class="form-fault" role="alert">
          {fault.status === 400 ? say('link_cut') : tell(fault.message)}
        </p>
      )}
      {page && page.acknowledgedAt === null && page.closedAt === null && (
        <>
          <button type="button" class="button main link-button" disabled={busy} onClick={() => void take()}>
            {say('link_button')}
          </button>
          <p>{say('link_about')}</p>
        </>
      )}
      {/* Whom the collector answered that there is no such page is on the LAN. */}
      {(fault?.status ?? 0) === 0 && <p class="quiet-text">{say('link_off_lan')}</p>}
    </main>
  );
}

function Told({ page }: { readonly page: LinkAnswer }) {
  const { closedAt, acknowledgedAt } = page;
  return (
    <>
      <h1>{page.title}</h1>
      {closedAt !== null && <p class="link-state">{say('link_over', { time: fullTime(closedAt) })}</p>}
      {closedAt === null && acknowledgedAt !== null && (
        <p class="link-state">{say('link_taken', { time: fullTime(acknowledgedAt) })}</p>
      )}
      <dl class="link-lines">
        {page.lines.map(({ label, text }) => (
          <div key={label}>
            <dt>{label}</dt>
            <dd>{text}</dd>
          </div>
        ))}
      </dl>
    </>
  );
}
