import { fileURLToPath } from 'node:url';

/** What stands under `providers.eml` in the options of MailBridge. */
export interface EmlOptions {
  /** The folder that the files go to; made when it is missing. @default `sample-app/outbox` */
  folder?: string;
}

/** `sample-app/outbox`, wherever the application is started from. */
export const OUTBOX = fileURLToPath(new URL('../../outbox', import.meta.url));

// Types `providers: { eml: … }` where the options are written.
declare module 'nest-mailbridge' {
  interface MailProviderOptionsMap {
    eml?: EmlOptions;
  }
}
