import { classifyCpu } from '../cpu/classify.ts';
import { readFirmwareNames } from '../firmware.ts';
import type { Host } from '../host.ts';
import { judgeMachine } from '../hypervisors.ts';
import type { MachineEvidence } from '../hypervisors.ts';
import { containerSign } from '../linux/containers.ts';
import { guestEvidence } from '../linux/guest.ts';
import type { Probe } from '../probe.ts';
import { windowsGuest } from '../windows/guest.ts';

/** Whether this is a virtual machine, how sure that is and what says so; and whether the agent sits in a container. */
export const probe: Probe = {
  name: 'virtual',
  platforms: ['linux', 'win32'],
  everySeconds: 3600,
  staleAfterSeconds: 3 * 86_400,
  timeLimitMs: 5_000,
  facts: {
    machine: { type: 'boolean', about: { zh: '是否虚拟机', en: 'Virtual machine' } },
    container: { type: 'boolean', about: { zh: '是否在容器中', en: 'Inside a container' } },
    confidence: {
      type: 'string',
      largest: 10,
      about: { zh: '虚拟机判断的把握', en: 'How sure that it is virtual' },
      words: {
        certain: { zh: '确定', en: 'certain' },
        probable: { zh: '可疑', en: 'probable' },
        none: { zh: '无迹象', en: 'no sign' },
      },
    },
    product: { type: 'string', largest: 100, about: { zh: '虚拟化产品', en: 'Virtualization product' } },
    signals: { type: 'strings', about: { zh: '虚拟机迹象', en: 'What points to a virtual machine' } },
  },
  async ask(host) {
    const container = host.platform === 'linux' ? await containerSign(host) : null;
    const { machine, confidence, product, signals } = judgeMachine(await evidenceOf(host));
    return {
      facts: {
        machine,
        container: container?.inside ?? null,
        confidence,
        product,
        signals: container?.sign ? [...signals, `container: ${container.sign}`] : signals,
      },
    };
  },
};

async function evidenceOf(host: Host): Promise<MachineEvidence> {
  const model = host.cpus()[0]?.model.trim() ?? '';
  const names = await readFirmwareNames(host);
  const cpuName = classifyCpu(model).vendor === 'virtual' ? model : null;
  switch (host.platform) {
    case 'linux':
      return { names, cpuName, ...(await guestEvidence(host)) };
    case 'win32':
      if (host.windows) return { names, cpuName, ...windowsGuest(host.windows) };
      return { names, cpuName, cpuFlag: null, disk: null, card: null, guestOf: null };
    case 'darwin':
      return { names, cpuName, cpuFlag: null, disk: null, card: null, guestOf: null };
    default:
      return host.platform satisfies never;
  }
}
