/** So many a second, and so many at once. Spending more than there is makes a debt that has to be waited off. */
export class Bucket {
  readonly #perSecond: number;
  readonly #most: number;
  #tokens: number;
  #at = 0;

  constructor(perSecond: number, most: number) {
    this.#perSecond = perSecond;
    this.#most = most;
    this.#tokens = most;
  }

  /** @param now monotonic ms */
  hasAny(now: number): boolean {
    const gained = (Math.max(0, now - this.#at) / 1000) * this.#perSecond;
    this.#tokens = Math.min(this.#most, this.#tokens + gained);
    this.#at = now;
    return this.#tokens >= 1;
  }

  spend(tokens = 1): void {
    this.#tokens -= tokens;
  }
}
