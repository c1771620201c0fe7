import { main } from './main.js';

describe('The application', () => {
  it('sends through the mailbox and over SMTP', async () => {
    const subject = process.env['SUBJECT'];
    expect(await main()).toBe(
      JSON.stringify({ outcomes: ['accepted', 'accepted'], kept: [subject] }),
    );
  });
});
