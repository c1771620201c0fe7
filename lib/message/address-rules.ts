import { joinPath } from '../errors/problem.js';
import { isSpecialAddress, parseAddress, parseBareAddress, type ParsedAddress } from './address.js';
import { mailboxesOnce } from './envelope.js';
import type { MailAddress } from './mail-address.js';
import { remembered } from './remembered.js';
import type { Report, Rule } from './rule.js';

// Far above any limit of a provider; keeps an array that only claims to be long from being walked.
const MAX_ENTRIES = 100_000;

/** The rules of the fields that hold addresses. */
export interface AddressRules {
  /** One mailbox: from. */
  readonly oneAddress: Rule<MailAddress>;
  /** One mailbox or a list of them: to, cc and bcc. An empty list is none. */
  readonly addressList: Rule<readonly MailAddress[]>;
  /** The same with each mailbox once: replyTo. A recipient is once in the envelope, headers are as written. */
  readonly mailboxList: Rule<readonly MailAddress[]>;
  /** An address without a name: returnPath. */
  readonly bareAddress: Rule<string>;
}

/** The messages of an application have few senders. What is given is shared, so nobody may change it. */
const rememberedSender = remembered((text): ParsedAddress => {
  const parsed = parseAddress(text);
  return 'problem' in parsed ? parsed : { address: Object.freeze(parsed.address) };
});

function senderOf(input: unknown): ParsedAddress {
  return typeof input === 'string' ? rememberedSender(input) : parseAddress(input);
}

/** @param accept the address as it is, or what is wrong with it in this place */
function addressRules(accept: (parsed: ParsedAddress) => ParsedAddress): AddressRules {
  const read = (parsed: ParsedAddress, path: string, report: Report): MailAddress | undefined => {
    const result = accept(parsed);
    return 'problem' in result ? report(path, result.problem) : result.address;
  };
  const addressList: Rule<readonly MailAddress[]> = (value, path, report) => {
    if (!Array.isArray(value)) {
      const address = read(parseAddress(value), path, report);
      return address && [address];
    }
    const { length } = value;
    if (length > MAX_ENTRIES) return report(path, `must not have more than ${MAX_ENTRIES} entries`);
    const addresses: MailAddress[] = [];
    for (let index = 0; index < length; index++) {
      const address = read(parseAddress(value[index]), joinPath(path, index), report);
      if (address !== undefined) addresses.push(address);
    }
    return addresses.length === 0 ? undefined : addresses;
  };
  return {
    addressList,
    oneAddress: (value, path, report) =>
      Array.isArray(value)
        ? report(path, 'must be one address, not a list')
        : read(senderOf(value), path, report),
    mailboxList: (value, path, report) => {
      const addresses = addressList(value, path, report);
      return addresses && mailboxesOnce(addresses);
    },
    bareAddress: (value, path, report) => read(parseBareAddress(value), path, report)?.address,
  };
}

/** What holds for the addresses of a message. */
export const { oneAddress, addressList, mailboxList, bareAddress } = addressRules(
  (parsed) => parsed,
);

/** What holds for the addresses of a request body besides: whoever writes it names no machine of ours. */
export const requestAddressRules = addressRules((parsed) =>
  'address' in parsed && isSpecialAddress(parsed.address.address)
    ? {
        problem:
          'must not come with a request: it has quotes before the @, or an IP address or localhost after it',
      }
    : parsed,
);
