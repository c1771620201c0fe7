import { accepted, rejected, unsent } from 'nest-mailbridge';
import { withoutEcho } from '../../lib/contract/without-echo.js';
import { outgoingEmail } from '../fixtures/outgoing-email.js';

const email = outgoingEmail({
  to: [{ name: 'Ada Lovelace', address: 'ada@example.org' }],
  subject: 'Your code is 482913',
  html: '<a href="https://example.org/?t=secretLinkToken">Log in</a>',
  text: 'Come back on Monday',
  templateData: { deep: [{ pin: 7731 }] },
  headers: { 'X-Ref': 'reference-long' },
});

describe('A failure repeats nothing of its message', () => {
  it.each([
    ['code 482913 expired', 'code [content] expired'],
    ['cannot send to Ada Lovelace now', 'cannot send to [content] now'],
    ['"Your code is 482913" looks like spam', '"[content]" looks like spam'],
    ['bad link t=secretLinkToken\\"', 'bad link [content]\\"'],
    ['pin=7731;', 'pin=[content];'],
    ['see reference-long', 'see [content]'],
    ['on Monday', 'on Monday'],
    ['the template does not exist', 'the template does not exist'],
    ['', ''],
  ])('%s', (message, expected) => {
    const [result] = withoutEcho([rejected({ code: 'X', message })], [email]);
    expect(result).toMatchObject({
      outcome: 'rejected',
      failure: { code: 'X', message: expected },
    });
  });

  it('nor of its neighbours, where a call failed as a whole', () => {
    const failure = { code: 'X', message: 'token 998877aa of another' };
    const others = [email, outgoingEmail({ text: 'token 998877aa' })];
    const results = withoutEcho([unsent(failure), unsent(failure)], others);
    expect(JSON.stringify(results)).not.toContain('998877aa');
  });

  it('nor where one recipient was refused', () => {
    const refused = rejected({ code: 'X', message: 'no 482913' });
    const failure = 'failure' in refused ? refused.failure : undefined;
    const submission = accepted('m', [
      { address: 'a@example.org', outcome: 'rejected', failure: failure! },
    ]);
    expect(withoutEcho([submission], [email])).toMatchObject([
      {
        outcome: 'accepted',
        messageId: 'm',
        recipients: [{ failure: { message: 'no [content]' } }],
      },
    ]);
  });

  it("nor in the server's last words of a failure", () => {
    const failed = { ...rejected({ code: 'X', message: 'no' }), response: 'code 482913 is bad' };
    expect(withoutEcho([failed], [email])).toMatchObject([{ response: 'code [content] is bad' }]);
  });

  it('leaves what was accepted as it is', () => {
    const submissions = [accepted('482913')];
    expect(withoutEcho(submissions, [email])).toBe(submissions);
  });
});
