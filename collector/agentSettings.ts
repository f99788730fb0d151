import type { AgentSettings } from '../agent/messages.ts';
import type { Drills } from './drills/drills.ts';
import type { Machine, SiteDevice } from './identity/machine.ts';
import type { Places } from './identity/places.ts';
import type { Network } from './network/network.ts';
import type { Readers } from './readers.ts';
import type { Settings } from './settings.ts';

export interface AgentSettingsParts {
  readonly settings: Settings;
  readonly devices: readonly SiteDevice[];
  readonly places: Pick<Places, 'reader'>;
  readonly drills: Pick<Drills, 'ups'>;
  readonly network: Pick<Network, 'told'>;
  readonly readers: Pick<Readers, 'devicesOf'>;
  /** The collector's own, as agents reach it. */
  readonly addresses: () => readonly string[];
}

/** Samples of a drill have to be five seconds apart at most, also on a busy machine. */
const DRILL_FRAME_SECONDS = 1;
/** An agent takes no more. */
const MOST_PEERS = 16;

/** What a machine's agent is told to do: how often, at which targets, and which devices it alone reads. */
export function agentSettingsOf(machine: Machine, parts: AgentSettingsParts): AgentSettings {
  const { settings, devices, places, drills, network, readers, addresses } = parts;
  const told = network.told(machine);
  const isDrilling = devices.some(({ id }) => drills.ups.isRunning(id) && places.reader(id) === machine.id);
  return {
    probe: {
      ...told.probe,
      internetTargets: settings.internet_targets,
      examSoftware: settings.exam_software,
      protectionProducts: settings.protection_products,
    },
    frameEverySeconds: isDrilling
      ? Math.min(DRILL_FRAME_SECONDS, settings.frame_every_seconds)
      : settings.frame_every_seconds,
    // A device's user and secrets go to its reader and to nobody else.
    devices: readers.devicesOf(machine),
    addresses: addresses(),
    // Whom a rehearsal lets every seat connect to.
    peers: [...told.peers, ...addresses()].slice(0, MOST_PEERS),
  };
}
