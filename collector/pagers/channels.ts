import { createAlertmanager } from './alertmanager.ts';
import { createDingtalk } from './dingtalk.ts';
import { createEmail } from './email.ts';
import { createFeishu } from './feishu.ts';
import type { Pager } from './pager.ts';
import type { ChannelKind } from './schema.ts';
import type { ChannelSettings } from './settings.ts';
import { createWebhook } from './webhook.ts';
import { createWecom } from './wecom.ts';

/** Which file is which channel. */
export const CHANNELS: Readonly<Record<ChannelKind, (settings: ChannelSettings) => Pager>> = {
  alertmanager: createAlertmanager,
  webhook: createWebhook,
  dingtalk: createDingtalk,
  wecom: createWecom,
  feishu: createFeishu,
  email: createEmail,
};
