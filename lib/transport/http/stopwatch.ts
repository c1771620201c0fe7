/**
 * The time since a moment, in milliseconds. It takes the larger of two clocks: the monotonic one, which
 * nobody sets, and that of the day, which goes on while the machine or the function sleeps.
 */
export class Stopwatch {
  #monotonic = performance.now();
  #ofDay = Date.now();

  restart(): void {
    this.#monotonic = performance.now();
    this.#ofDay = Date.now();
  }

  get elapsedMs(): number {
    return Math.max(performance.now() - this.#monotonic, Date.now() - this.#ofDay);
  }
}
