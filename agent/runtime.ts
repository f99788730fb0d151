/**
 * Two points of (seconds, load) give NUT's own model: T(L) = T_full · L^(−n), n = ln(T_1/T_2) / ln(L_2/L_1). For lead-acid
 * n is 1.1 to 1.3. 3,000 s at 100 % and 7,200 s at 50 % give n = 1.263 and 9,543 s at 40 %.
 */
export interface RuntimeModel {
  readonly fullSeconds: number;
  readonly exponent: number;
}

/** Null when the points say no such thing: equal loads, or a longer time at a higher load. */
export function runtimeModel(points: readonly (readonly [seconds: number, load: number])[]): RuntimeModel | null {
  const [one, two] = points;
  if (!one || !two || one[1] === two[1] || [...one, ...two].some((value) => !(value > 0))) return null;
  const exponent = Math.log(one[0] / two[0]) / Math.log(two[1] / one[1]);
  return exponent > 0 ? { fullSeconds: one[0] * one[1] ** exponent, exponent } : null;
}

/** Seconds at a constant load from a full battery. */
export function modelSeconds({ fullSeconds, exponent }: RuntimeModel, load: number): number {
  return fullSeconds * load ** -exponent;
}

/** The model of a UPS' settings (`collector/devices.ts`); null without points, or with impossible ones. */
export function modelOf(options: Readonly<Record<string, unknown>>): RuntimeModel | null {
  const { runtime_seconds: seconds, runtime_loads: loads } = options;
  if (!Array.isArray(seconds) || !Array.isArray(loads)) return null;
  return runtimeModel([
    [Number(seconds[0]), Number(loads[0])],
    [Number(seconds[1]), Number(loads[1])],
  ]);
}
