import type { Bilingual } from '../probe.ts';
import type { NutComm } from '../protocols/nut.ts';
import type { Q1Trouble } from '../protocols/q1.ts';
import type { SnmpTrouble } from '../protocols/snmpError.ts';
import { SNMP_WORDS } from '../snmpWords.ts';

/** What `ups.comm` may say: each protocol's words, and one for a setting that cannot be an address. */
export type UpsComm = NutComm | `snmp-${SnmpTrouble}` | `serial-${Q1Trouble}` | 'wrong-url';

const snmp = Object.fromEntries(Object.entries(SNMP_WORDS).map(([word, text]) => [`snmp-${word}`, text]));

/** Each word of `ups.comm` as a person needs it: what it is and where to look. */
export const UPS_COMM: Readonly<Record<UpsComm, Bilingual>> = {
  ...(snmp as Readonly<Record<`snmp-${SnmpTrouble}`, Bilingual>>),
  'serial-no-port': {
    zh: '没有这个串口，或它打不开：核对 serial:///dev/… 和串口线',
    en: 'There is no such serial port, or it cannot be opened: compare serial:///dev/… and the cable',
  },
  'serial-denied': {
    zh: '代理程序的账户无权打开串口：把它加入 dialout 组',
    en: 'The account of the agent may not open the serial port: add it to the group dialout',
  },
  'serial-silent': {
    zh: 'UPS 没有应答：检查串口线，并停掉占用该串口的厂家软件',
    en: 'The UPS does not answer: check the cable, and stop the maker’s software if it uses the same port',
  },
  'serial-nonsense': {
    zh: '该串口上的设备说的不是 Megatec/Q1 协议：请改用 NUT',
    en: 'What answers on that port does not speak Megatec/Q1: read it through NUT',
  },
  'serial-windows': {
    zh: 'Windows 的 COM 口请通过 NUT 读取（nutdrv_qx），地址写 nut://…',
    en: 'Read a COM port of Windows through NUT (nutdrv_qx), with an address nut://…',
  },
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
    zh: '地址应为 nut://主机:3493/名称、nut+tls://主机:3493/名称、snmp://主机 或 serial:///dev/ttyS0',
    en: 'The address must be nut://host:3493/ups, nut+tls://host:3493/ups, snmp://host or serial:///dev/ttyS0',
  },
};
