/** The longest that messages wait for a provider that is paused or down. */
export interface WaitRule {
  /** In milliseconds. */
  readonly maxMs: number;
  /**
   * What it bounds: all the waits of one `send()` together, so that nobody waits longer for an answer; or
   * how long an outage may take before a bulk goes on without the provider.
   */
  readonly of: 'send' | 'outage';
}

/** What is left of the time that one delivery may wait for providers that are paused or down. */
export class WaitAllowance {
  /** Of a message that waits for nobody, since another provider can take it. */
  static readonly NONE = new WaitAllowance({ maxMs: 0, of: 'send' });

  #spentMs = 0;

  constructor(private readonly rule: WaitRule) {}

  /** @param outageMs how long the provider has been down */
  leftMs(outageMs = 0): number {
    return this.rule.maxMs - (this.rule.of === 'send' ? this.#spentMs : outageMs);
  }

  /** Whether a wait that is known to take too long is not begun. A bulk waits, and hopes. */
  get isStrict(): boolean {
    return this.rule.of === 'send';
  }

  /** Takes in that so many milliseconds were waited for a pause or an outage. */
  spend(ms: number): void {
    if (this.rule.of === 'send' && ms > 0) this.#spentMs += ms;
  }
}
