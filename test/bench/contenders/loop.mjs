/**
 * Sends that many messages, so many at a time, each as soon as one before is done.
 *
 * @param {(at: number) => Promise<boolean>} send whether the message was accepted
 * @returns {Promise<number>} how many were
 */
export async function loop(count, concurrency, send) {
  let [next, accepted] = [0, 0];
  const sender = async () => {
    while (next < count) {
      const at = next;
      next += 1;
      if (await send(at)) accepted += 1;
    }
  };
  await Promise.all(Array.from({ length: concurrency }, sender));
  return accepted;
}
