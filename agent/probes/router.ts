import { overSnmp } from './switch.ts';

/** A router by SNMP, as `switch.ts` reads a switch. Many home routers have no SNMP: then it is `timeout`, and unknown. */
export const probe = overSnmp('router');
