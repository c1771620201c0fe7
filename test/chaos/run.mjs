// npm run chaos -- --seed 1 [--seeds 10] [--messages 600] [--provider smtp] [--report | --resend]
// npm run chaos -- --soak 2m [--provider smtp]
// npm run chaos -- --back-pressure 60s
// npm run chaos -- --outage 30s [--provider smtp]
// npm run chaos -- --brown-out 60s --seed 1 [--provider smtp]
//
// Holds the built library to its promises while a proxy breaks its connections. See `main.ts`.
import { spawnSync } from 'node:child_process';
import { register } from 'node:module';
import { fileURLToPath } from 'node:url';

const certificate = fileURLToPath(new URL('../fixtures/tls/localhost.cert.pem', import.meta.url));

// Node reads the certificates that it trusts besides its own when it starts, and never again.
if (process.env.NODE_EXTRA_CA_CERTS === certificate) {
  register('./read-typescript.mjs', import.meta.url);
  await import('./main.ts');
} else {
  const { status } = spawnSync(process.execPath, process.argv.slice(1), {
    stdio: 'inherit',
    env: { ...process.env, NODE_EXTRA_CA_CERTS: certificate },
  });
  process.exitCode = status ?? 1;
}
