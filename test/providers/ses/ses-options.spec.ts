import { startMailBridge } from '../../fixtures/application.js';
import { startSes } from '../../fixtures/ses-mail.js';
import { awsError, SES_ACCOUNT } from '../../fixtures/api/ses-server.js';
import { optionsFromEnvironment } from '../../../lib/options/mail-bridge.config.js';

const start = (ses: object) => startMailBridge({ provider: 'ses', providers: { ses } });

describe('Wrong options are named at start', () => {
  it.each([
    ['no region', {}, /providers\.ses\.region: is missing.*AWS_REGION/],
    ['no such region', { region: 'evil.example/' }, /ses\.region: must be an AWS region/],
    [
      'half of the credentials',
      { ...SES_ACCOUNT, credentials: { accessKeyId: 'A' } },
      /secretAccessKey: is missing/,
    ],
    [
      'credentials of something else',
      { ...SES_ACCOUNT, credentials: { ...SES_ACCOUNT.credentials, key: 'x' } },
      /credentials\.key/,
    ],
    [
      'an endpoint in the clear',
      { ...SES_ACCOUNT, endpoint: 'http://ses.example' },
      /endpoint: must be an https URL/,
    ],
    ['an unknown option', { ...SES_ACCOUNT, apiKey: 'x' }, /ses\.apiKey: is not an option/],
  ])('%s', async (_, options, why) => {
    await expect(start(options)).rejects.toThrow(why);
  });

  it('the secret is not in the words', async () => {
    const credentials = { accessKeyId: 'AKIAPLANTED', secretAccessKey: 'planted\nsecret' };
    const error = await start({ region: 'x', credentials }).catch((thrown: unknown) => thrown);
    expect(String(error)).toMatch(/secretAccessKey/);
    expect(String(error)).not.toMatch(/planted/i);
  });
});

describe('The environment configures SES', () => {
  it('AWS_REGION is the region', () => {
    const { provider, providers } = optionsFromEnvironment({
      MAIL_PROVIDER: 'ses',
      AWS_REGION: 'eu-west-1',
    });
    expect({ provider, providers }).toEqual({
      provider: 'ses',
      providers: { ses: { region: 'eu-west-1' } },
    });
  });
});

describe('verify() proves region and credentials without sending', () => {
  it('by reading the account', async () => {
    const { mail, server } = await startSes();
    await mail.verify();
    expect(server.calls.map(({ operation }) => operation)).toEqual(['GetAccount']);
  });

  it('by reading the account with the keys that a function gives', async () => {
    const { mail, server } = await startSes({ credentials: async () => SES_ACCOUNT.credentials });
    await mail.verify();
    expect(server.calls).toHaveLength(1);
    const wrong = await startSes({ credentials: async () => ({}) });
    await expect(wrong.mail.verify()).rejects.toThrow(/providers\.ses\.credentials gave no/);
  });

  it.each([
    [
      'other credentials',
      { credentials: { accessKeyId: 'AKIAOTHER', secretAccessKey: 'x' } },
      /signature/,
    ],
    ['nobody there', { endpoint: 'http://127.0.0.1:1' }, /ECONNREFUSED/],
  ])('throws with %s', async (_, options, why) => {
    const { mail } = await startSes(options);
    await expect(mail.verify()).rejects.toThrow(why);
  });

  it('throws when the account may not send', async () => {
    const { mail, server } = await startSes();
    server.sendingEnabled = false;
    await expect(mail.verify()).rejects.toThrow(/switched off/);
    server.override = () =>
      awsError(403, 'AccessDeniedException', 'not authorized: ses:GetAccount');
    await expect(mail.verify()).rejects.toThrow(/GetAccount/);
    server.override = () => ({ status: 200, body: '<html>' });
    await expect(mail.verify()).rejects.toThrow(/not one that SES gives/);
  });
});
