import type { Client } from 'undici';

/**
 * The HTTP client of undici, without what lies beside it: loading that takes another 100 ms and 15 MB, and
 * would put its agent behind the application's own `fetch`.
 */
export async function loadClient(): Promise<typeof Client> {
  try {
    // @ts-expect-error The file is not part of its public interface, and has no types of its own.
    const client = (await import('undici/lib/dispatcher/client.js')) as { default: typeof Client };
    return client.default;
  } catch {
    return (await import('undici')).Client;
  }
}
