import { isIP } from 'node:net';

/** Whom a URL names, as far as a connection has to know. */
export interface Peer {
  /** One text for each peer. */
  readonly origin: string;
  readonly isSecure: boolean;
  /** Its name or address, without the brackets that IPv6 has in a URL. */
  readonly host: string;
  readonly port: number;
  /** The name that its certificate is asked for; an address has none. */
  readonly serverName: string;
}

/** A URL as a request needs it. */
export interface Target {
  readonly peer: Peer;
  /** Value of the `host` header. */
  readonly authority: string;
  /** With the query. */
  readonly path: string;
}

/** Reads the URL of a request. @throws TypeError for what is none */
export function targetOf(url: string): Target {
  const { protocol, hostname, host: authority, port, pathname, search, origin } = new URL(url);
  const isSecure = protocol === 'https:';
  const host = hostname.replace(/^\[(.*)\]$/, '$1');
  const peer = {
    origin,
    isSecure,
    host,
    port: port === '' ? (isSecure ? 443 : 80) : Number(port),
    serverName: isIP(host) === 0 ? host : '',
  };
  return { peer, authority, path: `${pathname}${search}` };
}
