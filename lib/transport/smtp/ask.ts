import type { Expiry, PhaseClock } from './phase-clock.js';
import { ENDED, type SmtpClientError } from './smtp-fault.js';
import type { SmtpLine } from './smtp-line.js';
import type { SmtpReply } from './smtp-reply.js';

/** How one command ended. */
export type Answer =
  { readonly reply: SmtpReply } | { readonly error: SmtpClientError } | { readonly expiry: Expiry };

/** Sends one command line and waits for its whole reply; the first of reply, end and clock counts. */
export function ask(line: SmtpLine, command: string, clock: PhaseClock): Promise<Answer> {
  if (clock.expired !== undefined) return Promise.resolve({ expiry: clock.expired });
  if (!line.isOpen) return Promise.resolve({ error: ENDED });
  clock.enter('reply');
  return new Promise((resolve) => {
    const settle = (answer: Answer): void => {
      unwatch();
      line.tell(undefined);
      resolve(answer);
    };
    const unwatch = clock.watch((expiry) => settle({ expiry }));
    line.tell({
      onReply: (reply) => settle({ reply }),
      onEnd: (error) => settle({ error }),
    });
    line.say(`${command}\r\n`);
  });
}
