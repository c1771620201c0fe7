import type { OutgoingAttachment } from '../message/outgoing-email.js';

/** An attachment with the media type that it travels under. */
export interface TypedAttachment extends OutgoingAttachment {
  readonly contentType: string;
}

type TypeOfName = (filename: string) => string;

let typeOfName: Promise<TypeOfName> | undefined;

/** Attachments with their media types: those that were given, else those of the file names. */
export async function withMediaTypes(
  attachments: readonly OutgoingAttachment[],
): Promise<TypedAttachment[]> {
  const typed: TypedAttachment[] = [];
  for (const attachment of attachments) {
    const { contentType = await mediaTypeOf(attachment.filename) } = attachment;
    typed.push({ ...attachment, contentType: transportableType(contentType) });
  }
  return typed;
}

async function mediaTypeOf(filename: string): Promise<string> {
  // nodemailer's table, of 1,600 names. Loaded for the first attachment that needs it.
  const typeOf = await (typeOfName ??= import('nodemailer/lib/mime-funcs').then(
    ({ detectMimeType }) => detectMimeType,
  ));
  return typeOf(filename);
}

/**
 * A nested message and a multipart may not be encoded (RFC 2046 section 5), and unencoded their bytes
 * would change on the way. So they travel as plain files, known by their names.
 */
function transportableType(contentType: string): string {
  return /^(?:message|multipart)\//i.test(contentType) ? 'application/octet-stream' : contentType;
}
