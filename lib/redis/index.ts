export { RedisRateLimitStore, type RedisRateLimitStoreOptions } from './redis-rate-limit-store.js';
export type { RedisScriptClient } from './redis-script.js';
