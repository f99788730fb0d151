import { createTransport } from 'nodemailer';
import { plainText } from './message.ts';
import type { Pager, Sent } from './pager.ts';
import { isOnLan } from './post.ts';
import type { ChannelSettings } from './settings.ts';

/** Mail by SMTP, to a mailbox outside or to a server of the LAN. Every try makes a connection of its own. */
export function createEmail(settings: ChannelSettings): Pager {
  const { host = '', security = 'starttls', user, secret, ca, from = '', to = [], limitMs } = settings;
  const port = settings.port ?? { starttls: 587, tls: 465, none: 25 }[security]!;
  return {
    id: settings.id,
    kind: 'email',
    host: `${host}:${port}`,
    limits: [{ most: settings.per_minute ?? 30, everyMs: 60_000 }],
    resendMs: null,
    repeats: true,
    needsInternet: !isOnLan(host),
    async send(message) {
      const transport = createTransport({
        host,
        port,
        secure: security === 'tls',
        requireTLS: security === 'starttls',
        ignoreTLS: security === 'none',
        ...(user === undefined ? {} : { auth: { user, pass: secret ?? '' } }),
        ...(ca === undefined ? {} : { tls: { ca } }),
        connectionTimeout: limitMs / 2,
        greetingTimeout: limitMs / 2,
        socketTimeout: limitMs,
        disableFileAccess: true,
        disableUrlAccess: true,
      });
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise<Sent>((resolve) => {
        timer = setTimeout(() => resolve({ ok: false, because: `no answer within ${limitMs / 1000} s` }), limitMs);
      });
      const mail = {
        from,
        to: [...to, ...message.to],
        subject: message.title,
        text: plainText(message, false),
        // The same at every try, so that a mailbox shows a second copy as what it is.
        messageId: `<${message.key.replaceAll(/[^\w.-]/g, '.')}@xunkao>`,
        ...(message.urgency === 'urgent' ? { priority: 'high' as const } : {}),
      };
      const sent = transport.sendMail(mail).then(
        ({ rejected }): Sent =>
          rejected.length === 0 ? { ok: true } : { ok: false, because: `${rejected.length} recipient(s) refused` },
        (error: unknown): Sent => ({ ok: false, because: reasonOf(error) }),
      );
      const result = await Promise.race([sent, late]);
      clearTimeout(timer);
      transport.close();
      return result;
    },
  };
}

/** A code alone: a server's words may hold the address or what was sent. */
function reasonOf(error: unknown): string {
  const { code, responseCode, command } = error as { code?: string; responseCode?: number; command?: string };
  const words = [code ?? 'SMTP', responseCode, command === undefined ? undefined : command.split(' ')[0]];
  return words.filter((word) => word !== undefined).join(' ');
}
