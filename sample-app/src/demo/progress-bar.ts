import type { WriteStream } from 'node:tty';
import type { NewsletterProgress } from './follow-newsletter.js';

const WIDTH = 30;
const REDRAW = '\r\u001B[K';

/** Shows progress on one line of a terminal; in a file or a pipe, on a line for each quarter. */
export class ProgressBar {
  #quarters = 0;

  constructor(private readonly output: Pick<WriteStream, 'isTTY' | 'write'>) {}

  draw(progress: NewsletterProgress): void {
    const isOver = progress.status !== 'running';
    if (this.output.isTTY) {
      this.output.write(`${REDRAW}${line(progress)}${isOver ? '\n' : ''}`);
      return;
    }
    const quarters = Math.floor((4 * progress.done) / progress.total);
    if (quarters > this.#quarters || isOver) this.output.write(`${line(progress)}\n`);
    this.#quarters = quarters;
  }
}

function line({ done, total }: NewsletterProgress): string {
  const filled = Math.floor((WIDTH * done) / total);
  const percent = `${Math.floor((100 * done) / total)}`.padStart(3);
  return `  [${'#'.repeat(filled).padEnd(WIDTH, '.')}] ${percent} %  ${done} of ${total}`;
}
