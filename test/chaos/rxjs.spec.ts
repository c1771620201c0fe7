import {
  EMPTY,
  catchError,
  concatMap,
  delay,
  lastValueFrom,
  of,
  retry,
  share,
  take,
  throwError,
  timeout,
  toArray,
} from 'rxjs';
import { setTimeout as later } from 'node:timers/promises';
import type { DeliveryEvent, MailBridgeService } from 'nest-mailbridge';
import { startMailBridge } from '../fixtures/application.js';
import { SCRIPTED, ScriptedProvider, messages } from '../fixtures/scripted-provider.js';

let provider: ScriptedProvider;
let mail: MailBridgeService;
let settled: string[];

beforeEach(async () => {
  provider = new ScriptedProvider();
  mail = await startMailBridge(SCRIPTED, [{ provide: ScriptedProvider, useValue: provider }]);
  settled = [];
  mail.deliveries$.subscribe((event: DeliveryEvent) => {
    if (event.type === 'outcome') settled.push(event.response.id);
  });
});

/** Whatever was begun has ended by then, each with one outcome, and nothing went out twice. */
async function expectOneOutcomeForEach(): Promise<void> {
  await mail.close();
  const sent = provider.sent.map(({ id }) => id);
  expect(new Set(sent).size).toBe(sent.length);
  expect(settled.toSorted()).toEqual(sent.toSorted());
}

const slow = async () => {
  await later(20);
  return { outcome: 'accepted' } as const;
};

describe('Whatever is done to a stream, each message that was begun has one outcome', () => {
  it('take(1)', async () => {
    provider.script = slow;
    await lastValueFrom(mail.stream(messages(50), { concurrency: 3 }).pipe(take(1)));
    await expectOneOutcomeForEach();
    expect(provider.sent.length).toBeLessThan(50);
  });

  it('timeout(), which ends the intake and tears no message from its provider', async () => {
    provider.script = () =>
      new Promise((resolve) => setTimeout(resolve, 50, { outcome: 'accepted' }));
    const stream = mail.stream(messages(50), { concurrency: 3 }).pipe(timeout({ first: 10 }));
    await expect(lastValueFrom(stream)).rejects.toMatchObject({ name: 'TimeoutError' });
    await expectOneOutcomeForEach();
    expect(provider.sent).toHaveLength(3);
  });

  it('retry(), which starts nothing anew', async () => {
    let responses = 0;
    const stream = mail.stream(messages(10), { concurrency: 2 }).pipe(
      concatMap((response) => {
        responses += 1;
        return responses === 4 ? throwError(() => new Error('display broken')) : of(response);
      }),
      retry(2),
    );
    await expect(lastValueFrom(stream)).rejects.toMatchObject({ code: 'SUBSCRIBED_TWICE' });
    await expectOneOutcomeForEach();
  });

  it('a consumer that throws', async () => {
    const stream = mail.stream(messages(10), { concurrency: 2 });
    await expect(
      stream.forEach(() => {
        throw new Error('display broken');
      }),
    ).rejects.toThrow('display broken');
    await expectOneOutcomeForEach();
  });

  it('a provider that throws in the middle of the others', async () => {
    provider.script = async (email) => {
      if (email.to[0]?.address === 'person3@example.com') throw new Error('broken');
      return slow();
    };
    const responses = await lastValueFrom(mail.stream(messages(10)).pipe(toArray()));
    const outcomes = responses.map(({ outcome }) => outcome);
    expect(outcomes.filter((outcome) => outcome === 'accepted')).toHaveLength(9);
    await expectOneOutcomeForEach();
  });

  it('share(), which lets several follow it', async () => {
    const stream = mail.stream(messages(10)).pipe(share());
    const followers = await Promise.all([
      lastValueFrom(stream.pipe(toArray())),
      lastValueFrom(stream.pipe(delay(1), toArray())),
      lastValueFrom(
        stream.pipe(
          take(1),
          toArray(),
          catchError(() => EMPTY),
        ),
      ),
    ]);
    expect(followers.map(({ length }) => length)).toEqual([10, 10, 1]);
    await expectOneOutcomeForEach();
    expect(provider.sent).toHaveLength(10);
  });
});
