const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'] as const;

/**
 * Hears the second signal of a shutdown, which Nest swallows: whoever sends one does not want to wait
 * for the drain any longer.
 */
export class SecondSignal {
  #listening = false;

  constructor(private readonly heard: () => void) {}

  listen(): void {
    if (this.#listening) return;
    this.#listening = true;
    for (const signal of SIGNALS) process.on(signal, this.heard);
  }

  dispose(): void {
    for (const signal of SIGNALS) process.off(signal, this.heard);
  }
}
