import { render } from 'preact';
import { effect } from '@preact/signals';
import { Banners } from './parts/banners.tsx';
import { later } from './parts/later.tsx';
import { StandardLine } from './parts/standard.tsx';
import { Header } from './parts/header.tsx';
import { AccountPage, ChoosePasswordPage } from './pages/account.tsx';
import { LinkPage } from './pages/link.tsx';
import { RoomPage } from './pages/room.tsx';
import { AdministratorPage, SignInPage } from './pages/signIn.tsx';
import { SubjectPage } from './pages/subject.tsx';
import { addressOf } from './address.ts';
import { language, say } from './language.ts';
import { link, needsAdministrator, site, stayLive } from './live.ts';
import { followAddress, route } from './route.ts';
import { followPage } from './shown.ts';
import { followPaging } from './paging.ts';
import { watchForAlarm } from './sound.ts';
import './style.css';
import './controls.css';
import './room.css';
import './tile.css';
import './sheet.css';
import './access.css';
import './paging.css';
import './affairs.css';
import './drill.css';
import './phone.css';

// The room, a subject and signing in come with the first script; the others when they are opened.
const AccountsPage = later(async () => (await import('./pages/accounts.tsx')).AccountsPage);
const AffairsPage = later(async () => (await import('./pages/affairs/affairs.tsx')).AffairsPage);
const DrillPage = later(async () => (await import('./pages/drill.tsx')).DrillPage);
const EnrolPage = later(async () => (await import('./pages/enrol.tsx')).EnrolPage);
const HistoryPage = later(async () => (await import('./pages/history.tsx')).HistoryPage);
const PagingPage = later(async () => (await import('./pages/paging.tsx')).PagingPage);
const ReasonsPage = later(async () => (await import('./pages/reasons.tsx')).ReasonsPage);
const ProofsPage = later(async () => (await import('./pages/proofs.tsx')).ProofsPage);
const RestartsPage = later(async () => (await import('./pages/restarts.tsx')).RestartsPage);
const SessionsPage = later(async () => (await import('./pages/sessions.tsx')).SessionsPage);
const TokensPage = later(async () => (await import('./pages/tokens.tsx')).TokensPage);
const TrialPage = later(async () => (await import('./pages/trial.tsx')).TrialPage);

function App() {
  const lost = link.value === 'lost';
  return (
    <div class={lost ? 'app is-lost' : 'app'}>
      <Header />
      <Banners />
      <div class="content">
        <Page />
      </div>
      <Footer />
    </div>
  );
}

function Page() {
  const to = route.value;
  if (to.page === 'administrator') return <AdministratorPage key={to.code} code={to.code} />;
  if (to.page === 'page') return <LinkPage key={to.token} token={to.token} />;
  if (to.page === 'choose-password') return <ChoosePasswordPage />;
  if (link.value === 'barred') {
    return needsAdministrator.value ? <AdministratorPage code="" /> : <SignInPage />;
  }
  switch (to.page) {
    case 'room':
      return <RoomPage />;
    case 'reasons':
      return <ReasonsPage key={to.room} room={to.room} />;
    case 'subject':
      return <SubjectPage id={to.id} />;
    case 'proofs':
      return <ProofsPage key={to.room} room={to.room} />;
    case 'drill':
      return <DrillPage key={to.id} id={to.id} />;
    case 'history':
      return <HistoryPage key={to.id} id={to.id} />;
    case 'sign-in':
      return <SignInPage />;
    case 'enrol':
      return <EnrolPage />;
    case 'sessions':
      return <SessionsPage />;
    case 'restarts':
      return <RestartsPage />;
    case 'trial':
      return <TrialPage />;
    case 'paging':
      return <PagingPage />;
    case 'affairs':
      return <AffairsPage tab={to.tab} session={to.session} />;
    case 'account':
      return <AccountPage />;
    case 'accounts':
      return <AccountsPage />;
    case 'tokens':
      return <TokensPage />;
    default:
      return to satisfies never;
  }
}

function Footer() {
  const here = site.value;
  if (!here) return null;
  return (
    <footer>
      <StandardLine standard={here.standard} />
      {here.trial && (
        <>
          {' · '}
          <a href={addressOf({ page: 'trial' })}>{say('trial')}</a>
        </>
      )}{' '}
      · {say('product')} {here.version} · <a href={addressOf({ page: 'paging' })}>{say('paging')}</a>
    </footer>
  );
}

/** A page that failed must not look alive. Shown with the plain DOM, since the page itself may no longer draw. */
function admitFailure(): void {
  document.getElementById('page-failed')?.removeAttribute('hidden');
}

window.addEventListener('error', admitFailure);
window.addEventListener('unhandledrejection', admitFailure);

document.getElementById('too-old')?.remove();
effect(() => {
  document.documentElement.lang = language.value === 'zh' ? 'zh-CN' : 'en';
});
followAddress();
followPage();
watchForAlarm();
followPaging();
render(<App />, document.getElementById('page') as HTMLElement);
void stayLive();
