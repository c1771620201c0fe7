/** What a chaos run sends by. */
export interface ChaosCase {
  /** The provider, or the providers of a route. */
  readonly route: readonly [string, ...string[]];
  /** Whether the connections to the first provider are secured. @default false */
  readonly isSecure?: boolean;
  /** Whether Brevo's calls have idempotency keys. @default false */
  readonly hasKeys?: boolean;
  /** Whether nothing goes wrong: then everything must be accepted. @default false */
  readonly isCalm?: boolean;
}

/** Every case by its name: each provider, TLS, idempotency keys, and routes. */
export const CASES: Readonly<Record<string, ChaosCase>> = {
  smtp: { route: ['smtp'] },
  'smtp-tls': { route: ['smtp'], isSecure: true },
  'smtp-tls-calm': { route: ['smtp'], isSecure: true, isCalm: true },
  sendgrid: { route: ['sendgrid'] },
  postmark: { route: ['postmark'] },
  'postmark-tls': { route: ['postmark'], isSecure: true },
  mailgun: { route: ['mailgun'] },
  brevo: { route: ['brevo'] },
  'brevo-keys': { route: ['brevo'], hasKeys: true },
  ses: { route: ['ses'] },
  // The second is busy most of the time: what was in doubt at the first is often refused there.
  route: { route: ['sendgrid', 'smtp'] },
  'route-keys': { route: ['brevo', 'postmark'], hasKeys: true },
};

/** @throws Error that names those that there are */
export function caseOf(name: string): ChaosCase {
  const known = CASES[name];
  if (known !== undefined) return known;
  throw new Error(`no case '${name}': there are ${Object.keys(CASES).join(', ')}`);
}
