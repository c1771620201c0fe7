import { OptionReader, type ReportProblem } from '../../contract/option-reader.js';
import type { SmtpDsn } from '../../transport/smtp/smtp-result.js';

const NOTIFY = { never: 'NEVER', success: 'SUCCESS', failure: 'FAILURE', delay: 'DELAY' } as const;
const RETURN = { headers: 'HDRS', full: 'FULL' } as const;

/** Reads the `dsn` among the options of the provider, or among those of a message. */
export function readDsn(reader: OptionReader): SmtpDsn | undefined {
  const dsn = reader.nested('dsn');
  if (dsn === undefined) return undefined;
  const notify = readNotify(dsn);
  const ret = dsn.oneOf('return', ['headers', 'full']);
  const envid = dsn.string('envid');
  if (envid !== undefined && !/^[!-~]{1,100}$/.test(envid)) {
    dsn.problem('envid', 'must be at most 100 printable ASCII characters, without spaces');
  }
  dsn.finish();
  return {
    ...(notify !== undefined && { notify }),
    ...(ret !== undefined && { ret: RETURN[ret] }),
    ...(envid !== undefined && { envid }),
  };
}

/** What a message asks of this provider alone: `providerOptions.smtp`, of which there is only `dsn`. */
export function readMessageDsn(
  options: Readonly<Record<string, unknown>> | undefined,
  report: ReportProblem,
): SmtpDsn | undefined {
  const reader = new OptionReader(options, 'providerOptions.smtp', report);
  const dsn = readDsn(reader);
  reader.finish();
  return dsn;
}

function readNotify(dsn: OptionReader): SmtpDsn['notify'] {
  const value = dsn.raw('notify');
  if (value === undefined) return undefined;
  if (value === 'never') return [NOTIFY.never];
  const list: readonly unknown[] = Array.isArray(value) ? value : [];
  const events = list.map((each) => (isEvent(each) ? NOTIFY[each] : undefined));
  const known = events.filter((each) => each !== undefined);
  if (known.length > 0 && known.length === events.length) return [...new Set(known)];
  return dsn.problem('notify', `must be 'never' or a list of 'success', 'failure', 'delay'`);
}

function isEvent(value: unknown): value is 'success' | 'failure' | 'delay' {
  return value === 'success' || value === 'failure' || value === 'delay';
}
