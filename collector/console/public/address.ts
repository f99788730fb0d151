/** Of the page about staff, statements and papers. */
export const AFFAIRS_TABS = [
  'staff',
  'roster',
  'statements',
  'occurrences',
  'dossier',
  'reports',
  'organization',
] as const;
export type AffairsTab = (typeof AFFAIRS_TABS)[number];

/** Where the page is, from the part of the address after `#`, so that a link can be sent and the back button works. */
export type Route =
  | { readonly page: 'room'; readonly room: string | null }
  | { readonly page: 'reasons'; readonly room: string }
  | { readonly page: 'proofs'; readonly room: string }
  | { readonly page: 'subject'; readonly id: string }
  | { readonly page: 'history'; readonly id: string }
  | { readonly page: 'drill'; readonly id: string }
  | { readonly page: 'sign-in' }
  | { readonly page: 'administrator'; readonly code: string }
  | { readonly page: 'enrol' }
  | { readonly page: 'restarts' }
  | { readonly page: 'sessions' }
  | { readonly page: 'trial' }
  | { readonly page: 'paging' }
  | { readonly page: 'page'; readonly token: string }
  | { readonly page: 'affairs'; readonly tab: AffairsTab; readonly session: string | null }
  | { readonly page: 'account' }
  | { readonly page: 'accounts' }
  | { readonly page: 'tokens' }
  | { readonly page: 'choose-password' };

export function parseRoute(hash: string): Route {
  const path = hash.replace(/^#\/?/, '');
  // What the collector prints at its first start: `http://127.0.0.1:9480/#code=…`
  if (path.startsWith('code=')) return { page: 'administrator', code: decode(path.slice(5)) };
  const [page, name, more] = path.split('/').map(decode);
  if (page === 'reasons' && name) return { page, room: name };
  if (page === 'room' && name) return { page: more === 'proofs' ? more : 'room', room: name };
  if (page === 'subject' && name) return { page: more === 'history' || more === 'drill' ? more : 'subject', id: name };
  if (page === 'sign-in' || page === 'enrol' || page === 'restarts' || page === 'trial') return { page };
  if (page === 'paging' || page === 'sessions') return { page };
  if (page === 'page' && name) return { page, token: name };
  if (page === 'account' || page === 'accounts' || page === 'tokens' || page === 'choose-password') return { page };
  if (page === 'administrator') return { page, code: '' };
  if (page === 'affairs') {
    const tab = AFFAIRS_TABS.find((one) => one === name) ?? 'staff';
    return { page, tab, session: more || null };
  }
  return { page: 'room', room: null };
}

export function addressOf(to: Route): string {
  switch (to.page) {
    case 'room':
      return to.room === null ? '#/' : `#/room/${encodeURIComponent(to.room)}`;
    case 'reasons':
      return `#/reasons/${encodeURIComponent(to.room)}`;
    case 'proofs':
      return `#/room/${encodeURIComponent(to.room)}/proofs`;
    case 'subject':
      return `#/subject/${encodeURIComponent(to.id)}`;
    case 'history':
    case 'drill':
      return `#/subject/${encodeURIComponent(to.id)}/${to.page}`;
    case 'page':
      return `#/page/${encodeURIComponent(to.token)}`;
    case 'affairs':
      return `#/affairs/${to.tab}${to.session === null ? '' : `/${encodeURIComponent(to.session)}`}`;
    case 'sign-in':
    case 'paging':
    case 'administrator':
    case 'enrol':
    case 'restarts':
    case 'sessions':
    case 'trial':
    case 'account':
    case 'accounts':
    case 'tokens':
    case 'choose-password':
      return `#/${to.page}`;
    default:
      return to satisfies never;
  }
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
