import { SECRETS } from '../agent/probe.ts';
import { shownPaging } from './pagers/settings.ts';
import type { Settings } from './settings.ts';

/** What the record may say of the settings: everything but what a device's reader or a channel alone may know. */
export function withoutSecrets(settings: Settings): Readonly<Record<string, unknown>> {
  const devices = settings.devices.map((each) => {
    const hidden = ['user', 'ca', ...SECRETS];
    return Object.fromEntries(Object.entries(each).filter(([key]) => !hidden.includes(key)));
  });
  const series =
    settings.series && Object.fromEntries(Object.entries(settings.series).filter(([key]) => key !== 'password'));
  const organization = settings.organization && {
    url: settings.organization.url ?? settings.organization.ticket.url,
    key: settings.organization.ticket.key,
  };
  return { ...settings, devices, paging: shownPaging(settings.paging), series, organization };
}

export function changedSettings(
  before: Readonly<Record<string, unknown>> | null,
  after: Readonly<Record<string, unknown>>,
): string[] {
  return Object.keys(after).filter((key) => JSON.stringify(before?.[key]) !== JSON.stringify(after[key]));
}
