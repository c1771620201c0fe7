import { RedisScript } from './redis-script.js';

/**
 * The generic cell rate algorithm (ITU-T I.371) on the clock of Redis, which all processes share. The
 * key holds the moment, in microseconds, from which the next reservation may be used; once it has
 * passed it says nothing more, and expires.
 *
 * Arguments in microseconds: how long from now nothing may be used (a pause), and how much later the
 * reservation after this one comes (its cost). Answers how long this one has to wait.
 *
 * Moments are too large for Lua's own number format, which keeps 14 digits.
 */
export const GCRA = new RedisScript(`
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local at = math.max(now + ARGV[1], tonumber(redis.call('GET', KEYS[1]) or now))
local next = math.ceil(at + ARGV[2])
local expiry = math.ceil((next - now) / 1000) + 1
redis.call('SET', KEYS[1], string.format('%.0f', next), 'PX', string.format('%.0f', expiry))
return at - now
`);

/**
 * Begins a pause, which its key outlives by nothing: a longer one that is under way stays. Argument in
 * milliseconds.
 */
export const BEGIN_PAUSE = new RedisScript(`
if redis.call('PTTL', KEYS[1]) < tonumber(ARGV[1]) then
  redis.call('SET', KEYS[1], '1', 'PX', ARGV[1])
end
return 0
`);

/** Answers how many milliseconds of a pause are left. */
export const PAUSE_LEFT = new RedisScript(`
return math.max(0, redis.call('PTTL', KEYS[1]))
`);
