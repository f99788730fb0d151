import type { Bilingual } from '../../agent/probe.ts';

/** Runs until done; the number is the exit code. Throws `WrongUse` for options that make no sense. */
export type Command = (args: readonly string[]) => Promise<number>;

interface Listed {
  readonly name: string;
  readonly line: Bilingual;
  load(): Promise<unknown>;
}

/** In the order of a first day at a site. */
export const COMMANDS: readonly Listed[] = [
  {
    name: 'up',
    line: {
      zh: '采集器，连同监测本机的代理程序（即 npm start）',
      en: 'the collector and an agent for this machine (npm start)',
    },
    load: () => import('./up.ts'),
  },
  {
    name: 'collector',
    line: { zh: '只运行采集器', en: 'the collector alone' },
    load: () => import('./collector.ts'),
  },
  {
    name: 'ticket',
    line: { zh: '开凭证，让一个考场的机器登记', en: 'a ticket that lets machines of a room enrol' },
    load: () => import('./ticket.ts'),
  },
  {
    name: 'account',
    line: { zh: '列出账号；管理员忘记密码时重设', en: 'accounts; lets in an administrator who forgot the password' },
    load: () => import('./account.ts'),
  },
  {
    name: 'token',
    line: { zh: '接口令牌，供 Prometheus 和脚本使用', en: 'API tokens for Prometheus and scripts' },
    load: () => import('./token.ts'),
  },
  {
    name: 'bundle',
    line: {
      zh: '写出装到 U 盘的文件夹：考场电脑的代理程序，或考点的采集器',
      en: 'a folder for a stick: the agent for a room’s PCs, or a site’s collector',
    },
    load: () => import('./bundle.ts'),
  },
  {
    name: 'secret',
    line: { zh: '加密保存设备的密码', en: 'keeps the passwords of devices encrypted' },
    load: () => import('./secret.ts'),
  },
  {
    name: 'roster',
    line: { zh: '导入考务人员名册', en: 'take in the roster of the site’s staff' },
    load: () => import('./roster.ts'),
  },
  {
    name: 'seats',
    line: { zh: '导入座位表（CSV）', en: 'take a list of seats (CSV)' },
    load: () => import('./seats.ts'),
  },
  {
    name: 'drill',
    line: { zh: '带您做一次 UPS 放电演练', en: 'walks you through a discharge drill of a UPS' },
    load: () => import('./drill.ts'),
  },
  {
    name: 'prove',
    line: { zh: '实测外网带宽和监控回放', en: 'proves what the line out carries, and that recordings can be played' },
    load: () => import('./prove.ts'),
  },
  {
    name: 'peer',
    line: {
      zh: '外网带宽实测的对端，由机构运行',
      en: 'the other end of the proof of the line out, for an organization',
    },
    load: () => import('./peer.ts'),
  },
  {
    name: 'rehearse',
    line: { zh: '考前预演一个考场的全部座位', en: 'walk every seat of a room through the checks before an exam' },
    load: () => import('./rehearse.ts'),
  },
  {
    name: 'standard',
    line: { zh: '检查一套规则，或打印成表格', en: 'check a pack of rules, or print it as a table' },
    load: () => import('./standard.ts'),
  },
  {
    name: 'backup',
    line: { zh: '在采集器运行时备份数据目录', en: 'copy the data directory while the collector runs' },
    load: () => import('./backup.ts'),
  },
  {
    name: 'record',
    line: { zh: '导出签过名的记录；考点公钥', en: 'export the signed record; the site’s public key' },
    load: () => import('./record.ts'),
  },
  {
    name: 'report',
    line: { zh: '由记录生成报告：网页、PDF、XLSX、CSV', en: 'reports from the record: page, PDF, XLSX, CSV' },
    load: () => import('./report.ts'),
  },
  {
    name: 'verify',
    line: { zh: '离线核对一份导出的记录', en: 'check an exported record offline' },
    load: () => import('./verify.ts'),
  },
  {
    name: 'organization',
    line: {
      zh: '本考点与机构的往来；收下机构带来的文件',
      en: 'how this site stands with its organization; takes a file from there',
    },
    load: () => import('./organization.ts'),
  },
  {
    name: 'org',
    line: {
      zh: '培训评价组织的服务：收记录、联署、向考点签发文件',
      en: 'the certifying organization’s service: takes records, co-signs, signs documents for sites',
    },
    load: () => import('./org.ts'),
  },
  {
    name: 'load',
    line: { zh: '模拟机器，用于演示和规模试验', en: 'simulated machines, for scale and demonstration' },
    load: () => import('./load.ts'),
  },
];
