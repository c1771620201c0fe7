// An SMTP server that takes everything, as a child process. Its reply delay stands for a round trip, and
// it counts them: all that a client has sent before it hears anything new is one.
import { serve } from './sink-server.mjs';

const DOT = Buffer.from('\r\n.\r\n');
const OFFER = '250-sink\r\n250-PIPELINING\r\n250-8BITMIME\r\n250 SIZE 50000000\r\n';
const REPLIES = { EHLO: OFFER, DATA: '354 go on\r\n', QUIT: '221 bye\r\n' };
/** What a connection takes, whatever it is used for. */
const SET_UP = new Set(['EHLO', 'HELO', 'NOOP', 'QUIT']);

const counters = serve({ messages: 0, roundTrips: 0, setUps: 0 }, (socket, { delayMs }) => {
  let rest = Buffer.alloc(0);
  let isInBody = false;
  const pending = { flushes: 0, text: '', isOfMessage: false };

  const flush = () => {
    const { text } = pending;
    pending.text = '';
    const write = () => {
      pending.flushes -= 1;
      socket.write(text);
    };
    if (delayMs() === 0) write();
    else setTimeout(write, delayMs());
  };
  const say = (reply, isOfMessage) => {
    if (pending.flushes === 0) {
      counters[isOfMessage ? 'roundTrips' : 'setUps'] += 1;
      pending.isOfMessage = isOfMessage;
    } else if (isOfMessage && !pending.isOfMessage) {
      pending.isOfMessage = true;
      counters.setUps -= 1;
      counters.roundTrips += 1;
    }
    if (pending.text === '') {
      pending.flushes += 1;
      setImmediate(flush);
    }
    pending.text += reply;
  };
  const takeBody = () => {
    const end = rest.indexOf(DOT);
    // Of a body nothing matters but where it ends.
    if (end < 0) {
      rest = rest.subarray(Math.max(0, rest.length - DOT.length + 1));
      return false;
    }
    rest = rest.subarray(end + DOT.length);
    isInBody = false;
    counters.messages += 1;
    say('250 taken\r\n', true);
    return true;
  };
  const takeCommand = () => {
    const end = rest.indexOf('\r\n');
    if (end < 0) return false;
    const verb = rest.toString('latin1', 0, 4).toUpperCase();
    // The CRLF of DATA stays: a body may be nothing but the dot.
    rest = rest.subarray(verb === 'DATA' ? end : end + 2);
    isInBody = verb === 'DATA';
    say(REPLIES[verb] ?? '250 ok\r\n', !SET_UP.has(verb));
    return true;
  };

  say('220 sink ESMTP\r\n', false);
  socket.on('data', (chunk) => {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    while (isInBody ? takeBody() : takeCommand());
  });
});
