import { readFileSync } from 'node:fs';
import { registerAs } from '@nestjs/config';
import { ConfigurationError } from '../errors/configuration.error.js';
import type { Problem } from '../errors/problem.js';
import { parseAddress } from '../message/address.js';
import { LONGEST_WAIT_MS } from '../delivery/retry-policy.js';
import { TLS_MODES, isClientName } from '../providers/smtp/read-smtp-server.js';
import { LONGEST_TIMEOUT_MS } from './defaults.js';
import type { MailBridgeOptions } from './mail-bridge-options.js';

/** Reads environment variables; an empty one counts as unset. */
class Environment {
  readonly problems: Problem[] = [];

  constructor(private readonly variables: NodeJS.ProcessEnv) {}

  text(name: string): string | undefined {
    const value = this.verbatim(name)?.trim();
    return value === '' ? undefined : value;
  }

  /** As it is, spaces and all: a password. */
  verbatim(name: string): string | undefined {
    const value = this.variables[name];
    return value?.trim() === '' ? undefined : value;
  }

  /** One mailbox, by the rule for all addresses. */
  address(name: string): string | undefined {
    const value = this.text(name);
    if (value === undefined) return undefined;
    const parsed = parseAddress(value);
    return 'problem' in parsed ? this.problem(name, parsed.problem) : value;
  }

  /** Whether any of the variables is set. */
  any(...names: string[]): boolean {
    return names.some((name) => this.text(name) !== undefined);
  }

  integer(name: string, min: number, max: number): number | undefined {
    const value = this.text(name);
    if (value === undefined) return undefined;
    const number = /^\d{1,15}$/.test(value) ? Number(value) : Number.NaN;
    if (number >= min && number <= max) return number;
    return this.problem(name, `must be a whole number from ${min} to ${max}`);
  }

  /** So many a second. */
  rate(name: string): number | undefined {
    const value = this.text(name);
    if (value === undefined) return undefined;
    if (/^\d{1,9}(?:\.\d{1,6})?$/.test(value) && Number(value) > 0) return Number(value);
    return this.problem(name, 'must be a number above 0');
  }

  boolean(name: string): boolean | undefined {
    const value = this.text(name)?.toLowerCase();
    if (value === undefined) return undefined;
    if (['true', '1', 'yes'].includes(value)) return true;
    if (['false', '0', 'no'].includes(value)) return false;
    return this.problem(name, 'must be true or false');
  }

  oneOf<T extends string>(name: string, values: readonly T[]): T | undefined {
    const value = this.text(name);
    const known = values.find((each) => each === value?.toLowerCase());
    if (value === undefined || known !== undefined) return known;
    return this.problem(name, `must be one of ${values.join(', ')}`);
  }

  problem(name: string, message: string): undefined {
    this.problems.push({ path: name, message });
    return undefined;
  }
}

/**
 * The options as environment variables, for
 * `MailBridgeModule.forRootAsync(mailBridgeConfig.asProvider())`. See the README for the variables.
 * It throws a `ConfigurationError` that names every variable that is wrong.
 */
export const mailBridgeConfig = registerAs('mailBridge', () => optionsFromEnvironment(process.env));

/**
 * The environment, completed by options in code, for `MailBridgeModule.forRootAsync(fromEnvironment({ … }))`:
 * providers of your own, interceptors, observers and whatever no variable can hold go together with
 * `MAIL_PROVIDER`. Options in code win: plain objects are merged key by key, everything else (a list, a
 * class, a function) replaces what the environment says; what is `undefined` does not win. The variables
 * are read when the module is made, so after those of `ConfigModule.forRoot()` and an `.env` file.
 * The factory throws a `ConfigurationError` that names every variable that is wrong.
 */
export function fromEnvironment(options: MailBridgeOptions = {}): {
  useFactory: () => MailBridgeOptions;
} {
  return {
    useFactory: () => {
      const fromVariables = optionsFromEnvironment(process.env, options.provider);
      return merged(fromVariables, options) as MailBridgeOptions;
    },
  };
}

/** Neither of the two is changed. */
function merged(environment: unknown, code: unknown): unknown {
  if (code === undefined) return environment;
  if (!isPlainObject(environment) || !isPlainObject(code)) return code;
  const result: Record<string, unknown> = { ...environment };
  for (const [key, value] of Object.entries(code)) result[key] = merged(result[key], value);
  return result;
}

function isPlainObject(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype;
}

/**
 * The options that the variables stand for.
 *
 * @param provider a provider or route that is set in code, in place of `MAIL_PROVIDER`
 * @throws ConfigurationError
 */
export function optionsFromEnvironment(
  variables: NodeJS.ProcessEnv,
  provider?: MailBridgeOptions['provider'],
): MailBridgeOptions {
  const env = new Environment(variables);
  const route = provider === undefined ? readRoute(env) : [provider].flat();
  const options: MailBridgeOptions = {
    provider: route.length === 1 ? route[0] : route,
    defaults: { from: env.address('MAIL_FROM'), replyTo: env.address('MAIL_REPLY_TO') },
    providers: readProviders(env, route),
    bulk: { concurrency: env.integer('MAIL_CONCURRENCY', 1, 10_000) },
    retry: { attempts: env.integer('MAIL_RETRY_ATTEMPTS', 1, 100) },
    maxWaitMs: env.integer('MAIL_MAX_WAIT_MS', 0, LONGEST_WAIT_MS),
    timeoutMs: env.integer('MAIL_TIMEOUT_MS', 1, LONGEST_TIMEOUT_MS),
  };
  if (env.problems.length > 0) throw new ConfigurationError(env.problems);
  return options;
}

function readRoute(env: Environment): string[] {
  const names = (env.text('MAIL_PROVIDER') ?? 'smtp').split(',').map((name) => name.trim());
  if (names.includes('') || new Set(names).size < names.length) {
    env.problem('MAIL_PROVIDER', 'must be a provider, or a comma list of different ones');
  }
  return names;
}

/** How the options of each provider are read. */
const READERS: Readonly<Record<string, (env: Environment) => object>> = {
  smtp: readSmtp,
  sendgrid: (env) => ({ apiKey: readKey(env, 'SENDGRID_API_KEY') }),
  postmark: (env) => ({ serverToken: readKey(env, 'POSTMARK_SERVER_TOKEN') }),
  mailgun: readMailgun,
  brevo: (env) => ({ apiKey: readKey(env, 'BREVO_API_KEY') }),
  ses: (env) => ({ region: env.text('AWS_REGION') }),
};

/** The providers that `MAIL_API_KEY` can be for. */
const WITH_KEY: ReadonlySet<string> = new Set(['sendgrid', 'postmark', 'mailgun', 'brevo']);

/** Only those of the route are read. */
function readProviders(env: Environment, route: readonly string[]): Record<string, object> {
  if (env.any('MAIL_API_KEY') && route.filter((name) => WITH_KEY.has(name)).length > 1) {
    const why = 'cannot tell which provider it is for: set the variable of each provider instead';
    env.problem('MAIL_API_KEY', why);
  }
  const rateLimit = env.rate('MAIL_RATE_LIMIT');
  const entries = route.map((name) => {
    const own = Object.hasOwn(READERS, name) ? READERS[name]?.(env) : {};
    return [name, { ...own, ...(rateLimit !== undefined && { rateLimit }) }];
  });
  return Object.fromEntries(entries) as Record<string, object>;
}

/** The key of an API provider; `MAIL_API_KEY` stands in for a variable of its own. */
function readKey(env: Environment, name: string): string | undefined {
  return env.text(name) ?? env.text('MAIL_API_KEY');
}

function readMailgun(env: Environment) {
  return {
    apiKey: readKey(env, 'MAILGUN_API_KEY'),
    domain: env.text('MAILGUN_DOMAIN'),
    region: env.text('MAILGUN_REGION'),
  };
}

function readSmtp(env: Environment) {
  const url = env.text('SMTP_URL');
  if (url !== undefined) {
    for (const name of ['SMTP_HOST', 'SMTP_PORT', 'SMTP_USER', 'SMTP_PASSWORD', 'SMTP_SECURE']) {
      if (env.any(name)) env.problem(name, 'cannot stand beside SMTP_URL; unset one of them');
    }
    return { url, ...readSmtpSecurity(env) };
  }
  const [user, pass] = [env.text('SMTP_USER'), env.verbatim('SMTP_PASSWORD')];
  if ((user === undefined) !== (pass === undefined)) {
    env.problem(
      user === undefined ? 'SMTP_USER' : 'SMTP_PASSWORD',
      'is missing: SMTP_USER and SMTP_PASSWORD go together',
    );
  }
  return {
    host: env.text('SMTP_HOST'),
    port: env.integer('SMTP_PORT', 1, 65_535),
    secure: env.boolean('SMTP_SECURE'),
    auth: user !== undefined && pass !== undefined ? { user, pass } : undefined,
    ...readSmtpSecurity(env),
  };
}

/** What stands beside SMTP_URL as well as beside SMTP_HOST. */
function readSmtpSecurity(env: Environment) {
  return {
    tls: env.oneOf('SMTP_TLS', TLS_MODES),
    ca: readCertificates(env, 'SMTP_CA'),
    rejectUnauthorized: env.boolean('SMTP_REJECT_UNAUTHORIZED'),
    name: readName(env, 'SMTP_NAME'),
  };
}

function readName(env: Environment, variable: string): string | undefined {
  const name = env.text(variable);
  if (name === undefined || isClientName(name)) return name;
  return env.problem(variable, 'must be a host name, or an address in brackets');
}

const PEM = '-----BEGIN CERTIFICATE-----';

/** Certificates in PEM form, also with `\n` for its line breaks, or the path of a file with them. */
function readCertificates(env: Environment, name: string): string | undefined {
  const value = env.text(name);
  if (value === undefined) return undefined;
  if (value.includes(PEM)) return value.replaceAll('\\n', '\n');
  try {
    const text = readFileSync(value, 'utf8');
    return text.includes(PEM)
      ? text
      : env.problem(name, 'names a file without certificates in PEM form');
  } catch {
    return env.problem(
      name,
      'must be certificates in PEM form, or the path of a file that can be read',
    );
  }
}
