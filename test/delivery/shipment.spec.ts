import fc from 'fast-check';
import {
  accepted,
  rejected,
  unknown,
  unsent,
  type Submission,
} from '../../lib/contract/submission.js';
import { Shipment } from '../../lib/delivery/shipment.js';
import type { Parcel } from '../../lib/delivery/parcel.js';
import { outgoingEmail } from '../fixtures/outgoing-email.js';

const email = outgoingEmail();
const LOST = unknown({ code: 'LOST', message: 'lost' });
const LATER = unsent({ code: '450', message: 'later' });
const NEVER = rejected({ code: '550', message: 'never' });

/** What is known of a message after these answers of one provider. */
function after(...submissions: Submission[]) {
  const shipment = new Shipment({ email } as Parcel, true);
  for (const each of submissions) shipment.record(email, each, { provider: 'a', durationMs: 1 });
  return shipment;
}

describe('What may have been taken stays in doubt', () => {
  it.each([
    ['refused for now', LATER],
    ['refused for good', NEVER],
  ])('when it is sent again and %s', (_, answer) => {
    expect(after(LOST, answer).verdict).toEqual({
      provider: 'a',
      submission: LOST,
    });
  });

  it('also with the next provider, and names the one that may have it', () => {
    const shipment = after(LOST);
    shipment.record(email, LATER, { provider: 'b', durationMs: 1 });
    expect(shipment.verdict).toEqual({ provider: 'a', submission: LOST });
  });

  it('until it is accepted', () => {
    expect(after(LOST, accepted('m-1')).verdict?.submission).toEqual(accepted('m-1'));
  });

  it('for the recipients that the acceptance was not for, except those who were refused before', () => {
    const failure = (NEVER as Submission & { outcome: 'rejected' }).failure;
    const doubted = {
      ...LOST,
      recipients: [
        { address: 'b@example.com', outcome: 'unknown' },
        { address: 'c@example.com', outcome: 'rejected', failure },
      ],
    } as Submission;
    const answer = accepted('m-1', [
      { address: 'a@example.com', outcome: 'accepted' },
      { address: 'b@example.com', outcome: 'rejected', failure },
      { address: 'c@example.com', outcome: 'rejected', failure },
    ]);
    const outcomes = (shipment: Shipment) =>
      shipment.verdict?.submission.recipients?.map(({ outcome }) => outcome);
    expect(outcomes(after(LOST, answer))).toEqual(['accepted', 'unknown', 'unknown']);
    expect(outcomes(after(doubted, answer))).toEqual(['accepted', 'unknown', 'rejected']);
  });

  it('though what the last answer was decides what is tried next', () => {
    expect(after(LOST, NEVER).mayTryAgain).toBe(false);
    expect(after(LOST, NEVER).mayMoveOn).toBe(false);
    expect(after(LOST, LATER).mayTryAgain).toBe(true);
  });

  it('and nothing is in doubt that surely was not taken', () => {
    expect(after(LATER, NEVER).verdict?.submission).toEqual(NEVER);
    expect(after().verdict).toBeUndefined();
  });

  it('whatever else is said of it: it is open or accepted, but never again surely not taken', () => {
    const said = fc.record({
      submission: fc.constantFrom(LOST, LATER, NEVER, accepted('m-1'), accepted()),
      provider: fc.constantFrom('a', 'b'),
    });
    fc.assert(
      fc.property(fc.array(said, { minLength: 1, maxLength: 6 }), fc.boolean(), (all, resends) => {
        const shipment = new Shipment({ email } as Parcel, resends);
        for (const { submission, provider } of all) {
          shipment.record(email, submission, { provider, durationMs: 1 });
        }
        const last = all.at(-1)!.submission.outcome;
        const isInDoubt = all.some(({ submission }) => submission.outcome === 'unknown');
        const outcome = isInDoubt && last !== 'accepted' ? 'unknown' : last;
        expect(shipment.verdict?.submission.outcome).toBe(outcome);
        expect(shipment.attempts.map((attempt) => attempt.outcome)).toEqual(
          all.map(({ submission }) => submission.outcome),
        );
      }),
    );
  });
});
