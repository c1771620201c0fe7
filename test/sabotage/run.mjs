// npm run sabotage [-- --seed 1] [--only 'nothing is ever sent']
//
// Makes the library lie, in one way after the other, and shows that a chaos run finds it out.
// See `main.ts`.
import { register } from 'node:module';

register('../chaos/read-typescript.mjs', import.meta.url);
await import('./main.ts');
