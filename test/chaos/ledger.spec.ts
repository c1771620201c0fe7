import { violationsOf, type AskedMessage, type Books, type LedgerResponse } from './ledger.js';

const content = { subject: 'News', text: 'Hello, Ada', attachments: ['a.pdf 1f2e'] };
const ADA: AskedMessage = { id: 'ada', recipients: ['ada@example.org'], content };
const TWO: AskedMessage = { id: 'two', recipients: ['eve@example.org', 'bob@example.org'] };

const copyOf = ({ id, recipients, content: own }: AskedMessage) => ({
  id,
  recipients,
  ...(own !== undefined && { content: own }),
});

/** A response whose attempts had these outcomes, at `smtp` where nothing else is said. */
function response(
  id: string,
  outcome: LedgerResponse['outcome'],
  ...attempts: (string | [string, string])[]
): LedgerResponse {
  const history = attempts.map((each) => {
    const [provider, tried] = typeof each === 'string' ? ['smtp', each] : each;
    return { provider, outcome: tried as LedgerResponse['outcome'], durationMs: 1 };
  });
  return { id, outcome, history };
}

const FINE: Books = {
  asked: [ADA],
  responses: [response('ada', 'accepted', 'accepted')],
  copies: [copyOf(ADA)],
  onUnknown: 'report',
};
const withOne = (change: Partial<Books>) => violationsOf({ ...FINE, ...change });

describe('The ledger has nothing against', () => {
  it.each<[string, Partial<Books>]>([
    ['a message that was accepted and arrived', {}],
    [
      'an unknown one that arrived',
      { responses: [response('ada', 'unknown', 'unknown')], copies: [copyOf(ADA)] },
    ],
    ['an unknown one that did not', { responses: [response('ada', 'unknown')], copies: [] }],
    ['an unsent one that did not', { responses: [response('ada', 'unsent')], copies: [] }],
    [
      'under resend, an extra copy that an unknown outcome explains',
      {
        onUnknown: 'resend',
        responses: [response('ada', 'accepted', 'unknown', 'accepted')],
        copies: [copyOf(ADA), copyOf(ADA)],
      },
    ],
    [
      'under report, a call that is repeated with its key',
      {
        keyedProviders: ['brevo'],
        responses: [response('ada', 'accepted', ['brevo', 'unknown'], ['brevo', 'accepted'])],
      },
    ],
    [
      'a recipient who was refused and got nothing',
      {
        asked: [TWO],
        copies: [{ id: 'two', recipients: ['eve@example.org'] }],
        responses: [
          {
            ...response('two', 'accepted', 'accepted'),
            recipients: [
              { address: 'eve@example.org', outcome: 'accepted' },
              { address: 'bob@example.org', outcome: 'rejected' },
            ],
          },
        ],
      },
    ],
    [
      'recipients who got their copies in two transactions',
      {
        asked: [TWO],
        copies: TWO.recipients.map((each) => ({ id: 'two', recipients: [each] })),
        responses: [response('two', 'accepted', 'accepted', 'accepted')],
      },
    ],
    [
      'under report, a recipient who was put off and is tried again where another is in doubt',
      {
        asked: [TWO],
        copies: TWO.recipients.map((each) => ({ id: 'two', recipients: [each] })),
        responses: [response('two', 'accepted', 'unknown', 'accepted')],
      },
    ],
    ['a run that is large enough', { given: 1, leastAccepted: 1, faults: 2, leastFaults: 2 }],
  ])('%s', (_, change) => {
    expect(withOne(change)).toEqual([]);
  });
});

describe('The ledger names', () => {
  const changed = (own: Partial<typeof content>) => [
    { ...copyOf(ADA), content: { ...content, ...own } },
  ];

  it.each<[string, string, Partial<Books>]>([
    ['a message without an outcome', '1 without an outcome', { responses: [] }],
    [
      'a message with two outcomes',
      '1 with more than one outcome',
      { responses: [response('ada', 'accepted'), response('ada', 'accepted')] },
    ],
    ['a message that was lost', '1 accepted that never arrived', { copies: [] }],
    [
      'a recipient who was forgotten',
      '1 accepted that never arrived',
      {
        asked: [TWO],
        copies: [{ id: 'two', recipients: ['eve@example.org'] }],
        responses: [response('two', 'accepted', 'accepted')],
      },
    ],
    [
      'a message that arrived although it was not taken',
      '1 surely not taken that did arrive',
      { responses: [response('ada', 'unsent', 'unsent')] },
    ],
    [
      'a cancelled one that arrived',
      '1 surely not taken that did arrive',
      { responses: [response('ada', 'cancelled')] },
    ],
    [
      'a refused recipient who got it',
      '1 surely not taken that did arrive',
      {
        asked: [TWO],
        copies: [copyOf(TWO)],
        responses: [
          {
            ...response('two', 'accepted', 'accepted'),
            recipients: [
              { address: 'eve@example.org', outcome: 'accepted' },
              { address: 'bob@example.org', outcome: 'rejected' },
            ],
          },
        ],
      },
    ],
    [
      'a doubt that was forgotten',
      '1 surely not taken although an attempt was unknown',
      {
        onUnknown: 'resend',
        responses: [response('ada', 'unsent', 'unknown', 'unsent')],
        copies: [],
      },
    ],
    [
      'an extra copy under report',
      '1 that arrived more often than an unknown outcome explains',
      { copies: [copyOf(ADA), copyOf(ADA)] },
    ],
    [
      'a copy too many under resend',
      '1 that arrived more often than an unknown outcome explains',
      {
        onUnknown: 'resend',
        responses: [response('ada', 'accepted', 'unknown', 'accepted')],
        copies: [copyOf(ADA), copyOf(ADA), copyOf(ADA)],
      },
    ],
    [
      'an extra copy of a call that has a key',
      '1 that arrived more often than an unknown outcome explains',
      {
        keyedProviders: ['brevo'],
        responses: [response('ada', 'accepted', ['brevo', 'unknown'], ['brevo', 'accepted'])],
        copies: [copyOf(ADA), copyOf(ADA)],
      },
    ],
    [
      'under report, a message that was sent again after a doubt, also where nothing is there twice',
      '1 sent again although nobody knew whether they had been taken',
      { responses: [response('ada', 'accepted', 'unknown', 'accepted')] },
    ],
    [
      'under report, recipients in doubt who are tried again with one who was put off',
      '1 that arrived more often than an unknown outcome explains',
      {
        asked: [TWO],
        copies: [{ id: 'two', recipients: ['eve@example.org'] }, copyOf(TWO)],
        responses: [response('two', 'accepted', 'unknown', 'accepted')],
      },
    ],
    [
      'under report, another provider that was asked after a call with a key',
      '1 sent again although nobody knew whether they had been taken',
      {
        keyedProviders: ['brevo'],
        responses: [response('ada', 'accepted', ['brevo', 'unknown'], ['postmark', 'accepted'])],
      },
    ],
    [
      'another subject',
      '1 that arrived with another subject',
      { copies: changed({ subject: 'x' }) },
    ],
    [
      "a neighbour's text",
      '1 that arrived with another text',
      { copies: changed({ text: 'Hello, Bob' }) },
    ],
    [
      'an attachment that is missing',
      '1 that arrived with other attachments',
      { copies: changed({ attachments: [] }) },
    ],
    [
      'an attachment of other bytes',
      '1 that arrived with other attachments',
      { copies: changed({ attachments: ['a.pdf 0000'] }) },
    ],
    [
      'a recipient who was not asked for',
      '1 that arrived at somebody they were not meant for',
      { copies: [{ ...copyOf(ADA), recipients: [...ADA.recipients, 'bob@example.org'] }] },
    ],
    [
      'a copy that nobody asked for',
      '1 that arrived although nobody had asked for them',
      { copies: [copyOf(ADA), copyOf(TWO)] },
    ],
    [
      'a response that nobody asked for',
      '1 with an outcome that nobody had asked for',
      { responses: [...FINE.responses, response('two', 'cancelled')] },
    ],
    [
      'a source that was left before its end',
      '1 messages were taken of 50 that were given',
      { given: 50 },
    ],
    [
      'a run in which too little was accepted',
      'only 0 accepted, at least 1 expected',
      { responses: [response('ada', 'unsent')], copies: [], leastAccepted: 1 },
    ],
    [
      'a run that suffered too little',
      'only 3 faults suffered, at least 10 expected',
      { faults: 3, leastFaults: 10 },
    ],
  ])('%s', (_, what, change) => {
    expect(withOne(change)).toEqual([what]);
  });

  it('all of several lies', () => {
    const responses = [response('ada', 'unsent', 'unknown', 'unsent')];
    expect(withOne({ responses, copies: [...FINE.copies, ...FINE.copies] })).toHaveLength(4);
  });
});
