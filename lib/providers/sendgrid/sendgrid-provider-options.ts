import type { OutgoingEmail } from '../../message/outgoing-email.js';
import { isJsonObject, type JsonObject } from '../api/answer-json.js';
import { forbiddenKeys, NO_OPTIONS, permittedOptions } from '../api/merge-options.js';

/** What of a request belongs to the message's own fields. `sections` is old, but was content. */
const FORBIDDEN: ReadonlySet<string> = new Set([
  'personalizations',
  'from',
  'reply_to',
  'reply_to_list',
  'subject',
  'content',
  'template_id',
  'attachments',
  'headers',
  'sections',
]);

/** The old setting that sends a copy to an address; also the name of a recipient field. */
const COPY = 'bcc';

/** Where in `providerOptions.sendgrid` it would touch sender, recipients, bodies, headers or attachments. */
export function refusedOptions({ providerOptions }: OutgoingEmail): readonly (readonly string[])[] {
  const options = providerOptions?.['sendgrid'];
  return [...forbiddenKeys(options, FORBIDDEN).map((key) => [key]), ...copies(options)];
}

/** `providerOptions.sendgrid` without what it may not touch, also where refusals are only warnings. */
export function allowedOptions({ providerOptions }: OutgoingEmail): JsonObject {
  const options = permittedOptions(providerOptions?.['sendgrid'], FORBIDDEN);
  if (options === NO_OPTIONS) return options;
  return copies(options).length === 0 ? options : withoutCopies(options);
}

function withoutCopies(options: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(options).map(([key, value]) => [
      key,
      isMailSettings(key) && isJsonObject(value)
        ? Object.fromEntries(Object.entries(value).filter(([name]) => !isCopy(name)))
        : value,
    ]),
  );
}

function copies(options: JsonObject = {}): readonly (readonly string[])[] {
  return Object.entries(options).flatMap(([key, value]) =>
    isMailSettings(key) && isJsonObject(value)
      ? Object.keys(value)
          .filter(isCopy)
          .map((name) => [key, name])
      : [],
  );
}

function isCopy(name: string): boolean {
  return name.toLowerCase() === COPY;
}

function isMailSettings(key: string): boolean {
  return key.toLowerCase() === 'mail_settings';
}
