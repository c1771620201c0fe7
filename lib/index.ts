export { MailBridgeExceptionFilter } from './mail-bridge-exception.filter.js';
export { MailBridgeFactory, type TenantOptions } from './mail-bridge.factory.js';
export { MailBridgeModule } from './mail-bridge.module.js';
export type { MailBridgeModuleExtras } from './mail-bridge.module-definition.js';
export { MAIL_BRIDGE_OPTIONS } from './mail-bridge.providers.js';
export { MailBridgeService } from './mail-bridge.service.js';
export {
  InjectMailBridge,
  getMailBridgeToken,
  getMailboxStoreToken,
} from './mail-bridge.tokens.js';

export { fromEnvironment, mailBridgeConfig } from './options/mail-bridge.config.js';
export type {
  CommonProviderOptions,
  MailBridgeOptions,
  MailBridgeOptionsFactory,
  MailDefaults,
  MailProviderOptionsMap,
} from './options/mail-bridge-options.js';

export { EmailMessageDto } from './message/email-message.dto.js';
export { AttachmentDto } from './message/attachment.dto.js';
export type { AddressInput, MailAddress, OneOrMany } from './message/mail-address.js';
export type {
  MailPriority,
  MessageFeature,
  OutgoingAttachment,
  OutgoingEmail,
  SubstitutionValue,
} from './message/outgoing-email.js';
export { placeholdersIn, renderContent, type RenderedContent } from './message/substitutions.js';
export { envelopeRecipients } from './message/envelope.js';

export { MailProvider } from './registry/mail-provider.decorator.js';
export {
  MailInterceptor,
  type MailInterceptorOptions,
} from './registry/mail-interceptor.decorator.js';
export type { MailHandler, MailRun } from './contract/mail-interceptor.js';
export { RecipientLimitInterceptor } from './interceptors/recipient-limit.interceptor.js';
export { RedirectInterceptor, type RedirectOptions } from './interceptors/redirect.interceptor.js';
export {
  InjectMailProviderOptions,
  getMailProviderOptionsToken,
} from './registry/mail-provider-options.decorator.js';

export {
  MailProviderStrategy,
  type IdempotencyRules,
  type SendContext,
} from './contract/mail-provider.strategy.js';
export type { BatchRules, ProviderCapabilities } from './contract/capabilities.js';
export type { MessageField, UnsupportedPart } from './contract/unsupported-part.js';
export { ALL_FEATURES } from './contract/capabilities.js';
export {
  accepted,
  refusedTogether,
  rejected,
  unknown,
  unsent,
  type FailureInput,
  type Submission,
} from './contract/submission.js';
export {
  OUTCOMES,
  type DeliveryFailure,
  type FailureCategory,
  type FailureScope,
  type Outcome,
  type RecipientOutcome,
} from './contract/outcome.js';
export { EmailResponseDto, type AttemptRecord } from './contract/email-response.dto.js';

export type { CircuitState } from './delivery/circuit-breaker.js';
export type { DeliveryEvent, DeliveryObserver } from './delivery/delivery-event.js';
export type { Lane } from './delivery/lanes.js';
export {
  MemoryRateLimitStore,
  type RateLimitStore,
  type RateLimitUnit,
} from './delivery/rate-limit.js';
export type { RouteStrategy } from './delivery/route.js';
export { BulkEmailDto } from './bulk/bulk-email.dto.js';
export {
  BulkEmailResponseDto,
  type BulkProgress,
  type KeepResponses,
  type OutcomeCounts,
} from './bulk/bulk-response.dto.js';
export type { BulkMessages } from './bulk/message-source.js';
export { DryRunDto, type PlannedProviderCall, type PlannedRefusal } from './bulk/dry-run.js';
export type {
  BulkOptions,
  DryRunOptions,
  SendOptions,
  StreamOptions,
} from './bulk/send-options.js';

export type { BrevoOptions } from './providers/brevo/brevo.options.js';
export { MailboxStore } from './providers/mailbox/mailbox.store.js';
export type { CapturedAttachment, CapturedMail } from './providers/mailbox/captured-mail.js';
export type { MailboxFilter } from './providers/mailbox/mailbox.filter.js';
export type { MailboxOptions } from './providers/mailbox/mailbox.options.js';
export type { MailgunOptions } from './providers/mailgun/mailgun.options.js';
export type { PostmarkOptions } from './providers/postmark/postmark.options.js';
export type { SesKeys, SesOptions, SesTemporaryKeys } from './providers/ses/ses.options.js';
export type { SendGridOptions } from './providers/sendgrid/sendgrid.options.js';
export type { DkimOptions } from './mime/dkim.js';
export type {
  SmtpAccessToken,
  SmtpAuthOptions,
  SmtpClientCertificate,
  SmtpDsnOptions,
  SmtpOAuth2Options,
  SmtpOptions,
  SmtpServiceAccount,
} from './providers/smtp/smtp.options.js';

export { MailBridgeError, isMailBridgeError } from './errors/mail-bridge.error.js';
export { ConfigurationError, isConfigurationError } from './errors/configuration.error.js';
export {
  ProviderNotFoundError,
  isProviderNotFoundError,
} from './errors/provider-not-found.error.js';
export {
  AttachmentError,
  InvalidMessageError,
  UnsupportedFeatureError,
  isAttachmentError,
  isInvalidMessageError,
  isUnsupportedFeatureError,
} from './errors/message.errors.js';
export type { Problem } from './errors/problem.js';
export { EmailSendError, isEmailSendError } from './delivery/email-send.error.js';
export { BulkSourceError, isBulkSourceError } from './bulk/bulk-source.error.js';
