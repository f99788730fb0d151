import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { Type, type Static } from 'typebox';
import type { Bilingual } from '../../agent/probe.ts';
import { about } from '../devices/common.ts';
import { parseOrganizationTicket, type OrganizationTicket } from './ticket.ts';

/** `organization:` of the collector's settings: whom the site sends its record to. */
export const OrganizationSchema = Type.Object(
  {
    ticket_file: Type.String({
      minLength: 1,
      ...about(
        '机构凭证的文件名（xunkao org ticket 开出）',
        'the file with the organization’s ticket, made by xunkao org ticket',
      ),
    }),
    url: Type.Optional(
      Type.String({
        pattern: '^https://[^\\s/@]+$',
        maxLength: 300,
        ...about(
          '代替凭证里的网址，例如 https://10.0.0.5:9470',
          'instead of the ticket’s address, such as https://10.0.0.5:9470',
        ),
      }),
    ),
  },
  { additionalProperties: false, ...about('机构的地址和凭证', 'the organization’s ticket and address') },
);

export type OrganizationFile = Static<typeof OrganizationSchema>;

export interface OrganizationSettings {
  readonly ticket: OrganizationTicket;
  /** Instead of the ticket's. */
  readonly url: string | null;
}

export interface CompletedOrganization {
  readonly settings: OrganizationSettings | null;
  readonly faults: readonly { readonly path: readonly string[]; readonly told: Bilingual }[];
}

/** @param folder where `xunkao.yaml` stands */
export function completeOrganization(file: OrganizationFile | undefined, folder: string): CompletedOrganization {
  if (!file) return { settings: null, faults: [] };
  const path = ['organization', 'ticket_file'];
  let ticket: OrganizationTicket | Bilingual;
  try {
    ticket = parseOrganizationTicket(readFileSync(resolve(folder, file.ticket_file), 'utf8'));
  } catch (error) {
    const { message } = error as Error;
    ticket = { zh: `文件无法读取：${message}`, en: `the file cannot be read: ${message}` };
  }
  if (!('zh' in ticket)) return { settings: { ticket, url: file.url ?? null }, faults: [] };
  const told = { zh: `organization.ticket_file：${ticket.zh}`, en: `organization.ticket_file: ${ticket.en}` };
  return { settings: null, faults: [{ path, told }] };
}
