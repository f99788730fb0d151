import type { FastifyInstance } from 'fastify';
import type { People } from '../people/accounts.ts';
import { checkOrigin, setToken, tokenOf, type Guard } from '../people/guard.ts';
import { html, type Html } from './html.ts';
import { fieldsOf, type Pages } from './page.ts';
import { text, type Language, type PageWord } from './words.ts';

type Query = { Querystring: Readonly<Record<string, string | undefined>> };

/** Coming in and going out, the own password, and the language. */
export function signInRoutes(app: FastifyInstance, pages: Pages, people: People, guard: Guard): void {
  app.get<Query>('/language', async (request, reply) => {
    const { to, back = '/' } = request.query;
    reply.header(
      'set-cookie',
      `language=${to === 'en' ? 'en' : 'zh'}; Path=/; Secure; SameSite=Strict; Max-Age=31536000`,
    );
    return reply.redirect(/^\/(?!\/)[\w/-]*$/.test(back) ? back : '/');
  });

  app.get('/sign-in', async (request, reply) => {
    const place = pages.placeOf(request, null);
    return pages.send(reply, place, text(place.language, 'sign_in'), signInForm(place.language));
  });

  app.post('/sign-in', async (request, reply) => {
    checkOrigin(request);
    const fields = fieldsOf(request);
    const [name, password, code] = ['name', 'password', 'code'].map((field) => fields.get(field) ?? '');
    const token = code
      ? await people.choosePassword(name!, code, password!, request.ip)
      : await people.signIn(name!, password!, request.ip);
    setToken(reply, token);
    return reply.redirect('/');
  });

  app.post('/sign-out', async (request, reply) => {
    checkOrigin(request);
    const token = tokenOf(request);
    if (token !== null) await people.signOut(token);
    setToken(reply, null);
    return reply.redirect('/sign-in');
  });

  app.get<Query>('/password', (request, reply) =>
    pages.page(request, reply, 'my_password', async (_person, { language }) =>
      passwordForm(language, request.query['done'] !== undefined),
    ),
  );

  app.post('/password', async (request, reply) => {
    checkOrigin(request);
    const { name } = await guard.person(request);
    const fields = fieldsOf(request);
    const [old, password] = ['old', 'password'].map((field) => fields.get(field) ?? '');
    setToken(reply, await people.changePassword(name, old!, password!, request.ip));
    return reply.redirect('/password?done=1');
  });
}

function signInForm(language: Language): Html {
  const say = (word: PageWord): string => text(language, word);
  return html`<h1>${say('sign_in')}</h1>
    <form class="act" method="post" action="/sign-in">
      <label for="name">${say('name')}</label><input id="name" name="name" required autocomplete="username" />
      <label for="password">${say('password')}</label>
      <input id="password" name="password" type="password" required autocomplete="current-password" />
      <label for="code">${say('code')}</label>
      <span
        ><input id="code" name="code" autocomplete="off" /><br /><small class="quiet">${say('code_about')}</small></span
      >
      <button>${say('sign_in')}</button>
    </form>`;
}

function passwordForm(language: Language, isDone: boolean): Html {
  const say = (word: PageWord): string => text(language, word);
  return html`<h1>${say('my_password')}</h1>
    ${isDone && html`<p role="status"><strong>${say('password_changed')}</strong></p>`}
    <form class="act" method="post" action="/password">
      <label for="old">${say('old_password')}</label>
      <input id="old" name="old" type="password" required autocomplete="current-password" />
      <label for="password">${say('new_password')}</label>
      <input
        id="password"
        name="password"
        type="password"
        required
        minlength="10"
        maxlength="200"
        autocomplete="new-password"
      />
      <button>${say('save')}</button>
    </form>`;
}
