import type { CountedScope } from '../../agent/catalogue.ts';
import type { Bilingual, FactDefinition } from '../../agent/probe.ts';

/**
 * What the collector counts for rooms and the site from the verdicts below them (`compliance/counts.ts`), and what it
 * knows of their sessions. A rule of a room or the site reads these and nothing lower, so that one unknown seat does not
 * make a room unknown when 45 others pass.
 */
export interface Counted {
  readonly name: string;
  readonly scopes: readonly CountedScope[];
  readonly perSession?: boolean;
  readonly facts: Readonly<Record<string, FactDefinition>>;
}

/** How subjects are counted. Of none at all only `enrolled` is known: a scope without subjects is unknown. */
const ENROLLED: Bilingual = { zh: '登记的数量', en: 'How many are enrolled' };
const ONLINE: Bilingual = { zh: '在线的数量', en: 'How many are online' };
const STATES = {
  passing: {
    zh: '必须项全部合格的数量（含声明、豁免和当前不适用）',
    en: 'How many have no required rule broken or unknown (attested, waived and not due count as passed)',
  },
  broken: { zh: '至少一项必须项不合格的数量', en: 'How many have a required rule broken' },
  unknown: { zh: '有必须项未知、且没有不合格的数量', en: 'How many have a required rule unknown and none broken' },
} as const satisfies Record<string, Bilingual>;

export const COUNTED: readonly Counted[] = [
  group('machines', ['room'], { zh: '考场里的机器（不含网关机）', en: 'machines of the room, gateways apart' }, true),
  group('seats', ['room'], { zh: '考生机', en: 'candidate machines' }, true),
  group('spares', ['room'], { zh: '备用机', en: 'spare machines' }, true),
  // Each is counted where it stands: in its room, or at the site when it belongs to none.
  group('devices', ['room', 'site'], { zh: '设备', en: 'devices' }, false),
  group('rooms', ['site'], { zh: '考场', en: 'rooms' }, false),
  group('servers', ['site'], { zh: '服务器', en: 'servers' }, true),
  group('standbys', ['site'], { zh: '备用服务器', en: 'standby servers' }, true),
  {
    name: 'cameras',
    scopes: ['room'],
    facts: {
      enrolled: cameras({ zh: '登记的数量', en: 'How many are enrolled' }),
      high_definition: cameras({
        zh: '在线且画面够大的数量',
        en: 'How many are online with a picture as large as the rules ask for',
      }),
      high_definition_possible: cameras({
        zh: '在线且可能高清的数量（含未知）',
        en: 'The same, with those that may be',
      }),
      audio_video: cameras({ zh: '音视频都在实时传来的数量', en: 'How many send living picture and sound' }),
      audio_video_possible: cameras({ zh: '音视频可能都正常的数量（含未知）', en: 'The same, with those that may do' }),
      recording: cameras({ zh: '正在录像的数量', en: 'How many are being recorded' }),
      recording_possible: cameras({
        zh: '可能正在录像的数量（含未知）',
        en: 'The same, with those that may be recorded',
      }),
      playback: cameras({ zh: '回放已证明且在有效期内的数量', en: 'Of how many playback is proven and counts' }),
      playback_possible: cameras({
        zh: '回放可能正常的数量（含未知）',
        en: 'The same, with those of which nothing is proven',
      }),
      playback_unprovable: cameras({
        zh: '回放过、但无法证明是哪一分钟的数量',
        en: 'How many were played back without knowing of which minute it is',
      }),
    },
  },
  {
    name: 'session',
    scopes: ['room', 'site'],
    perSession: true,
    facts: {
      assessment: {
        type: 'boolean',
        about: { zh: '这一场次是评估而不是考试', en: 'This session is an assessment rather than an exam' },
      },
      candidates: {
        type: 'number',
        least: 0,
        about: { zh: '本场考生人数', en: 'Candidates who sit this session here' },
      },
      rehearsed: {
        type: 'boolean',
        about: { zh: '本场在预演时段内做过预演', en: 'It was rehearsed in the time for rehearsals' },
      },
      rooms: count({ zh: '本场的考场数', en: 'Rooms of this session' }),
      rooms_broken: count({
        zh: '本场考场中有必须项不合格的数量',
        en: 'Of them, in which a required rule about the room is broken',
      }),
      rooms_unknown: count({
        zh: '本场考场中有必须项未知、且没有不合格的数量',
        en: 'Of them, in which one is unknown and none broken',
      }),
    },
  },
  {
    name: 'lan',
    scopes: ['room'],
    facts: {
      outside: count({
        zh: '与考试服务器不在同一局域网的考生机、备用机数量；有一台未知时不计',
        en: 'Candidate machines and spares in another LAN than the exam server; none is given while one is unknown',
      }),
      slowest_bytes_per_second: {
        type: 'number',
        unit: 'bytes_per_second',
        least: 0,
        about: { zh: '协商速率最低的一台', en: 'The lowest link speed of its machines' },
      },
      wireless: count({ zh: '用无线连接的机器数量', en: 'Machines that are connected by radio' }),
      unsaid: count({ zh: '没有测到网络连接的机器数量', en: 'Machines whose connection is not known' }),
    },
  },
  {
    name: 'collector',
    scopes: ['site'],
    facts: {
      on_server: {
        type: 'boolean',
        about: { zh: '采集器运行在考试服务器上', en: 'The collector runs on an exam server' },
      },
    },
  },
];

function cameras(about: Bilingual): FactDefinition {
  return { type: 'number', least: 0, about: { zh: `摄像头：${about.zh}`, en: `${about.en}: cameras` } };
}

function count(about: Bilingual): FactDefinition {
  return { type: 'number', least: 0, about };
}

function group(name: string, scopes: Counted['scopes'], what: Bilingual, hasLinks: boolean): Counted {
  const of = (about: Bilingual): FactDefinition =>
    count({ zh: `${what.zh}：${about.zh}`, en: `${about.en}: ${what.en}` });
  return {
    name,
    scopes,
    facts: {
      enrolled: of(ENROLLED),
      ...(hasLinks ? { online: of(ONLINE) } : {}),
      passing: of(STATES.passing),
      broken: of(STATES.broken),
      unknown: of(STATES.unknown),
    },
  };
}
