import { ALL_FEATURES, type ProviderCapabilities } from 'nest-mailbridge';
import { OptionReader } from '../../lib/contract/option-reader.js';
import { BUILT_IN_PROVIDERS } from '../../lib/providers/built-in.js';

/** Options with which each provider can be made, to ask it what it can carry. */
const OPTIONS: Readonly<Record<string, object>> = {
  smtp: { host: '127.0.0.1' },
  sendgrid: { apiKey: 'key' },
  postmark: { serverToken: 'token' },
  mailgun: { apiKey: 'key', domain: 'mg.example.com' },
  brevo: { apiKey: 'key' },
  ses: { region: 'eu-west-1' },
  mailbox: {},
};

interface Row {
  readonly what: string;
  readonly of: (capabilities: ProviderCapabilities, batch: number | undefined) => string;
}

const ROWS: readonly Row[] = [
  {
    what: 'native batches, messages a call',
    of: (_, batch) => (batch === undefined ? '–' : String(batch)),
  },
  { what: 'stored templates', of: ({ templates }) => tick(templates) },
  ...[...ALL_FEATURES].map((feature) => ({
    what: `\`${feature}\``,
    of: ({ features }: ProviderCapabilities) => tick(features.has(feature)),
  })),
  { what: 'recipients a message', of: ({ limits }) => String(limits?.recipients ?? '–') },
];

/** What each built-in provider can carry, as a Markdown table, from what the providers say themselves. */
export function capabilityTable(): string {
  const names = Object.keys(OPTIONS);
  const providers = names.map((name) => {
    const reader = new OptionReader(OPTIONS[name], name, (path, message) => {
      throw new Error(`${path}: ${message}`);
    });
    const context = { maxInFlight: 1, timeoutMs: undefined, maxBytes: 1 };
    const { capabilities, batching } = BUILT_IN_PROVIDERS[name]!.configure(reader, context)();
    return { capabilities: capabilities!, batch: batching?.maxMessages };
  });
  const lines = ROWS.map(({ what, of }) =>
    row([what, ...providers.map(({ capabilities, batch }) => of(capabilities, batch))]),
  );
  return [row(['', ...names]), row(['', ...names].map(() => '---')), ...lines].join('\n');
}

function tick(yes: boolean): string {
  return yes ? '✓' : '–';
}

function row(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`;
}
