import type { Compliance } from './compliance/compliance.ts';
import type { Desk } from './console/desk.ts';
import type { Gateway } from './gateway/gateway.ts';
import type { SiteDevice } from './identity/machine.ts';
import type { Registry, RegistryChange } from './identity/registry.ts';
import type { News } from './news.ts';
import type { Write } from './write.ts';

export interface MembershipParts {
  readonly registry: Registry;
  readonly gateway: () => Pick<Gateway, 'revoke'>;
  readonly compliance: Pick<Compliance, 'touch'>;
  readonly devices: readonly SiteDevice[];
  readonly news: Pick<News, 'forget'>;
  readonly write: Write;
}

type Acts = 'revoke' | 'reinstate' | 'tickets' | 'revokeTicket' | 'waiting' | 'confirm';

export interface Membership extends Pick<Desk, Acts> {
  /** Durable when it resolves, and judged with the next beat. */
  registryChanged(changes: readonly RegistryChange[]): Promise<void>;
}

/** Which machines belong to the site: keys that are withdrawn and given back, tickets, and whoever waits for a person's word. */
export function createMembership({ registry, gateway, compliance, devices, news, write }: MembershipParts): Membership {
  const { entry } = write;
  return {
    async revoke(id, account) {
      if (!(await registry.setRevoked(id, true, account))) return false;
      gateway().revoke(id);
      news.forget(id);
      return true;
    },
    reinstate: async (id, account) => (await registry.setRevoked(id, false, account)) !== null,
    tickets: () => [...registry.tickets.values()].map(({ secretHash: _secretHash, ...ticket }) => ticket),
    revokeTicket: async (id, account) => (await registry.revokeTicket(id, account)) !== null,
    waiting: () => registry.waiting(),
    async confirm(id, account, key) {
      if (!registry.confirm(id, key)) return false;
      await write.keep([], [entry('machine', id, { act: 'confirmed', by: account })]);
      return true;
    },
    async registryChanged(changes) {
      const entries = changes.flatMap(({ kind, id, entry: body }) => {
        if (!body) return [];
        return [kind === 'seat' ? entry('machine', null, body) : entry(kind, id, body)];
      });
      await write.keep(
        changes.map(({ kind, id, value }) => ({ kind, id, value })),
        entries,
      );
      const changed = changes.filter(({ kind }) => kind === 'machine');
      for (const { id } of changed) compliance.touch(id);
      // Who reads a device may be another one now, or nobody.
      if (changed.length > 0) for (const { id } of devices) compliance.touch(id);
    },
  };
}
