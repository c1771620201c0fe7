/**
 * The name under which a message's `id` travels among the metadata of the providers that have any, and
 * under which their events give it back.
 */
export const CORRELATION_KEY = 'mailbridge_id';
