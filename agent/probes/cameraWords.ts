import type { Bilingual } from '../probe.ts';
import type { HttpTrouble } from '../protocols/http.ts';
import type { RtspTrouble } from '../protocols/rtspError.ts';

/** What `camera.comm` may say: the protocol's words, and those for a setting that cannot be an address and for silence. */
export type CameraComm = 'ok' | 'silent' | 'wrong-url' | RtspTrouble;

/** What `camera.recorder` may say; `none`: the settings name no way to ask it. */
export type RecorderComm = 'ok' | 'none' | HttpTrouble;

const NETWORK = {
  timeout: { zh: '没有应答：检查电源、网线、网络和防火墙', en: 'No answer: check power, cable, network and firewall' },
  closed: { zh: '对方断开了连接', en: 'It ended the connection' },
  refused: { zh: '该端口没有服务：检查地址和端口', en: 'Nothing listens there: check the address and port' },
  unreachable: { zh: '到该主机的网络不通', en: 'There is no way through the network to that host' },
  'no-address': { zh: '主机名无法解析', en: 'The name of the host has no address' },
} as const;

/** Each word as a person needs it: what it is and where to look. */
export const CAMERA_COMM: Readonly<Record<CameraComm, Bilingual>> = {
  ok: { zh: '有画面或声音传来', en: 'Picture or sound comes' },
  silent: {
    zh: '应答正常但什么也不传：重启摄像头，检查编码设置',
    en: 'It answers and sends nothing: restart it and check its encoding',
  },
  'wrong-url': { zh: '地址应为 rtsp://主机:554/路径', en: 'The address must be rtsp://host:554/path' },
  ...NETWORK,
  unauthorized: {
    zh: '用户名或密码不对：在录像机上核对；10 分钟后再试，以免账号被锁',
    en: 'Wrong user or password: check it on the recorder; tried again after 10 minutes, lest the user be locked',
  },
  forbidden: { zh: '该用户没有预览权限', en: 'This user may not watch' },
  'wrong-path': {
    zh: '没有这一路：检查地址末尾或通道号',
    en: 'No such stream: check the end of the address or the channel',
  },
  busy: { zh: '观看人数已满：减少其他客户端', en: 'It serves as many viewers as it can: close other clients' },
  transport: {
    zh: '不支持经 TCP 传输：在设备上开启 RTP over RTSP',
    en: 'It does not send over TCP: enable RTP over RTSP',
  },
  redirect: { zh: '它指向别的地址：请直接填写那个地址', en: 'It points elsewhere: name that address itself' },
  unsupported: { zh: '它不支持这项要求', en: 'It does not support what was asked' },
  error: { zh: '它拒绝了请求', en: 'It refused the request' },
  'no-track': { zh: '它既没有视频也没有音频', en: 'It has neither picture nor sound' },
  nonsense: { zh: '该端口的服务不是摄像头', en: 'What answers there is no camera' },
};

export const RECORDER_COMM: Readonly<Record<RecorderComm, Bilingual>> = {
  ok: { zh: '录像可以查询', en: 'Its recordings can be asked for' },
  none: {
    zh: '没有填写 onvif 或 vendor，无法查询录像',
    en: 'Neither onvif nor vendor is set: recordings cannot be asked for',
  },
  ...NETWORK,
  unauthorized: {
    zh: '用户名或密码不对，或没有为 ONVIF 另建用户；10 分钟后再试',
    en: 'Wrong user or password, or no user for ONVIF; tried again after 10 minutes',
  },
  forbidden: { zh: '该用户没有回放权限', en: 'This user may not play back' },
  unsupported: {
    zh: '它没有这个接口：开启 ONVIF，或填写 vendor',
    en: 'It lacks this interface: enable ONVIF or set vendor',
  },
  error: { zh: '它拒绝了查询', en: 'It refused the question' },
  nonsense: { zh: '应答的不是 ONVIF 或厂商接口', en: 'What answers is neither ONVIF nor its maker’s interface' },
};
