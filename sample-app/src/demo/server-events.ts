/** One event of a `text/event-stream`. */
export interface ServerEvent {
  readonly type: string;
  readonly data: string;
}

/** Reads the events of a response until the server ends the stream. */
export async function* readServerEvents(response: Response): AsyncGenerator<ServerEvent> {
  if (!response.ok || response.body === null) {
    throw new Error(`There is no event stream: the application answered ${response.status}`);
  }
  let text = '';
  for await (const chunk of response.body.pipeThrough(new TextDecoderStream())) {
    const blocks = (text + chunk).split('\n\n');
    text = blocks.pop() ?? '';
    for (const block of blocks) yield parseEvent(block);
  }
}

function parseEvent(block: string): ServerEvent {
  const lines = block.split('\n');
  const valuesOf = (field: string) =>
    lines.filter((line) => line.startsWith(field)).map((line) => line.slice(field.length));
  return { type: valuesOf('event: ')[0] ?? 'message', data: valuesOf('data: ').join('\n') };
}
