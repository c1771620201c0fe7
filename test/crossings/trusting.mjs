// Runs the rows whose API speaks TLS in a process that trusts the test's certificate, on the built
// library, and tells what came out of each.
import { register } from 'node:module';

register('../chaos/read-typescript.mjs', import.meta.url);
await import('./trusting.ts');
