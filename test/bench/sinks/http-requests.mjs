const HEADERS_END = '\r\n\r\n';

/**
 * Takes HTTP/1.1 requests with a content-length from the chunks of one connection, pipelined or not.
 * What is framed otherwise throws, so that a contender that is not understood is seen at once.
 */
export class HttpRequests {
  #chunks = [];
  #size = 0;
  #head;

  /** The requests that are whole with this chunk. */
  take(chunk) {
    this.#chunks.push(chunk);
    this.#size += chunk.length;
    const requests = [];
    for (let request = this.#next(); request !== undefined; request = this.#next()) {
      requests.push(request);
    }
    return requests;
  }

  #next() {
    this.#head ??= this.#readHead();
    if (this.#head === undefined || this.#size < this.#head.end) return undefined;
    const { path, start, end } = this.#head;
    const bytes = this.#joined();
    this.#head = undefined;
    this.#keep(bytes.subarray(end));
    return { path, body: bytes.subarray(start, end) };
  }

  #readHead() {
    const bytes = this.#joined();
    const headersEnd = bytes.indexOf(HEADERS_END);
    if (headersEnd < 0) return undefined;
    const head = bytes.toString('latin1', 0, headersEnd);
    const [, method, path] = /^(\S+) (\S+) HTTP\/1\.1(?:\r\n|$)/.exec(head) ?? [];
    const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1] ?? (method === 'GET' ? '0' : '');
    if (path === undefined || length === '') throw new Error(`not understood: ${head}`);
    const start = headersEnd + HEADERS_END.length;
    return { path, start, end: start + Number(length) };
  }

  #joined() {
    if (this.#chunks.length > 1) this.#keep(Buffer.concat(this.#chunks));
    return this.#chunks[0] ?? Buffer.alloc(0);
  }

  #keep(bytes) {
    this.#chunks = bytes.length === 0 ? [] : [bytes];
    this.#size = bytes.length;
  }
}
