// How long it takes to normalise a plain message and one with substitutions: µs each, for every round.
// Arguments: rounds, and messages in a round.
import { normalizeMessage } from '../../../dist/message/normalize.js';

const context = {
  defaults: { from: { address: 'shop@example.com' } },
  limits: { recipients: 1_000, bytes: 25_000_000 },
};
const text = 'Hello, and thank you for your order. '.repeat(50);

const MESSAGES = {
  plain: (at) => ({
    to: `Ada <ada${at}@example.org>`,
    subject: `Order ${at}`,
    html: `<p>${text}</p>`,
    text,
  }),
  'with substitutions': (at) => ({
    to: `Ada <ada${at}@example.org>`,
    subject: 'Hello {{name}}',
    html: `<p>Hello {{name}}, ${text}</p>`,
    substitutions: { name: `Ada ${at}` },
  }),
};

function microsecondsEach(messageAt, count) {
  const start = performance.now();
  for (let at = 0; at < count; at += 1) normalizeMessage(messageAt(at), context);
  return ((performance.now() - start) * 1_000) / count;
}

const [rounds, count] = process.argv.slice(2).map(Number);
const results = Object.entries(MESSAGES).map(([name, messageAt]) => {
  microsecondsEach(messageAt, count);
  return [name, Array.from({ length: rounds }, () => microsecondsEach(messageAt, count))];
});
console.log(JSON.stringify(Object.fromEntries(results)));
