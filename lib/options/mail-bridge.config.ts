import { registerAs } from '@nestjs/config';
import { ConfigurationError } from '../errors/configuration.error.js';
import type { Problem } from '../errors/problem.js';
import { parseAddress } from '../message/address.js';
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

  boolean(name: string): boolean | undefined {
    const value = this.text(name)?.toLowerCase();
    if (value === undefined) return undefined;
    if (['true', '1', 'yes'].includes(value)) return true;
    if (['false', '0', 'no'].includes(value)) return false;
    return this.problem(name, 'must be true or false');
  }

  problem(name: string, message: string): undefined {
    this.problems.push({ path: name, message });
    return undefined;
  }
}

const NOT_YET: Readonly<Record<string, string>> = {
  MAIL_RETRY_ATTEMPTS: 'retries are not part of this version; unset it',
  MAIL_RATE_LIMIT: 'rate limits are not part of this version; unset it',
};

/**
 * The options as environment variables, for
 * `MailBridgeModule.forRootAsync(mailBridgeConfig.asProvider())`. See the README for the variables.
 * It throws a `ConfigurationError` that names every variable that is wrong.
 */
export const mailBridgeConfig = registerAs('mailBridge', () => optionsFromEnvironment(process.env));

/** The options that the variables stand for. @throws ConfigurationError */
export function optionsFromEnvironment(variables: NodeJS.ProcessEnv): MailBridgeOptions {
  const env = new Environment(variables);
  for (const [name, message] of Object.entries(NOT_YET)) {
    if (env.any(name)) env.problem(name, message);
  }
  const provider = readProvider(env);
  const options: MailBridgeOptions = {
    provider,
    defaults: { from: env.address('MAIL_FROM'), replyTo: env.address('MAIL_REPLY_TO') },
    providers: readProviderOptions(env, provider),
    bulk: { concurrency: env.integer('MAIL_CONCURRENCY', 1, 10_000) },
    timeoutMs: env.integer('MAIL_TIMEOUT_MS', 1, LONGEST_TIMEOUT_MS),
  };
  if (env.problems.length > 0) throw new ConfigurationError(env.problems);
  return options;
}

function readProvider(env: Environment): string {
  const provider = env.text('MAIL_PROVIDER') ?? 'smtp';
  if (provider.includes(',')) {
    env.problem(
      'MAIL_PROVIDER',
      'must be one provider; a list of them is not part of this version',
    );
  }
  return provider;
}

/** How the options of each provider are read: only those of the provider that is configured. */
const READERS: Readonly<Record<string, (env: Environment) => object>> = {
  smtp: readSmtp,
  sendgrid: (env) => ({ apiKey: readKey(env, 'SENDGRID_API_KEY') }),
  postmark: (env) => ({ serverToken: readKey(env, 'POSTMARK_SERVER_TOKEN') }),
  mailgun: readMailgun,
  brevo: (env) => ({ apiKey: readKey(env, 'BREVO_API_KEY') }),
  ses: (env) => ({ region: env.text('AWS_REGION') }),
};

function readProviderOptions(env: Environment, provider: string): Record<string, object> {
  const read = Object.hasOwn(READERS, provider) ? READERS[provider] : undefined;
  return read === undefined ? {} : { [provider]: read(env) };
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
    return { url };
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
  };
}
