// The HTTP APIs of the providers on a plain socket, as a child process: takes everything, after a delay.
import { serve } from './sink-server.mjs';
import { answerTo } from './http-apis.mjs';
import { HttpRequests } from './http-requests.mjs';

const counters = serve({ requests: 0, messages: 0 }, (socket, { delayMs }) => {
  const requests = new HttpRequests();
  const answer = (bytes) => {
    if (delayMs() === 0) socket.write(bytes);
    else setTimeout(() => socket.write(bytes), delayMs());
  };
  socket.on('data', (chunk) => {
    for (const { path, body } of requests.take(chunk)) {
      const { messages, bytes } = answerTo(path, body);
      counters.requests += 1;
      counters.messages += messages;
      answer(bytes);
    }
  });
});
