import type {
  Attachment,
  BulkEmailEntry,
  Destination,
  EmailContent,
  MessageHeader,
  MessageTag,
  SendBulkEmailCommandInput,
  SendEmailCommandInput,
  Template,
} from '@aws-sdk/client-sesv2';
import type { HttpResult } from '../http/http-result.js';

/** The shapes of the SES API v2 (model `sesv2-2019-09-27`), for those who write its requests. */
export type SesMessage = SendEmailCommandInput;
export type SesBulk = SendBulkEmailCommandInput;
export type SesBulkEntry = BulkEmailEntry;
export type SesContent = EmailContent;
export type SesTemplate = Template;
export type SesDestination = Destination;
export type SesAttachment = Attachment;
export type SesHeader = MessageHeader;
export type SesTag = MessageTag;

/** One call of the API: an operation with its input. */
export type SesCall =
  | { readonly operation: 'SendEmail'; readonly input: SesMessage }
  | { readonly operation: 'SendBulkEmail'; readonly input: SesBulk }
  | { readonly operation: 'GetAccount'; readonly input: Readonly<Record<string, never>> };

/** The code of a request that has an `EndpointId`, for which the SDK lacks the signer. */
export const NO_SIGV4A = 'NO_SIGV4A';

/** The request could not be made: no credentials were found, or the SDK refused the input. Nothing left. */
export interface SesUnmade {
  readonly kind: 'unmade';
  /** `NO_SIGV4A`, or the name of the SDK's error, as in `CredentialsProviderError`; nothing else of it leaves. */
  readonly code: string;
  /** Ours, where we know what to do. */
  readonly message?: string;
}

/** What became of a call. It holds nothing of the request itself. */
export type SesResult = HttpResult | SesUnmade;
