import { once } from 'node:events';
import { createServer } from 'node:net';

/**
 * A server that takes every message and counts them by subject.
 *
 * @returns {Promise<{ url: string, taken: (subject: string) => number, close: () => void }>}
 */
export async function smtpSink() {
  const subjects = [];
  const server = createServer((socket) => serve(socket, (subject) => subjects.push(subject)));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `smtp://127.0.0.1:${server.address().port}`,
    taken: (subject) => subjects.filter((each) => each === subject).length,
    close: () => server.close(),
  };
}

function serve(socket, take) {
  let read = '';
  let message;
  socket.on('error', () => undefined);
  socket.setEncoding('latin1').on('data', (text) => {
    read += text;
    for (let end = read.indexOf('\r\n'); end !== -1; end = read.indexOf('\r\n')) {
      const line = read.slice(0, end);
      read = read.slice(end + 2);
      if (message === undefined) command(line);
      else content(line);
    }
  });
  socket.write('220 sink\r\n');

  function command(line) {
    if (/^DATA$/i.test(line)) message = [];
    socket.write(line.startsWith('DATA') ? '354 go on\r\n' : '250 sink\r\n');
    if (/^QUIT$/i.test(line)) socket.end();
  }

  function content(line) {
    if (line !== '.') {
      message.push(line);
      return;
    }
    const subject = message.find((each) => each.startsWith('Subject: '));
    take(subject?.slice('Subject: '.length));
    message = undefined;
    socket.write('250 taken\r\n');
  }
}
