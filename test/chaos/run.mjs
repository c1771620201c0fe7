// npm run chaos -- --seed 1 [--seeds 10] [--messages 600] [--provider smtp] [--report | --resend]
// npm run chaos -- --soak 2m [--provider smtp]
// npm run chaos -- --back-pressure 60s
// npm run chaos -- --outage 30s [--provider smtp]
// npm run chaos -- --brown-out 60s --seed 1 [--provider smtp]
//
// Holds the built library to its promises while a proxy breaks its connections. See `main.ts`.
import { register } from 'node:module';

register('./read-typescript.mjs', import.meta.url);
await import('./main.ts');
