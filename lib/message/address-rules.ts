import { joinPath } from '../errors/problem.js';
import { parseAddress, parseBareAddress, type ParsedAddress } from './address.js';
import { mailboxesOnce } from './envelope.js';
import type { MailAddress } from './mail-address.js';
import { remembered } from './remembered.js';
import type { Report, Rule } from './rule.js';

// Far above any limit of a provider; keeps an array that only claims to be long from being walked.
const MAX_ENTRIES = 100_000;

/** One mailbox: from. */
export const oneAddress: Rule<MailAddress> = (value, path, report) => {
  if (Array.isArray(value)) return report(path, 'must be one address, not a list');
  return readAddress(value, path, report, senderOf);
};

/** The messages of an application have few senders. What is given is shared, so nobody may change it. */
const rememberedSender = remembered((text): ParsedAddress => {
  const parsed = parseAddress(text);
  return 'problem' in parsed ? parsed : { address: Object.freeze(parsed.address) };
});

function senderOf(input: unknown): ParsedAddress {
  return typeof input === 'string' ? rememberedSender(input) : parseAddress(input);
}

/** One mailbox or a list of them: to, cc, bcc and replyTo. An empty list is none. */
export const addressList: Rule<readonly MailAddress[]> = (value, path, report) => {
  if (!Array.isArray(value)) {
    const address = readAddress(value, path, report);
    return address && [address];
  }
  const { length } = value;
  if (length > MAX_ENTRIES) return report(path, `must not have more than ${MAX_ENTRIES} entries`);
  const addresses: MailAddress[] = [];
  for (let index = 0; index < length; index++) {
    const address = readAddress(value[index], joinPath(path, index), report);
    if (address !== undefined) addresses.push(address);
  }
  return addresses.length === 0 ? undefined : addresses;
};

/** The same with each mailbox once: replyTo. A recipient is once in the envelope, headers are as written. */
export const mailboxList: Rule<readonly MailAddress[]> = (value, path, report) => {
  const addresses = addressList(value, path, report);
  return addresses && mailboxesOnce(addresses);
};

/** An address without a name: returnPath. */
export const bareAddress: Rule<string> = (value, path, report) => {
  const parsed = parseBareAddress(value);
  return 'problem' in parsed ? report(path, parsed.problem) : parsed.address.address;
};

function readAddress(
  value: unknown,
  path: string,
  report: Report,
  parse = parseAddress,
): MailAddress | undefined {
  const parsed = parse(value);
  return 'problem' in parsed ? report(path, parsed.problem) : parsed.address;
}
