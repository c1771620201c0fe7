/** What is mutated, by topic; each part with the spec files that promise something of it. */
export const TOPICS = {
  outcomes: [
    {
      files: ['lib/providers/smtp/smtp-outcome.ts', 'lib/providers/smtp/smtp-failure.ts'],
      specs: ['test/providers/smtp/smtp-outcome.spec.ts'],
    },
    {
      files: ['lib/providers/api/api-outcome.ts', 'lib/providers/api/retry-after.ts'],
      specs: ['test/providers/api/api-outcome.spec.ts', 'test/providers/api/retry-after.spec.ts'],
    },
    ...['brevo', 'mailgun', 'postmark', 'sendgrid', 'ses'].map((name) => ({
      files: [`lib/providers/${name}/${name}-outcome.ts`],
      specs: [`test/providers/${name}/${name}-outcome.spec.ts`],
    })),
    {
      files: ['lib/delivery/normalize-submission.ts'],
      specs: ['test/delivery/normalize-submission.spec.ts'],
    },
  ],
  retry: [
    {
      files: ['lib/delivery/retry-policy.ts', 'lib/delivery/recipients.ts'],
      specs: ['test/delivery/retry-policy.spec.ts'],
    },
    { files: ['lib/delivery/shipment.ts'], specs: ['test/delivery/shipment.spec.ts'] },
    {
      files: ['lib/delivery/call-health.ts', 'lib/delivery/circuit-breaker.ts'],
      specs: ['test/delivery/circuit-breaker.spec.ts'],
    },
  ],
  planner: [
    { files: ['lib/delivery/plan.ts'], specs: ['test/delivery/plan.spec.ts'] },
    { files: ['lib/delivery/isolate.ts'], specs: ['test/delivery/isolate.spec.ts'] },
  ],
  addresses: ['address', 'address-rules', 'domain'].map((name) => ({
    files: [`lib/message/${name}.ts`],
    specs: [`test/message/${name}.spec.ts`],
  })),
};
