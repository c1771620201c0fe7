import { Readable } from 'node:stream';
import type { Outcome } from '../../../lib/contract/outcome.js';
import type { Submission } from '../../../lib/contract/submission.js';
import type { OutgoingEmail } from '../../../lib/message/outgoing-email.js';
import { FAULT_ROWS, type FaultRow } from '../../fixtures/smtp-fault-rows.js';
import {
  SmtpScriptPeer,
  TEST_CERTIFICATE,
  both,
  type Script,
} from '../../fixtures/smtp-script-peer.js';
import { outgoingEmail } from '../../fixtures/outgoing-email.js';
import { smtpProvider } from '../../fixtures/smtp-provider.js';
import { smtpTimeouts } from '../../fixtures/smtp-pool.js';

const SHORT = smtpTimeouts(250);
const WITHOUT_PIPELINING = (extension: string) => extension !== 'PIPELINING';

/** The size of what is streamed is not known before it has been read. */
const NEEDS_SIZE = FAULT_ROWS.find(({ name }) => name === 'larger than SIZE, refused here');

interface Verdict {
  readonly row: FaultRow;
  readonly submission: Submission;
  readonly peer: SmtpScriptPeer;
  /** Messages that were there before the one in question. */
  readonly earlier: number;
}

const verdicts: Verdict[] = [];

interface Mode {
  readonly pipelining: boolean;
  readonly reused: boolean;
  /** Whether the content comes from a stream; else it is held in memory. */
  readonly streamed: boolean;
  /** How the connection is secured, for the rows where nothing else is told. @default plain text */
  readonly tls?: 'STARTTLS' | 'from the first byte';
}

describe.each<Mode>([
  { pipelining: true, reused: false, streamed: false },
  { pipelining: false, reused: false, streamed: false },
  { pipelining: true, reused: true, streamed: false },
  { pipelining: false, reused: true, streamed: false },
  { pipelining: true, reused: false, streamed: true },
  { pipelining: false, reused: true, streamed: true },
  { pipelining: true, reused: false, streamed: true, tls: 'STARTTLS' },
  { pipelining: false, reused: true, streamed: true, tls: 'from the first byte' },
  { pipelining: true, reused: true, streamed: false, tls: 'STARTTLS' },
])(
  'An outcome is the truth (pipelining: $pipelining, kept connection: $reused, streamed: $streamed, TLS: $tls)',
  (mode) => {
    const rows = FAULT_ROWS.filter((row) => {
      if (mode.tls !== undefined && (row.options !== undefined || row.reused === false))
        return false;
      return (!mode.reused || row.reused !== false) && (!mode.streamed || row !== NEEDS_SIZE);
    });

    it.each(rows)('$name', async (row) => {
      const controller = new AbortController();
      const peer = await startPeer(row, mode, controller);
      const provider = smtpProvider({
        host: '127.0.0.1',
        port: peer.port,
        ...securedBy(mode),
        ...row.options,
        ...(row.stalls && { timeouts: SHORT }),
      });
      try {
        if (mode.reused) await provider.send(outgoingEmail(), live());
        const earlier = peer.messages.length;
        if (row.abort === 'before') controller.abort();
        const email = outgoingEmail(row.email);
        const submission = await provider.send(mode.streamed ? asStream(email) : email, {
          signal: controller.signal,
          attempt: 1,
        });
        await provider.close();
        verdicts.push({ row, submission, peer, earlier });
        const outcome = expectedOutcome(row, mode);
        expect(submission).toMatchObject({
          outcome: mayBeKnown(row, mode) ? expect.stringMatching(/^(?:unknown|unsent)$/) : outcome,
          ...(row.failure && outcome === row.outcome && { failure: row.failure }),
        });
      } finally {
        await peer.close();
      }
    });
  },
);

describe('Over all of these faults', () => {
  it('no outcome claims what the server does not bear out', () => {
    expect(verdicts.length).toBeGreaterThan(200);
    expect(verdicts.filter(isUnsafe).map(({ row }) => row.name)).toEqual([]);
  });

  it('at most 5 % are called unknown where it can be known that the message was not taken', () => {
    const cautious = verdicts.filter(isOverCautious);
    expect(cautious.length / verdicts.length).toBeLessThanOrEqual(0.05);
  });
});

/** The same message with an attachment more, or the same attachments, read while they are sent. */
function asStream(email: OutgoingEmail): OutgoingEmail {
  const [first] = email.attachments;
  const content = Buffer.isBuffer(first?.content) ? first.content : Buffer.from('streamed');
  const slices = Array.from({ length: Math.ceil(content.length / 65_536) }, (_, i) =>
    content.subarray(i * 65_536, (i + 1) * 65_536),
  );
  const attachment = {
    filename: 'streamed.bin',
    content: () => Readable.from(slices, { objectMode: false }),
  };
  return { ...email, attachments: [attachment] };
}

function expectedOutcome(row: FaultRow, { reused }: Mode): Outcome {
  return (reused && row.reused) || row.outcome;
}

/** A stream may not have been at its end yet, and that is known; whether it was is up to the moment. */
function mayBeKnown({ name }: FaultRow, { streamed }: Mode): boolean {
  return streamed && /^mid-body (?:RST|FIN), small$/.test(name);
}

function securedBy({ tls }: Mode): object {
  if (tls === undefined) return {};
  return { host: 'localhost', ca: TEST_CERTIFICATE.cert, secure: tls !== 'STARTTLS' };
}

const live = () => ({ signal: new AbortController().signal, attempt: 1 });

function startPeer(
  row: FaultRow,
  mode: Mode,
  controller: AbortController,
): Promise<SmtpScriptPeer> {
  const script = scriptOf(row, controller);
  const standard = ['PIPELINING', '8BITMIME', 'SIZE 50000000'];
  const extensions = row.extensions ?? standard.concat(mode.tls === 'STARTTLS' ? mode.tls : []);
  return SmtpScriptPeer.start({
    extensions: mode.pipelining ? extensions : extensions.filter(WITHOUT_PIPELINING),
    ...((row.implicitTls || mode.tls === 'from the first byte') && { implicitTls: true }),
    script: (connection, message) => {
      if (!mode.reused) return script;
      return connection === 1 && message === 2 ? script : {};
    },
  });
}

function scriptOf({ script, abort }: FaultRow, controller: AbortController): Script {
  if (abort !== 'after the dot') return script;
  return { ...script, dot: both(() => controller.abort()) };
}

/** What the peer knows: whether it took the message, refused it each time, or left it open. */
function truth({ peer, earlier }: Verdict): 'taken' | 'open' | 'not taken' {
  const copies = peer.messages.slice(earlier).filter(({ to }) => to.length > 0);
  if (copies.some(({ answer }) => answer.startsWith('2'))) return 'taken';
  return copies.every(({ answer }) => /^[45]\d\d /.test(answer)) ? 'not taken' : 'open';
}

function isUnsafe(verdict: Verdict): boolean {
  const { outcome } = verdict.submission;
  if (outcome === 'unknown') return false;
  return outcome === 'accepted' ? truth(verdict) !== 'taken' : truth(verdict) !== 'not taken';
}

function isOverCautious(verdict: Verdict): boolean {
  const { row, submission } = verdict;
  return submission.outcome === 'unknown' && !row.ambiguous && truth(verdict) === 'not taken';
}
