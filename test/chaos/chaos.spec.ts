import { runChaos } from './chaos-run.js';

const PLAN = { seed: 7, messages: 120 } as const;

describe('A network that breaks two connections of three', () => {
  // TLS to an API needs a process of its own: `npm run chaos` has it.
  it.each(['smtp', 'smtp-tls', 'mailgun', 'brevo-keys', 'route'])(
    'neither loses a message nor sends one twice, and leaves nothing open: %s',
    async (name) => {
      const report = await runChaos({ ...PLAN, name, onUnknown: 'report' });
      expect(report).toMatchObject({ violations: [], extraCopies: 0 });
    },
    30_000,
  );

  it.each(['smtp', 'route'])(
    "with onUnknown: 'resend' has no more extra copies than unknown outcomes: %s",
    async (name) => {
      const report = await runChaos({ ...PLAN, name, onUnknown: 'resend' });
      expect(report.violations).toEqual([]);
      expect(report.extraCopies).toBeLessThanOrEqual(report.resent);
    },
    30_000,
  );
});
