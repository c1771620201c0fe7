import { execFileSync } from 'node:child_process';
import { chownSync, copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SMALL_MESSAGE_BYTES, type Door, type Ports } from './mail-server.js';

/** The user that Debian's Exim is built for. */
export const EXIM_USER = 'Debian-exim';

/** Writes what an Exim needs to run in a folder of its own, for these ports. */
export function writeEximFiles(folder: string, program: string, ports: Ports): void {
  const owner = Number(execFileSync('id', ['-u', EXIM_USER]));
  for (const name of ['spool', 'log', 'mail']) {
    mkdirSync(join(folder, name));
    chownSync(join(folder, name), owner, -1);
  }
  for (const name of ['cert.pem', 'key.pem']) {
    copyFileSync(`test/fixtures/tls/localhost.${name}`, join(folder, name));
    chownSync(join(folder, name), owner, -1);
  }
  writeFileSync(join(folder, 'exim.conf'), configuration(folder, program, ports));
}

function configuration(folder: string, program: string, ports: Ports): string {
  const at = (door: Door) => `eq {$received_port}{${ports[door]}}`;
  return `
exim_path = ${program}
primary_hostname = exim.example
spool_directory = ${folder}/spool
log_file_path = ${folder}/log/%slog
pid_file_path = ${folder}/exim.pid
local_interfaces = 127.0.0.1
daemon_smtp_ports = ${Object.values(ports).join(' : ')}
daemon_startup_sleep = 1s
keep_environment =
host_lookup =

smtp_accept_max = 100
# Else what a connection brings beyond ten messages waits for the next look through the queue.
smtp_accept_queue_per_connection = 0
smtp_accept_max_per_host = \${if ${at('three-connections')}{3}{0}}
message_size_limit = \${if ${at('small-messages')}{${SMALL_MESSAGE_BYTES}}{30000000}}

tls_advertise_hosts = *
tls_certificate = ${folder}/cert.pem
tls_privatekey = ${folder}/key.pem

acl_smtp_connect = check_client
acl_smtp_helo = check_helo
acl_smtp_mail = check_sender
acl_smtp_rcpt = check_recipient
deliver_drop_privilege = true

begin acl

check_client:
  deny condition = \${if ${at('refused-client-at-once')}}
  accept

check_helo:
  deny condition = \${if or{{${at('refused-helo')}}{${at('refused-helo-at-once')}}}}
  accept

check_sender:
  deny condition = \${if ${at('refused-sender-at-once')}}
  accept

check_recipient:
  # In the words of the configuration that comes with Exim.
  deny condition = \${if ${at('refused-client')}}
       message = rejected because $sender_host_address is in a black list at lists.example
  deny condition = \${if ${at('refused-sender')}}
       !verify = sender
  require domains = example.org
          message = relay not permitted
  deny local_parts = ^nobody-
       message = no such user
  accept

begin routers

all:
  driver = accept
  domains = example.org
  transport = maildir

begin transports

maildir:
  driver = appendfile
  directory = ${folder}/mail
  maildir_format
  envelope_to_add
  user = ${EXIM_USER}

begin retry

*  *  F,1h,1s
`;
}
