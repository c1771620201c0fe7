// How long it takes to normalise a plain message. Build first, then: node test/bench/normalize.mjs
import { normalizeMessage } from '../../dist/message/normalize.js';

const MESSAGES = 200_000;
const ROUNDS = 7;
const context = {
  defaults: { from: { address: 'shop@example.com' } },
  limits: { recipients: 1_000, bytes: 25_000_000 },
};

function microsecondsEach(makeMessage) {
  const start = performance.now();
  for (let index = 0; index < MESSAGES; index++) normalizeMessage(makeMessage(index), context);
  return ((performance.now() - start) * 1_000) / MESSAGES;
}

const text = 'Hello, and thank you for your order. '.repeat(50);
const cases = {
  plain: (index) => ({
    to: `Ada <ada${index}@example.org>`,
    subject: `Order ${index}`,
    html: `<p>${text}</p>`,
    text,
  }),
  'with substitutions': (index) => ({
    to: `Ada <ada${index}@example.org>`,
    subject: 'Hello {{name}}',
    html: `<p>Hello {{name}}, ${text}</p>`,
    substitutions: { name: `Ada ${index}` },
  }),
};

for (const [name, makeMessage] of Object.entries(cases)) {
  microsecondsEach(makeMessage);
  const rounds = Array.from({ length: ROUNDS }, () => microsecondsEach(makeMessage)).toSorted(
    (a, b) => a - b,
  );
  const median = rounds[Math.floor(ROUNDS / 2)];
  console.log(
    `${name}: ${median.toFixed(2)} µs a message (median of ${ROUNDS}), limit for plain 10`,
  );
}
