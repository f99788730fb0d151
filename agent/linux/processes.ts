import type { Host } from '../host.ts';

/** Looks a process gets before its name is believed to stay: it may be seen between its fork and its exec. */
const LOOKS = 2;
/** Every so many asks all names are read anew, for programs that turn into another late and for reused numbers. */
const AFRESH_EVERY = 20;

/**
 * Returns a function that tells the names of all running programs (`/proc/<number>/comm`, at most 15 characters), or
 * null when not everybody's processes can be seen. Only processes that are new cost a read, so it may be asked often.
 */
export function watchProcesses(): (host: Host) => Promise<ReadonlySet<string> | null> {
  let known = new Map<string, { readonly name: string; readonly looks: number }>();
  let asks = 0;
  return async (host) => {
    const numbers = await processNumbers(host);
    // Where /proc is mounted with hidepid, others' processes are absent: what is not seen is then not proof of anything.
    if (numbers === null || !numbers.includes('1')) return null;
    const afresh = asks++ % AFRESH_EVERY === 0;
    const next: typeof known = new Map();
    for (const number of numbers) {
      const before = known.get(number);
      if (before !== undefined && before.looks >= LOOKS && !afresh) {
        next.set(number, before);
        continue;
      }
      const name = host.glance(`/proc/${number}/comm`)?.trimEnd();
      // A process that ended since the listing has no name any more.
      if (name !== undefined) next.set(number, { name, looks: (before?.looks ?? 0) + 1 });
    }
    known = next;
    return new Set([...known.values()].map(({ name }) => name));
  };
}

/** The numbers of all processes, or null when they cannot be listed. */
export async function processNumbers(host: Host): Promise<readonly string[] | null> {
  const names = await host.list('/proc');
  return names === null ? null : names.filter((name) => name >= '1' && name < ':');
}
