import { startApplication } from './application.js';
import { explained } from './start-failure.js';

// What the sample runs on where the environment says nothing: it sends nothing anywhere.
process.env.MAIL_PROVIDER ||= 'mailbox';
process.env.MAIL_FROM ||= 'Sample News <news@sample.example>';

await explained(async () => {
  const app = await startApplication(['log', 'warn', 'error', 'fatal']);
  console.log(`Listening on ${await app.getUrl()}, which lists what to try`);
});
