/** Keys of an AWS account. */
export interface SesCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/** A function that gets keys; `expiration` says until when they hold. The SDK gives it its own properties. */
export type SesCredentialsFunction = (
  properties?: Readonly<Record<string, unknown>>,
) => Promise<SesCredentials & { readonly expiration?: Date }>;

/** The function of the application failed; another time it may not. */
export const FUNCTION_FAILED = 'CREDENTIALS_FUNCTION_FAILED';
/** It gave something that is not the keys of an account. */
export const NO_KEYS = 'CREDENTIALS_FUNCTION_GAVE_NONE';

/**
 * The application's function as the SDK calls it: of what goes wrong with it nothing is left but one of the
 * two names, since its errors may hold keys. The SDK shares what it gives and asks again before it expires.
 */
export function namedFailures(getCredentials: SesCredentialsFunction): SesCredentialsFunction {
  return async (properties) => {
    let found: unknown;
    try {
      found = await getCredentials(properties);
    } catch {
      throw named(FUNCTION_FAILED);
    }
    if (!areKeys(found)) throw named(NO_KEYS);
    return found;
  };
}

function areKeys(value: unknown): value is SesCredentials {
  const { accessKeyId, secretAccessKey } = (value ?? {}) as Partial<SesCredentials>;
  return [accessKeyId, secretAccessKey].every((key) => typeof key === 'string' && key !== '');
}

function named(name: string): Error {
  return Object.assign(new Error(name), { name });
}
