import { HELLO, startPostmark } from './postmark.fixture.js';

const people = (count: number) =>
  Array.from({ length: count }, (_, i) => ({
    id: `id-${i}`,
    to: `person${i}@example.org`,
    subject: `Subject ${i}`,
    text: `body ${i}`,
  }));

describe('A bulk goes out in batches of whole messages', () => {
  it('500 at a time, each with its own fields and its own id', async () => {
    const { mail, postmark } = await startPostmark();
    const result = await mail.sendBulk(people(1201));
    expect(result.successful).toBe(1201);
    // How many are taken together depends on how fast they come.
    expect(result.providerCalls).toBeLessThan(15);
    expect(Math.max(...postmark.calls.map(({ length }) => length))).toBeLessThanOrEqual(500);
    expect(postmark.problems).toEqual([]);
    const byAddress = new Map(postmark.mails.map((each) => [each.To, each]));
    for (let i = 0; i < 1201; i += 1) {
      expect(byAddress.get(`person${i}@example.org`)).toMatchObject({
        Subject: `Subject ${i}`,
        TextBody: `body ${i}`,
        Metadata: { mailbridge_id: `id-${i}` },
      });
    }
    expect(new Set(result.responses.map(({ messageId }) => messageId)).size).toBe(1201);
  });

  it('stored templates apart from the others', async () => {
    const { mail, postmark } = await startPostmark();
    const mixed = people(40).map((each, i) =>
      i % 2 === 0 ? each : { to: each.to, templateId: 'welcome', templateData: { i } },
    );
    await expect(mail.sendBulk(mixed)).resolves.toMatchObject({ successful: 40, providerCalls: 2 });
    expect(postmark.paths.toSorted()).toEqual(['/email/batch', '/email/batchWithTemplates']);
    expect(postmark.problems).toEqual([]);
  });

  it('the same address twice gets two messages', async () => {
    const { mail, postmark } = await startPostmark();
    await mail.sendBulk([HELLO, { ...HELLO, text: 'again' }, HELLO]);
    expect(postmark.mails.map(({ TextBody }) => TextBody)).toEqual([
      'Hello Ada',
      'again',
      'Hello Ada',
    ]);
    expect(postmark.calls).toHaveLength(1);
  });

  it('no field of a message reaches its neighbour', async () => {
    const { mail, postmark } = await startPostmark();
    await mail.sendBulk([
      {
        ...HELLO,
        cc: 'c@example.org',
        tags: ['a'],
        headers: { 'X-A': '1' },
        replyTo: 'r@example.com',
        trackClicks: true,
      },
      HELLO,
    ]);
    const { Metadata, ...second } = postmark.mails[1]!;
    expect(Object.keys(Metadata!)).toEqual(['mailbridge_id']);
    expect(second).toEqual({
      From: 'Shop <shop@example.com>',
      To: 'ada@example.org',
      Subject: 'Hello',
      TextBody: 'Hello Ada',
    });
  });

  it('no request is larger than 50 MB, also where JSON makes more of a text', async () => {
    const { mail, postmark } = await startPostmark({ maxBatchBytes: 100_000_000 });
    const quotes = people(30).map((each) => ({ ...each, text: '"'.repeat(1_600_000) }));
    const result = await mail.sendBulk(quotes);
    expect(result.successful).toBe(30);
    const sizes = postmark.server.requests.map(({ raw }) => raw.length);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(50_000_000);
    expect(sizes).toHaveLength(2);
  });
});

describe('Each message of a batch has its own outcome', () => {
  it('inactive and invalid recipients are rejected, the others go, in one call', async () => {
    const { mail, postmark } = await startPostmark();
    postmark.inactive.add('person1@example.org');
    postmark.invalid.add('person3@example.org');
    const { responses, providerCalls } = await mail.sendBulk(people(5));
    expect(providerCalls).toBe(1);
    expect(responses.map(({ outcome }) => outcome)).toEqual([
      'accepted',
      'rejected',
      'accepted',
      'rejected',
      'accepted',
    ]);
    expect(responses[1]!.failure).toMatchObject({
      code: 'POSTMARK_406',
      category: 'suppressed',
      scope: 'recipient',
    });
    expect(responses[3]!.failure).toMatchObject({ code: 'POSTMARK_300', scope: 'recipient' });
    expect(JSON.stringify(responses.map(({ failure }) => failure))).not.toContain('example.org');
  });

  it('all inactive: nothing is sent again', async () => {
    const { mail, postmark } = await startPostmark();
    for (let i = 0; i < 5; i += 1) postmark.inactive.add(`person${i}@example.org`);
    await expect(mail.sendBulk(people(5))).resolves.toMatchObject({
      outcomes: { rejected: 5 },
      providerCalls: 1,
    });
  });

  it('recipients that are left out are named, each with its outcome', async () => {
    const { mail, postmark } = await startPostmark();
    postmark.inactive.add('gone@example.org');
    const response = await mail.send({ ...HELLO, to: ['ada@example.org', 'Gone@example.org'] });
    expect(response).toMatchObject({
      outcome: 'accepted',
      recipients: [
        { address: 'ada@example.org', outcome: 'accepted' },
        { address: 'Gone@example.org', outcome: 'rejected', failure: { category: 'suppressed' } },
      ],
    });
  });

  it('a call that cannot be read because of one message goes without it', async () => {
    const { mail, postmark } = await startPostmark();
    const messages = people(20).map((each, i) =>
      i === 13 ? { ...each, providerOptions: { postmark: { TrackLinks: 5 } } } : each,
    );
    const result = await mail.sendBulk(messages);
    expect(result.outcomes).toMatchObject({ accepted: 19, rejected: 1 });
    expect(result.responses[13]!.failure).toMatchObject({ code: 'POSTMARK_403' });
    expect(postmark.mails).toHaveLength(19);
    expect(result.providerCalls).toBeLessThan(12);
  });

  it.each([
    ['a wrong token', 401, 10, 'unsent'],
    ['no credits', 422, 405, 'unsent'],
    ['a sender that is not confirmed', 422, 401, 'unsent'],
  ])('%s is not looked for among the messages', async (_, status, ErrorCode, outcome) => {
    const { mail, postmark } = await startPostmark();
    postmark.answers.push({ status, body: { ErrorCode, Message: 'No.' } });
    const result = await mail.sendBulk(people(20));
    expect(result).toMatchObject({ outcomes: { [outcome]: 20 }, providerCalls: 1 });
  });
});
