import { Draw } from './draw.js';
import { MAIL_KINDS, type Draft, type Expectation, type PlainMessage } from './mail-kinds.js';

/** A message as it is sent, with what must become of it. */
export interface MixedMessage extends Expectation {
  readonly kind: string;
  readonly message: PlainMessage & { readonly id: string };
}

/** The messages of a seed, of every kind, in random order. */
export function mailMix(seed: number): MixedMessage[] {
  const draw = new Draw(seed);
  const drafts = MAIL_KINDS.flatMap(({ kind, count, draft }) =>
    Array.from({ length: count }, (_, at) => ({ kind, ...draft(draw, at) })),
  );
  return draw.shuffled(drafts).map((draft, at) => complete(draft, `mix-${seed}-${at}`, draw));
}

function complete(draft: Draft & { readonly kind: string }, id: string, draw: Draw): MixedMessage {
  const { kind, door = 'open', files = [], outcome = 'accepted', scopes = [] } = draft;
  const contents = {
    from: 'shop@example.com',
    to: draw.mailbox(id),
    subject: draw.sentence(6),
    text: draw.paragraph(4),
  };
  const message = { ...contents, ...draft.message, id };
  const everybody = [...mailboxes(message.to), ...mailboxes(message.cc), ...mailboxes(message.bcc)];
  const accepted = outcome === 'accepted' ? everybody.map(({ address }) => address) : [];
  const reached = draft.reached ?? [...new Set(accepted)];
  return { kind, door, message, files, outcome, scopes, reached };
}

/** The addresses of a field, each with its name. */
export function mailboxes(field: PlainMessage['to']): { name: string; address: string }[] {
  const list = field === undefined ? [] : Array.isArray(field) ? field : [field];
  return list.map((each) =>
    typeof each === 'string'
      ? { name: '', address: each }
      : { name: each.name ?? '', address: each.address },
  );
}
