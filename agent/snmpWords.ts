import type { Bilingual } from './probe.ts';
import type { SnmpTrouble } from './protocols/snmpError.ts';

/** Each trouble with SNMP as a person needs it: what it is and where to look. */
export const SNMP_WORDS: Readonly<Record<SnmpTrouble, Bilingual>> = {
  timeout: {
    zh: '没有应答：检查地址、团体名（团体名错误时设备不作答）、设备是否开启 SNMP 并允许本机访问',
    en: 'No answer: check the address, the community (a wrong one gets no answer), and that the device has SNMP on and allows this PC',
  },
  'no-secret': {
    zh: '没有团体名也没有用户：用 xunkao secret set 设备 --of community 存入团体名，或写 user:',
    en: 'Neither community nor user: keep the community with xunkao secret set DEVICE --of community, or write user:',
  },
  'unknown-user': { zh: '设备上没有这个 SNMP v3 用户', en: 'The device knows no such SNMP v3 user' },
  'wrong-password': {
    zh: 'SNMP v3 的密码或算法不对：核对 password、privacy、auth 和 cipher',
    en: 'A password or algorithm of SNMP v3 is wrong: compare password, privacy, auth and cipher',
  },
  cipher: {
    zh: '本机的 Node.js 不支持这种加密（例如 DES）：请在设备上改用 AES',
    en: 'The Node.js here cannot encrypt so (DES, for instance): choose AES on the device',
  },
  'no-address': { zh: '主机名无法解析', en: 'The name of the host has no address' },
  unreachable: { zh: '到该主机的网络不通', en: 'There is no way through the network to that host' },
  'not-supported': {
    zh: '设备应答了，但没有提供所需的数据：检查视图（mib-view）权限',
    en: 'It answers, but not with what is needed: check the view (mib-view) of the user or community',
  },
  nonsense: { zh: '应答不是正确的 SNMP', en: 'What answers is no proper SNMP' },
  closed: { zh: '已停止读取', en: 'It is no longer read' },
  error: { zh: 'SNMP 出错', en: 'SNMP failed' },
};
