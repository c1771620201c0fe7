import { startMailBridge } from '../fixtures/application.js';
import { messages } from '../fixtures/scripted-provider.js';
import { SmtpScriptPeer, both, say } from '../fixtures/smtp-script-peer.js';

const MAX = 2;

let peer: SmtpScriptPeer;
let mostOpen: number;

beforeEach(async () => {
  mostOpen = 0;
  const ehlo = both(say('250 peer'), () => {
    mostOpen = Math.max(mostOpen, peer.open);
  });
  peer = await SmtpScriptPeer.start({ script: () => ({ ehlo }) });
});
afterEach(() => peer.close());

const start = () =>
  startMailBridge({
    provider: 'smtp',
    defaults: { from: 'sender@example.com' },
    providers: {
      smtp: {
        host: '127.0.0.1',
        port: peer.port,
        maxConnections: MAX,
        maxMessagesPerConnection: 1,
      },
    },
  });

describe('A server that allows few connections never sees more of them', () => {
  it('when each is renewed after every message', async () => {
    const mail = await start();
    const result = await mail.sendBulk(messages(40));
    expect(result.successful).toBe(40);
    expect(peer.connections).toBe(40);
    expect(mostOpen).toBe(MAX);
  });
});
