import { main } from './main.js';

main().then(
  (said) => console.log(said),
  (error: unknown) => {
    console.error(error);
    process.exitCode = 1;
  },
);
