import { isIP, type LookupFunction } from 'node:net';
import { peerError } from '../../errors/optional-peer.js';

/** What nodemailer finds. It does not declare `_addresses`: without them the one address would be tried alone. */
interface Resolved {
  readonly host?: string | null | undefined;
  readonly _addresses?: readonly string[];
}

/**
 * Finds the addresses of a server as nodemailer does: it asks the name servers, then the machine, and keeps
 * what it found for five minutes. One of them, picked at random, stands first.
 */
export async function resolverOf(timeoutMs: number): Promise<LookupFunction> {
  const { resolveHostname } = await loadShared();
  return (host, { all, family }, found) => {
    resolveHostname({ host, timeout: timeoutMs }, (error, result) => {
      const { host: first, _addresses: addresses = [] }: Resolved = result ?? {};
      const ordered = [first, ...addresses.filter((each) => each !== first)].filter(isAddress);
      const known = ordered
        .map((address) => ({ address, family: isIP(address) }))
        .filter((each) => each.family === (family === 4 || family === 6 ? family : each.family));
      const [one] = known;
      if (error !== null || one === undefined) found(error ?? new Error('No address'), '', 0);
      else if (all === true) found(null, known);
      else found(null, one.address, one.family);
    });
  };
}

/** Has the name looked up anew for the next connection: where the server is may have changed. */
export async function forgetAddress(host: string): Promise<void> {
  const { dnsCache } = await loadShared();
  dnsCache.delete(host);
}

/** @throws MissingPackageError */
async function loadShared(): Promise<typeof import('nodemailer/lib/shared')> {
  try {
    return await import('nodemailer/lib/shared');
  } catch (error) {
    throw peerError('nodemailer', error);
  }
}

function isAddress(text: string | null | undefined): text is string {
  return text !== undefined && text !== null && isIP(text) !== 0;
}
