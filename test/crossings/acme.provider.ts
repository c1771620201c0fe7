import { buffer } from 'node:stream/consumers';
import {
  MailProvider,
  MailProviderStrategy,
  accepted,
  refusedTogether,
  rejected,
  unknown,
  unsent,
  type OutgoingEmail,
  type SendContext,
  type Submission,
} from 'nest-mailbridge';

/** One message of a call to the API of Acme. */
export interface AcmeMessage {
  readonly to: readonly string[];
  readonly subject: string;
  readonly text: string;
  /** Base64. */
  readonly files: readonly string[];
}

/**
 * A provider of the application's own: JSON by `fetch`, several messages in a call, and where it is told
 * so a key by which the API knows a call that it has had.
 */
export class AcmeProvider extends MailProviderStrategy {
  override readonly batching = {
    maxMessages: 50,
    key: ({ attachments }: OutgoingEmail) =>
      attachments.some(({ content }) => typeof content === 'function') ? undefined : 'all',
  };

  constructor(
    private readonly url: string,
    hasKeys: boolean,
  ) {
    super();
    if (hasKeys) Object.assign(this, { idempotency: { lifetimeMs: 60_000 } });
  }

  async send(email: OutgoingEmail, context: SendContext): Promise<Submission> {
    const [submission] = await this.sendBatch([email], context);
    return submission!;
  }

  override async sendBatch(
    emails: readonly OutgoingEmail[],
    { signal, callKey }: SendContext,
  ): Promise<readonly Submission[]> {
    const body = JSON.stringify(await Promise.all(emails.map(messageOf)));
    const all = (submission: Submission) => emails.map(() => submission);
    try {
      const response = await fetch(this.url, {
        method: 'POST',
        body,
        signal,
        // Each call has a connection of its own: none is lost because another was cut.
        headers: { connection: 'close', ...(callKey !== undefined && { 'x-call-key': callKey }) },
      });
      const text = await response.text();
      const code = `HTTP_${response.status}`;
      if (response.status === 202) return all(accepted(text));
      if (response.status === 401) {
        return all(
          unsent({ code, message: 'Acme refuses us', category: 'auth', retryable: false }),
        );
      }
      if (response.status === 422) return refused(emails.length, code);
      if (response.status === 429) {
        return all(unsent({ code, message: 'Acme is busy', category: 'rate-limit' }));
      }
      return all(unknown({ code, message: 'Acme does not say' }));
    } catch (error) {
      const { code = 'FAILED' } = (error as { cause?: { code?: string } }).cause ?? {};
      const failure = {
        code,
        message: 'no answer',
        category: 'network',
        scope: 'network',
      } as const;
      return all(code === 'ECONNREFUSED' ? unsent(failure) : unknown(failure));
    }
  }
}
MailProvider('acme')(AcmeProvider);

function refused(count: number, code: string): readonly Submission[] {
  const failure = { code, message: 'Acme refuses a message' };
  return count === 1 ? [rejected(failure)] : refusedTogether(count, failure);
}

async function messageOf({
  to,
  cc,
  bcc,
  subject = '',
  text = '',
  substitutions = {},
  attachments,
}: OutgoingEmail): Promise<AcmeMessage> {
  const files = attachments.map(async ({ content }) =>
    (typeof content === 'function' ? await buffer(content()) : content).toString('base64'),
  );
  const fill = (source: string) =>
    source.replace(/\{\{(\w+)\}\}/g, (_, name: string) => String(substitutions[name]));
  return {
    to: [...to, ...cc, ...bcc].map(({ address }) => address),
    subject: fill(subject),
    text: fill(text),
    files: await Promise.all(files),
  };
}
