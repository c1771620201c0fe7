// Runs the sample application or the demo, and builds before what is not built yet:
// node sample-app/run.mjs [main | demo] [options]
import { buildWhatIsStale } from './build.mjs';

const [entry = 'main'] = process.argv.slice(2);

try {
  buildWhatIsStale((message) => console.log(message));
} catch (error) {
  console.error(error.message);
  process.exit(1);
}
await import(entry === 'demo' ? './dist/demo.js' : './dist/main.js');
