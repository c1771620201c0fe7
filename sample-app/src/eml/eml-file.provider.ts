import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  InjectMailProviderOptions,
  MailProvider,
  MailProviderStrategy,
  accepted,
  unsent,
  type MessageFeature,
  type OutgoingEmail,
  type ProviderCapabilities,
  type SendContext,
  type Submission,
} from 'nest-mailbridge';
import { composeEml } from './compose-eml.js';
import { OUTBOX, type EmlOptions } from './eml.options.js';

/** A provider of our own: writes each message to a file that any mail program opens. */
@MailProvider('eml')
export class EmlFileProvider extends MailProviderStrategy {
  override readonly capabilities: ProviderCapabilities = {
    templates: false,
    features: new Set<MessageFeature>([
      'attachments',
      'inlineAttachments',
      'headers',
      'multipleReplyTo',
      'priority',
    ]),
  };

  readonly #folder: string;

  constructor(@InjectMailProviderOptions('eml') { folder = OUTBOX }: EmlOptions) {
    super();
    this.#folder = folder;
  }

  async send(email: OutgoingEmail, { signal }: SendContext): Promise<Submission> {
    // An id is letters, digits, '_' and '-' only, so that it is safe as the name of a file.
    const file = join(this.#folder, `${email.id}.eml`);
    const unfinished = `${file}.part`;
    try {
      await mkdir(this.#folder, { recursive: true });
      await writeFile(unfinished, await composeEml(email), { signal });
      await rename(unfinished, file);
      return accepted(`<${email.id}@eml>`);
    } catch (error) {
      await rm(unfinished).catch(() => undefined);
      // Until it has its name it is not in the outbox: surely not taken.
      return unsent({ code: codeOf(error), message: 'The file could not be written' });
    }
  }
}

function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? 'EML';
}
