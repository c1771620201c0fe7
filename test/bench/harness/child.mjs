import { fork } from 'node:child_process';

/** Longer than any slice takes: past it the child hangs. */
const PATIENCE_MS = 180_000;

/** A child process that answers one question at a time. It ends when it is closed, or with its parent. */
export class Child {
  #process;
  #name;

  constructor(script, args = [], name = script) {
    this.#process = fork(script, args);
    this.#name = name;
  }

  /** The next thing it says. @throws Error when it ends before, says so itself, or takes too long */
  hears() {
    return new Promise((resolve, reject) => {
      const finish = (settle, value) => {
        clearTimeout(timer);
        this.#process.off('message', onMessage).off('exit', onExit);
        settle(value);
      };
      const fail = (why) => finish(reject, new Error(`${this.#name}: ${why}`));
      const onMessage = (answer) => {
        if (answer.error === undefined) finish(resolve, answer);
        else fail(answer.error);
      };
      const onExit = (code, signal) => fail(`ended with ${signal ?? code}`);
      const timer = setTimeout(() => fail(`no answer in ${PATIENCE_MS / 1000} s`), PATIENCE_MS);
      this.#process.on('message', onMessage).on('exit', onExit);
    });
  }

  asks(question) {
    const answer = this.hears();
    this.#process.send(question);
    return answer;
  }

  close() {
    // It may hang where it is.
    this.#process.kill();
  }
}
