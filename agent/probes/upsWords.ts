import type { Bilingual } from '../probe.ts';
import type { NutComm } from '../protocols/nut.ts';

/** What `ups.comm` may say: the protocol's words, and one for a setting that cannot be an address. */
export type UpsComm = NutComm | 'wrong-url';

/** Each word of `ups.comm` as a person needs it: what it is and where to look. */
export const UPS_COMM: Readonly<Record<UpsComm, Bilingual>> = {
  ok: { zh: '通信正常', en: 'Its data is fresh' },
  WAIT: { zh: 'NUT 驱动刚启动，尚无数据', en: 'The NUT driver has just started and has no data yet' },
  'DATA-STALE': {
    zh: 'UPS 不再应答 NUT 驱动：检查 UPS 的数据线',
    en: 'The UPS no longer answers its NUT driver: check the data cable of the UPS',
  },
  'DRIVER-NOT-CONNECTED': {
    zh: 'NUT 驱动没有运行：检查 ups.conf 与驱动服务',
    en: 'The NUT driver does not run: check ups.conf and the driver service',
  },
  'UNKNOWN-UPS': {
    zh: 'upsd 没有这个名称的 UPS：检查地址末尾的名称',
    en: 'upsd has no UPS of that name: check the end of the address',
  },
  'VAR-NOT-SUPPORTED': { zh: '这台 UPS 的驱动没有提供状态', en: 'The driver of this UPS gives no status' },
  'ACCESS-DENIED': { zh: 'upsd 拒绝访问：检查用户名和密码', en: 'upsd denies access: check the user and password' },
  'FEATURE-NOT-CONFIGURED': {
    zh: 'upsd 没有配置证书，不能加密：配置证书，或把地址改为 nut://',
    en: 'upsd has no certificate, so it cannot encrypt: give it one, or use nut:// as the address',
  },
  'FEATURE-NOT-SUPPORTED': {
    zh: '这个 upsd 不支持加密：把地址改为 nut://',
    en: 'This upsd cannot encrypt: use nut:// as the address',
  },
  error: { zh: 'upsd 拒绝了请求', en: 'upsd refused the request' },
  timeout: {
    zh: '没有应答：检查主机、网络、防火墙和 upsd',
    en: 'No answer: check the host, the network, the firewall and upsd',
  },
  closed: { zh: 'upsd 断开了连接', en: 'upsd ended the connection' },
  refused: {
    zh: '该端口没有服务：检查 upsd 是否运行、LISTEN 的地址',
    en: 'Nothing listens there: check that upsd runs, and its LISTEN address',
  },
  unreachable: { zh: '到该主机的网络不通', en: 'There is no way through the network to that host' },
  'no-address': { zh: '主机名无法解析', en: 'The name of the host has no address' },
  certificate: {
    zh: 'upsd 的证书不可信、已过期或不属于该主机：检查给定的 CA 证书',
    en: 'The certificate of upsd is not trusted, out of date or for another host: check the CA that was given',
  },
  tls: { zh: '加密连接无法建立', en: 'The encrypted connection could not be made' },
  nonsense: { zh: '该端口的服务不是 upsd', en: 'What answers there is no upsd' },
  'wrong-url': {
    zh: '地址应为 nut://主机:3493/名称 或 nut+tls://主机:3493/名称',
    en: 'The address must be nut://host:3493/ups or nut+tls://host:3493/ups',
  },
};
