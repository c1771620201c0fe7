import { execFileSync } from 'node:child_process';
import { chownSync, copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DOORS, SMALL_MESSAGE_BYTES, type Door, type Ports } from './mail-server.js';

const NOBODY = 65_534;

/** Writes what a Postfix needs to run in a folder of its own, for these ports. */
export function writePostfixFiles(folder: string, ports: Ports): void {
  for (const name of ['queue', 'data', 'mail']) mkdirSync(join(folder, name));
  chownSync(join(folder, 'data'), Number(execFileSync('id', ['-u', 'postfix'])), -1);
  chownSync(join(folder, 'mail'), NOBODY, NOBODY);
  for (const name of ['cert.pem', 'key.pem']) {
    copyFileSync(`test/fixtures/tls/localhost.${name}`, join(folder, name));
  }
  writeFileSync(join(folder, 'main.cf'), mainConfiguration(folder));
  writeFileSync(join(folder, 'master.cf'), masterConfiguration(ports));
}

const mainConfiguration = (folder: string): string => `
compatibility_level = 3.6
queue_directory = ${folder}/queue
data_directory = ${folder}/data
maillog_file = ${folder}/maillog
maillog_file_prefixes = ${folder}
myhostname = postfix.example
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
smtpd_peername_lookup = no

# Nobody is trusted, not even on loopback, which Postfix exempts from its limits by default.
mynetworks =
local_header_rewrite_clients =
smtpd_client_event_limit_exceptions =
smtpd_relay_restrictions = reject_unauth_destination
message_size_limit = 30000000

smtpd_tls_security_level = may
smtpd_tls_cert_file = ${folder}/cert.pem
smtpd_tls_key_file = ${folder}/key.pem

mydestination =
alias_maps =
local_recipient_maps =
default_transport = discard
relay_transport = discard
virtual_mailbox_domains = example.org
virtual_mailbox_base = ${folder}/mail
virtual_mailbox_maps = regexp:{{!/^nobody-/ all/}}
virtual_mailbox_limit = 0
virtual_minimum_uid = 100
virtual_uid_maps = static:${NOBODY}
virtual_gid_maps = static:${NOBODY}
`;

const REFUSED_CLIENT = '-o smtpd_client_restrictions=check_client_access,static:REJECT';
const REFUSED_HELO = '-o smtpd_helo_restrictions=check_helo_access,static:REJECT';
const REFUSED_SENDER = '-o smtpd_sender_restrictions=check_sender_access,static:REJECT';
/** Postfix keeps refusals for RCPT unless it is told not to. */
const AT_ONCE = '-o smtpd_delay_reject=no';

/** What each door has besides the settings of all. */
const SETTINGS: Readonly<Record<Door, string>> = {
  open: '',
  'three-connections': '-o smtpd_client_connection_count_limit=3',
  'small-messages': `-o message_size_limit=${SMALL_MESSAGE_BYTES}`,
  'refused-client': REFUSED_CLIENT,
  'refused-helo': REFUSED_HELO,
  'refused-sender': REFUSED_SENDER,
  'refused-client-at-once': `${REFUSED_CLIENT} ${AT_ONCE}`,
  'refused-helo-at-once': `${REFUSED_HELO} ${AT_ONCE}`,
  'refused-sender-at-once': `${REFUSED_SENDER} ${AT_ONCE}`,
};

function masterConfiguration(ports: Ports): string {
  const doors = DOORS.map(
    (door) => `127.0.0.1:${ports[door]} inet n - n - - smtpd ${SETTINGS[door]}`,
  );
  return `${doors.join('\n')}\n${SERVICES}`;
}

/** The services that Postfix needs besides, as its own master.cf has them. */
const SERVICES = `
pickup    unix  n - n 60    1 pickup
cleanup   unix  n - n -     0 cleanup
qmgr      unix  n - n 300   1 qmgr
tlsmgr    unix  - - n 1000? 1 tlsmgr
rewrite   unix  - - n -     - trivial-rewrite
bounce    unix  - - n -     0 bounce
defer     unix  - - n -     0 bounce
trace     unix  - - n -     0 bounce
verify    unix  - - n -     1 verify
proxymap  unix  - - n -     - proxymap
anvil     unix  - - n -     1 anvil
scache    unix  - - n -     1 scache
virtual   unix  - n n -     - virtual
error     unix  - - n -     - error
retry     unix  - - n -     - error
discard   unix  - - n -     - discard
postlog   unix-dgram n - n - 1 postlogd
`;
