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

describe('Where a message may go next', () => {
  const row = (address: string, submission: Submission) => ({ address, ...submission });
  const later = row('b@example.com', LATER);
  const PARTLY = accepted('m-1', [{ address: 'a@example.com', outcome: 'accepted' }, later]);
  const retryable = { code: 'X', message: 'x', retryable: true };
  const forGood = { ...retryable, retryable: false };

  it.each<[string, Submission | undefined, boolean, boolean, boolean]>([
    ['never tried', undefined, false, false, true],
    ['accepted', accepted(), true, false, false],
    ['accepted for some, others later', PARTLY, false, true, false],
    ['rejected', NEVER, true, false, false],
    ['rejected, whatever else it says', rejected(retryable), true, false, false],
    ['unsent', LATER, false, true, true],
    ['unsent for good', unsent(forGood), true, false, true],
    ['unknown', LOST, false, false, false],
    ['unknown, and to be sent again', LOST, true, true, true],
    ['unknown, whatever else it says', unknown(retryable), false, false, false],
  ])('%s', (_, submission, resends, mayTryAgain, mayMoveOn) => {
    const shipment = new Shipment({ email } as Parcel, resends);
    if (submission !== undefined) {
      shipment.record(email, submission, { provider: 'a', durationMs: 1 });
    }
    expect(shipment).toMatchObject({ mayTryAgain, mayMoveOn });
    expect(shipment.submission).toEqual(submission);
  });

  it('another attempt is only for those who were refused for now', () => {
    expect(after().again(email)).toBe(email);
    expect(after(LATER).again(email)).toBe(email);
    expect(after(PARTLY).again(email)).toEqual({ ...email, envelopeTo: ['b@example.com'] });
  });

  it('what such an attempt says of them is put together with what is known of the others', () => {
    const shipment = after(PARTLY);
    const again = shipment.again(email);
    shipment.record(again, NEVER, { provider: 'a', durationMs: 1 });
    expect(shipment.verdict).toEqual({
      provider: 'a',
      submission: {
        outcome: 'accepted',
        messageId: 'm-1',
        recipients: [
          { address: 'a@example.com', outcome: 'accepted' },
          row('b@example.com', NEVER),
        ],
      },
    });
  });

  it('but the word of another provider stands for itself', () => {
    const shipment = after(unsent(forGood));
    shipment.record({ ...email, envelopeTo: ['b@example.com'] }, NEVER, {
      provider: 'b',
      durationMs: 1,
    });
    expect(shipment.verdict).toEqual({ provider: 'b', submission: NEVER });
  });

  it('a first attempt has nobody to be put together with', () => {
    const shipment = new Shipment({ email } as Parcel, true);
    shipment.record({ ...email, envelopeTo: ['b@example.com'] }, accepted(), {
      provider: 'a',
      durationMs: 1,
    });
    expect(shipment.verdict).toEqual({ provider: 'a', submission: accepted() });
  });

  it('S22: nor does who was refused for good get another attempt', () => {
    const both = outgoingEmail({
      to: [
        { address: 'a@example.com' },
        { address: 'b@example.com' },
        { address: 'c@example.com' },
      ],
    });
    const shipment = new Shipment({ email: both } as Parcel, false);
    const cut = {
      ...LATER,
      recipients: [row('a@example.com', NEVER), row('b@example.com', LATER)],
    } as Submission;
    shipment.record(both, cut, { provider: 'a', durationMs: 1 });
    const again = shipment.again(both);
    expect(again.envelopeTo).toEqual(['b@example.com', 'c@example.com']);
    shipment.record(again, accepted('m-2'), { provider: 'a', durationMs: 1 });
    expect(shipment.verdict?.submission).toEqual({
      outcome: 'accepted',
      messageId: 'm-2',
      recipients: [
        row('a@example.com', NEVER),
        { address: 'b@example.com', outcome: 'accepted' },
        { address: 'c@example.com', outcome: 'accepted' },
      ],
    });
  });

  it('S22: nor does who may have it, also where the provider does not list them', () => {
    const both = outgoingEmail({
      to: [{ address: 'a@example.com' }, { address: 'b@example.com' }],
    });
    const shipment = new Shipment({ email: both } as Parcel, false);
    const doubt = { ...unknown(forGood), recipients: [row('b@example.com', LATER)] } as Submission;
    shipment.record(both, doubt, { provider: 'a', durationMs: 1 });
    expect(shipment.again(both).envelopeTo).toEqual(['b@example.com']);
  });

  it('who is not listed where the fate is unknown stays in doubt when another is accepted later', () => {
    const two = outgoingEmail({ to: [{ address: 'a@example.com' }, { address: 'b@example.com' }] });
    const shipment = new Shipment({ email: two } as Parcel, false);
    const partly = { ...LOST, recipients: [row('b@example.com', LATER)] } as Submission;
    shipment.record(two, partly, { provider: 'a', durationMs: 1 });
    const again = shipment.again(two);
    expect(again.envelopeTo).toEqual(['b@example.com']);
    shipment.record(again, accepted('m-2'), { provider: 'a', durationMs: 1 });
    expect(shipment.verdict?.submission.recipients).toEqual([
      { address: 'a@example.com', outcome: 'unknown', failure: expect.anything() },
      { address: 'b@example.com', outcome: 'accepted' },
    ]);
  });

  it('each attempt is listed, with the code of its failure', () => {
    expect(after(LATER, accepted('m-1')).attempts).toEqual([
      { provider: 'a', durationMs: 1, outcome: 'unsent', code: '450' },
      { provider: 'a', durationMs: 1, outcome: 'accepted' },
    ]);
  });

  it('that a provider was not asked says nothing against what is known', () => {
    const shipment = new Shipment({ email } as Parcel, false);
    shipment.notTried('a', LATER);
    expect(shipment.verdict).toEqual({ provider: 'a', submission: LATER });
    shipment.notTried('b', unsent(forGood));
    expect(shipment.verdict).toEqual({ provider: 'a', submission: LATER });
    expect(shipment.attempts).toEqual([]);
  });
});
