import type { Submission } from '../../../lib/contract/submission.js';
import { FAULT_ROWS, type FaultRow } from '../../fixtures/smtp-fault-rows.js';
import { SmtpScriptPeer, both, type Script } from '../../fixtures/smtp-script-peer.js';
import { outgoingEmail } from '../../fixtures/outgoing-email.js';
import { smtpProvider } from '../../fixtures/smtp-provider.js';

const SHORT = { connectMs: 250, handOverMs: 250, answerMs: 250 };
const WITHOUT_PIPELINING = (extension: string) => extension !== 'PIPELINING';

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
}

describe.each<Mode>([
  { pipelining: true, reused: false },
  { pipelining: false, reused: false },
  { pipelining: true, reused: true },
  { pipelining: false, reused: true },
])('An outcome is the truth (pipelining: $pipelining, kept connection: $reused)', (mode) => {
  const rows = FAULT_ROWS.filter((row) => !mode.reused || row.reused !== false);

  it.each(rows)('$name', async (row) => {
    const controller = new AbortController();
    const peer = await startPeer(row, mode, controller);
    const provider = smtpProvider({
      host: '127.0.0.1',
      port: peer.port,
      ...row.options,
      ...(row.stalls && { timeouts: SHORT }),
    });
    try {
      if (mode.reused) await provider.send(outgoingEmail(), live());
      const earlier = peer.messages.length;
      if (row.abort === 'before') controller.abort();
      const submission = await provider.send(outgoingEmail(row.email), {
        signal: controller.signal,
        attempt: 1,
      });
      await provider.close();
      verdicts.push({ row, submission, peer, earlier });
      const outcome = (mode.reused && row.reused) || row.outcome;
      expect(submission).toMatchObject({
        outcome,
        ...(row.failure && outcome === row.outcome && { failure: row.failure }),
      });
    } finally {
      await peer.close();
    }
  });
});

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

const live = () => ({ signal: new AbortController().signal, attempt: 1 });

function startPeer(
  row: FaultRow,
  mode: Mode,
  controller: AbortController,
): Promise<SmtpScriptPeer> {
  const script = scriptOf(row, controller);
  const extensions = row.extensions ?? ['PIPELINING', '8BITMIME', 'SIZE 50000000'];
  return SmtpScriptPeer.start({
    extensions: mode.pipelining ? extensions : extensions.filter(WITHOUT_PIPELINING),
    ...(row.implicitTls && { implicitTls: true }),
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

/** What the peer knows: whether it took the message, refused it, or left it open. */
function truth({ peer, earlier }: Verdict): 'taken' | 'open' | 'not taken' {
  const message = peer.messages[earlier];
  if (message === undefined || message.to.length === 0) return 'not taken';
  if (/^[45]\d\d /.test(message.answer)) return 'not taken';
  return message.answer.startsWith('2') ? 'taken' : 'open';
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
