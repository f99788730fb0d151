import type { Board } from './board.ts';
import { board as cameras } from './boards/cameras.ts';
import { board as collector } from './boards/collector.ts';
import { board as compliance } from './boards/compliance.ts';
import { board as machine } from './boards/machine.ts';
import { board as network } from './boards/network.ts';
import { board as paging } from './boards/paging.ts';
import { board as power } from './boards/power.ts';
import { board as readiness } from './boards/readiness.ts';
import { board as room } from './boards/room.ts';
import { board as site } from './boards/site.ts';
import { board as years } from './boards/years.ts';
import type { Pack } from './pack.ts';

/** All boards, in the order in which support opens them. A new one is a file in `boards/` and a word here. */
export function boards(pack: Pack): readonly Board[] {
  return [
    site,
    room,
    machine(pack),
    power(pack),
    network,
    cameras,
    compliance,
    readiness,
    years('victoriametrics'),
    years('influxdb'),
    paging,
    collector,
  ];
}
