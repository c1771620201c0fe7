import { startMailBridge } from '../fixtures/application.js';
import { API_PROVIDERS } from '../fixtures/api/api-providers.js';
import { ApiServer } from '../fixtures/api/api-server.js';
import { ONCE } from '../fixtures/once.js';

const NAME = 'x-inherited';
const VALUE = 'inherited-value';

let server: ApiServer | undefined;

afterEach(async () => {
  Reflect.deleteProperty(Object.prototype, NAME);
  await server?.close();
});

describe('What something has put on the prototype of all objects', () => {
  it.each(API_PROVIDERS)('reaches no request to %s', async (provider, { options, accepted }) => {
    server = await ApiServer.start(() => accepted);
    const mail = await startMailBridge({
      ...ONCE,
      provider,
      providers: { [provider]: options(server.url) },
    });
    const message = {
      from: 'shop@example.com',
      to: 'ada@example.org',
      subject: 'Order {{number}}',
      text: 'Hi',
      headers: { 'X-Order': '17' },
      metadata: { order: '17' },
      substitutions: { number: '17' },
    };
    Reflect.set(Object.prototype, NAME, VALUE);
    const { outcome } = await mail.send(message);
    expect(outcome).toBe('accepted');
    expect(server.requests).toHaveLength(1);
    // What comes back is not what a batch is answered with; what goes out is as it always is.
    await mail.sendBulk([message, { ...message, to: 'bob@example.org' }]);
    expect(server.requests.length).toBeGreaterThan(1);
    for (const { headers, raw } of server.requests) {
      expect(Object.keys(headers)).not.toContain(NAME);
      expect(raw.toString()).not.toContain(VALUE);
    }
  });
});
