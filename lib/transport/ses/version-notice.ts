const SWITCH = 'AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED';

/**
 * Makes a client without the SDK's notice about Node versions that it will drop one day: which versions
 * work is for our own `engines` to say. The switch is in the environment only while `create` runs.
 */
export function withoutVersionNotice<T>(create: () => T): T {
  const before = process.env[SWITCH];
  process.env[SWITCH] = 'true';
  try {
    return create();
  } finally {
    if (before === undefined) delete process.env[SWITCH];
    else process.env[SWITCH] = before;
  }
}
