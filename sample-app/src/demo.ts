import { startApplication } from './application.js';
import { followNewsletter } from './demo/follow-newsletter.js';
import { ProgressBar } from './demo/progress-bar.js';
import { exitCodeOf, report } from './demo/report.js';
import { startNewsletter } from './demo/start-newsletter.js';
import { thingsToTry } from './home/things-to-try.js';
import { explained } from './start-failure.js';

// What the demo runs on where the environment says nothing: it sends nothing anywhere.
process.env.MAIL_PROVIDER ||= 'mailbox';
process.env.MAIL_FROM ||= 'Sample News <news@sample.example>';

await explained(async () => {
  const app = await startApplication(['error', 'fatal']);
  const url = await app.getUrl();
  const { total, events } = await startNewsletter(url);
  const provider = process.env.MAIL_PROVIDER;
  console.log(`A newsletter to ${total} subscribers through the provider '${provider}':`);

  const bar = new ProgressBar(process.stdout);
  const summary = await followNewsletter(url + events, (progress) => bar.draw(progress));
  console.log(report(summary).join('\n'));

  // By a signal: the application is ending by itself.
  if (summary.status === 'interrupted') return;
  if (process.argv.includes('--exit')) {
    await app.close();
    process.exitCode = exitCodeOf(summary);
    return;
  }
  console.log(['', `It goes on serving on ${url}. Try:`, '', ...thingsToTry(url)].join('\n'));
  console.log('\nCtrl-C ends it.');
});
