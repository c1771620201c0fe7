// An SMTP server that takes everything, as a child process: it prints its port, and tells how many
// messages it has taken whenever it is asked. No framework, so that it is never what is measured.
import { createServer } from 'node:net';

const DOT = Buffer.from('\r\n.\r\n');
const OFFER = '250-sink\r\n250-PIPELINING\r\n250-8BITMIME\r\n250 SIZE 50000000\r\n';
const ANSWERS = { EHLO: OFFER, DATA: '354 go on\r\n', QUIT: '221 bye\r\n' };

let messages = 0;

const server = createServer({ noDelay: true }, (socket) => {
  let rest = Buffer.alloc(0);
  let inBody = false;
  socket.write('220 sink ESMTP\r\n');
  socket.on('error', () => socket.destroy());
  socket.on('data', (chunk) => {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    let replies = '';
    for (;;) {
      const end = rest.indexOf(inBody ? DOT : '\r\n');
      if (end < 0) break;
      if (inBody) {
        messages += 1;
        inBody = false;
        replies += '250 taken\r\n';
        rest = rest.subarray(end + DOT.length);
      } else {
        const verb = rest.toString('latin1', 0, 4).toUpperCase();
        replies += ANSWERS[verb] ?? '250 ok\r\n';
        inBody = verb === 'DATA';
        rest = rest.subarray(end + 2);
      }
    }
    if (replies !== '') socket.write(replies);
  });
});

server.listen(0, '127.0.0.1', () => process.send({ port: server.address().port }));
process.on('message', () => process.send({ messages }));
process.on('disconnect', () => process.exit());
