import type { ProviderChannel } from './provider-channel.js';

/** How a route shares messages out: always the first that works, or each in turn, or by weight. */
export type RouteStrategy = 'failover' | 'round-robin' | 'weighted';

/** A provider of a route with its share. */
export interface RouteMember {
  readonly channel: ProviderChannel;
  /** Its share among the others, with `weighted`. */
  readonly weight: number;
}

/** The providers that a message may take. The first of an order is asked first, the others if it must be. */
export class Route {
  #turn = 0;

  /** @param random from 0 to 1, drawn anew each time */
  constructor(
    private readonly members: readonly [RouteMember, ...RouteMember[]],
    private readonly strategy: RouteStrategy,
    private readonly random: () => number = Math.random,
  ) {}

  /** The provider whose rules hold until one is chosen. */
  get first(): ProviderChannel {
    return this.members[0].channel;
  }

  /** Every provider, in the order as written. */
  get channels(): readonly ProviderChannel[] {
    return this.members.map(({ channel }) => channel);
  }

  /** The order for the next messages. */
  order(): readonly ProviderChannel[] {
    if (this.members.length === 1 || this.strategy === 'failover') return this.channels;
    return this.startingAt(this.strategy === 'round-robin' ? this.inTurn() : this.byWeight());
  }

  private inTurn(): number {
    const turn = this.#turn;
    this.#turn = (turn + 1) % this.members.length;
    return turn;
  }

  private byWeight(): number {
    let left = this.random() * this.members.reduce((sum, { weight }) => sum + weight, 0);
    const chosen = this.members.findIndex(({ weight }) => (left -= weight) < 0);
    return Math.max(0, chosen);
  }

  private startingAt(index: number): readonly ProviderChannel[] {
    const channels = this.channels;
    return [...channels.slice(index), ...channels.slice(0, index)];
  }
}
