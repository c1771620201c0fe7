import type { Row } from './dimensions.js';

/** What a peer is told before the first message comes. */
export interface PeerPlan {
  readonly fault: Row['fault'];
  /** An address that the server refuses where the fault is `bad message`. */
  readonly badAddress: string;
  /** Called when the first call is with the server, before it is answered. */
  onFirstCall(): void;
}

/** A fault that befalls the first call and no other. */
export class FirstCall {
  #isOver = false;

  constructor(private readonly plan: PeerPlan) {}

  /** The fault of a call that has just come; `undefined` for every one but the first. */
  take(): Row['fault'] | undefined {
    if (this.#isOver) return undefined;
    this.#isOver = true;
    this.plan.onFirstCall();
    return this.plan.fault;
  }
}
