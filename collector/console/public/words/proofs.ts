import type { Bilingual } from '../../../../agent/probe.ts';

/** Texts of the page about a room's measured proofs. */
export const PROOF_WORDS = {
  proofs_page: { zh: '实测', en: 'Proofs' },
  proofs_about: {
    zh: '有些条款只能实际测过才算数。考试进行中不能测，开考时自动中止；结果写入记录，到期失效。',
    en: 'Some clauses can only be proven by measuring. Never while an exam runs, and broken off when one begins; the record keeps what came of it, and it counts until its date.',
  },
  proof_stop: { zh: '中止', en: 'Break off' },
  uplink_title: { zh: '外网带宽', en: 'The line out' },
  uplink_about: {
    zh: '用本考场的一台机器向对端收发各不超过 8 秒，上限 120 Mbit/s；一次只测一个考场，其他座位变慢时自动中止。',
    en: 'A machine of this room exchanges data with the peer, for 8 s and at 120 Mbit/s at most each way; one room at a time, and broken off when other seats suffer.',
  },
  uplink_none: { zh: '还没有测过。', en: 'It has not been measured yet.' },
  uplink_start: { zh: '测外网带宽', en: 'Measure the line out' },
  uplink_measuring: { zh: '正在测……', en: 'Measuring …' },
  uplink_waiting: { zh: '在对端排队，前面还有 {n} 个考点', en: 'In the queue at the peer, {n} sites before this one' },
  uplink_down: { zh: '下行 {rate} Mbit/s（净速率）', en: 'down {rate} Mbit/s (payload)' },
  uplink_up: { zh: '上行 {rate} Mbit/s（净速率）', en: 'up {rate} Mbit/s (payload)' },
  playback_title: { zh: '监控回放', en: 'Playback' },
  playback_about: {
    zh: '从录像机取回指定一分钟的录像，检查长度、画面大小、声音和时间；一路一路地做，每路一分多钟。',
    en: 'A stated minute is fetched from the recorder, and its length, the size of its picture, its sound and its time are looked at; one camera after the other, a good minute each.',
  },
  playback_no_camera: { zh: '设置里没有给这个考场写摄像头。', en: 'The settings name no camera of this room.' },
  playback_at: { zh: '哪一分钟', en: 'Which minute' },
  playback_at_hint: {
    zh: '不填则取 20 分钟前：录像机要过 5 到 15 分钟才列出录好的文件',
    en: 'Leave it empty for 20 minutes ago: recorders list a file 5 to 15 minutes later',
  },
  playback_start_all: { zh: '回放实测全部', en: 'Play back all of them' },
  playback_start: { zh: '回放实测', en: 'Play back' },
  playback_none: { zh: '还没有回放过。', en: 'It has not been played back yet.' },
  playback_fetching: { zh: '正在取回录像……', en: 'Fetching the clip …' },
  playback_waiting: { zh: '等待中，前面还有 {n} 路', en: 'Waiting, {n} before it' },
  playback_minute: { zh: '指定的一分钟：{time}', en: 'The stated minute: {time}' },
  playback_seen: {
    zh: '{seconds} 秒，画面 {size}，{codec}，声音 {sound}',
    en: '{seconds} s, picture {size}, {codec}, sound {sound}',
  },
  playback_offset: { zh: '录像机时钟快 {seconds} 秒', en: 'The recorder’s clock is {seconds} s fast' },
} as const satisfies Readonly<Record<string, Bilingual>>;
