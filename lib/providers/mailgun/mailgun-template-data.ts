import type { OutgoingEmail } from '../../message/outgoing-email.js';
import { CORRELATION_KEY } from '../api/correlation.js';
import type { TextField } from './mailgun-fields.js';

const NAME = /^[A-Za-z_][\w-]*$/;

/** Events cut the variables of a message after so many bytes, and the id is one of them. */
export const MAX_VARIABLE_BYTES = 4096;

/**
 * The data of a stored template as variables, which can differ from recipient to recipient: only where
 * all of it is text, since a variable is nothing else, and where its names are not those of metadata.
 * Otherwise `undefined`: then only messages with the same data share a call.
 */
export function flatData(email: OutgoingEmail): readonly TextField[] | undefined {
  const { templateData = {}, metadata, providerOptions } = email;
  const extra = providerOptions?.['mailgun'] ?? {};
  const fields: TextField[] = [];
  for (const [name, value] of Object.entries(templateData)) {
    const isTaken = Object.hasOwn(metadata, name) || Object.hasOwn(extra, `v:${name}`);
    const isPlain = typeof value === 'string' && NAME.test(name) && name !== CORRELATION_KEY;
    if (!isPlain || isTaken) return undefined;
    fields.push([`v:${name}`, value]);
  }
  return variableBytes([...Object.entries(metadata), ...fields]) > MAX_VARIABLE_BYTES
    ? undefined
    : fields;
}

/** About how many bytes variables have in the JSON of an event, with room for the id. */
export function variableBytes(variables: readonly (readonly [string, string])[]): number {
  return variables.reduce(
    (bytes, [name, value]) => bytes + Buffer.byteLength(JSON.stringify([name, value])),
    100,
  );
}
