import { NONE_IS_GOOD, type Board } from '../board.ts';
import { YES_NO } from '../words.ts';

const NO_CAMERA = { zh: '设置里没有摄像机', en: 'No camera is named in the settings' };

export const board: Board = {
  id: 'xunkao-cameras',
  title: { zh: '巡考 · 摄像机', en: 'Xunkao · cameras' },
  about: {
    zh: '每路摄像机是否在线、有画面、有声音、在录像，画面有没有卡住',
    en: 'Whether each camera is online, shows and hears, records, and does not stand still',
  },
  variables: ['room'],
  from: 'now-3h',
  panels: [
    {
      kind: 'stat',
      title: { zh: '在线的摄像机', en: 'Cameras online' },
      about: { zh: '条款要求每个考场至少两路', en: 'The clause asks for two in each room' },
      queries: [{ expr: 'sum(xunkao_camera_online{$where})', legend: 'online' }],
      unit: 'short',
      width: 6,
      height: 4,
      steps: [
        { from: null, color: 'red' },
        { from: 2, color: 'green' },
      ],
      empty: NO_CAMERA,
    },
    {
      kind: 'stat',
      title: { zh: '画面卡住', en: 'Frozen pictures' },
      about: {
        zh: '连接正常但画面不动的路数；重启该摄像机',
        en: 'Linked, but the picture stands still: restart that camera',
      },
      queries: [{ expr: 'sum(xunkao_camera_frozen{$where}) or vector(0)', legend: 'frozen' }],
      unit: 'short',
      width: 6,
      height: 4,
      steps: NONE_IS_GOOD,
    },
    {
      kind: 'stat',
      title: { zh: '没有声音', en: 'Without sound' },
      about: { zh: '没有音频的路数；条款要求音视频实时监控', en: 'Cameras without sound; the clause asks for both' },
      queries: [{ expr: 'sum(1 - xunkao_camera_audio{$where}) or vector(0)', legend: 'silent' }],
      unit: 'short',
      width: 6,
      height: 4,
      steps: NONE_IS_GOOD,
    },
    {
      kind: 'stat',
      title: { zh: '没有录像', en: 'Not recording' },
      about: {
        zh: '录像机说没有在录的路数；检查硬盘和录像计划',
        en: 'Channels that are not recorded; check disk and schedule of the recorder',
      },
      queries: [{ expr: 'sum(1 - xunkao_camera_recording{$where}) or vector(0)', legend: 'not recording' }],
      unit: 'short',
      width: 6,
      height: 4,
      steps: NONE_IS_GOOD,
    },
    {
      kind: 'bars',
      title: { zh: '画面高度', en: 'Height of the picture' },
      about: {
        zh: '条款要求高清；低于 720 像素的不算',
        en: 'The clause asks for high definition; below 720 pixels does not count',
      },
      queries: [{ expr: 'sort(xunkao_camera_height_pixels{$where})', legend: '{{room}} {{device}}' }],
      unit: 'pixel',
      width: 12,
      height: 8,
      steps: [
        { from: null, color: 'red' },
        { from: 720, color: 'green' },
      ],
      empty: NO_CAMERA,
    },
    {
      kind: 'series',
      title: { zh: '每秒帧数', en: 'Frames a second' },
      about: { zh: '每分钟抽样两秒实际收到的帧数', en: 'Frames that really came in two seconds of each minute' },
      queries: [{ expr: 'xunkao_camera_frame_rate_hertz{$where}', legend: '{{room}} {{device}}' }],
      unit: 'hertz',
      width: 12,
      height: 8,
      empty: NO_CAMERA,
    },
    {
      kind: 'states',
      title: { zh: '各路何时在线', en: 'When each was online' },
      about: { zh: '红色为掉线的时段', en: 'Red is when one was gone' },
      queries: [{ expr: 'xunkao_camera_online{$where}', legend: '{{room}} {{device}}' }],
      unit: 'short',
      width: 24,
      height: 7,
      words: YES_NO('1'),
      empty: NO_CAMERA,
    },
    {
      kind: 'series',
      title: { zh: '摄像机时钟偏差', en: 'Clocks of the cameras' },
      about: {
        zh: '与采集器时钟之差；差得多，回放时就找不到那一分钟',
        en: 'Against the collector’s clock; when it is far off, a minute cannot be found in playback',
      },
      queries: [{ expr: 'abs(xunkao_camera_clock_offset_seconds{$where})', legend: '{{room}} {{device}}' }],
      unit: 's',
      width: 24,
      height: 7,
      empty: NO_CAMERA,
    },
  ],
};
