/** Buckets of a second; an entry that was renewed meanwhile is put further on when its bucket comes up. */
export function expiryWheel<T>() {
  const buckets = new Map<number, [T, number][]>();
  let next: number | null = null;
  return {
    add(atMs: number, subject: T, probe: number): void {
      const bucket = Math.max(Math.ceil(atMs / 1000), next ?? -Infinity);
      const entries = buckets.get(bucket);
      if (entries) entries.push([subject, probe]);
      else buckets.set(bucket, [[subject, probe]]);
    },
    due(nowMs: number): [T, number][] {
      const until = Math.floor(nowMs / 1000);
      const due: [T, number][] = [];
      // A long sleep leaves a gap; walking the few buckets that exist is cheaper than every second of it.
      for (const bucket of buckets.keys()) {
        if (bucket > until) continue;
        for (const entry of buckets.get(bucket)!) due.push(entry);
        buckets.delete(bucket);
      }
      next = until + 1;
      return due;
    },
  };
}
