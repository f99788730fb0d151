/**
 * The smallest things that travel: one fact's value and what a probe answered.
 *
 * A `null` means "asked, no answer": the world failed. It is never a pass and never a breach.
 */

/** Numbers are finite; texts are cut at the fact's `largest`; lists hold at most 64 texts. */
export type Value = number | boolean | string | readonly string[];

/** Facts by their word after the probe's: `{ installed_bytes: 8589934592, types: ["DDR4"] }`. */
export type Facts = Readonly<Record<string, Value | null>>;

/**
 * What one question to one probe gave.
 * `parts` are complete: a part that is not named any more is gone. A part is `<kind>:<name>`, for example `nic:eth0`.
 */
export interface Answer {
  readonly facts: Facts;
  readonly parts?: Readonly<Record<string, Facts>>;
}

/** How asking ended. `failed` and `timeout` make every fact of the probe `null`. */
export type Outcome = 'ok' | 'failed' | 'timeout';

/**
 * Where facts belong, as a path below the machine that reports: `''` is the machine itself, `nic:eth0` a part of it,
 * `device:ups-1` a device it reads for the site, `device:cam-1/track:video` a part of that device.
 */
export type SubjectPath = string;

/** The subject whose probes were asked: the machine (`''`) or the device, without the part. */
export function ownerOf(path: SubjectPath): SubjectPath {
  if (!path.startsWith('device:')) return '';
  const slash = path.indexOf('/');
  return slash < 0 ? path : path.slice(0, slash);
}
