/** Queues by machine, emptied in turn: one that catches up on a day does not hold up 44 others. */
export interface Backlog<Item> {
  push(machine: string, item: Item): void;
  length(machine: string): number;
  /** At most `most` items, some of each machine in turn, each machine's in their order. */
  take(most: number): Item[];
}

export function createBacklog<Item>(): Backlog<Item> {
  const queues = new Map<string, Item[]>();
  return {
    push(machine, item) {
      const queue = queues.get(machine);
      if (queue) queue.push(item);
      else queues.set(machine, [item]);
    },
    length: (machine) => queues.get(machine)?.length ?? 0,
    take(most) {
      const taken: Item[] = [];
      const share = Math.max(1, Math.floor(most / Math.max(1, queues.size)));
      let left = most;
      // Served ones go to the end, and a Map's walk comes to them again; whoever is cut off is the first of the next beat.
      for (const [machine, queue] of queues) {
        if (left === 0) break;
        const items = queue.splice(0, Math.min(share, left));
        taken.push(...items);
        left -= items.length;
        queues.delete(machine);
        if (queue.length > 0) queues.set(machine, queue);
      }
      return taken;
    },
  };
}
