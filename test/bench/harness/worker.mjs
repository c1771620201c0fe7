// A contender as a resident process: it is made once, stays warm, and sends a slice whenever it is told.
// Its argument is the module of the contender, and what that one is started with.
import 'reflect-metadata';

const { module, settings } = JSON.parse(process.argv[2]);

async function measured(send, count) {
  const before = process.cpuUsage();
  const startedAt = performance.now();
  const accepted = await send(count);
  const ms = performance.now() - startedAt;
  const { user, system } = process.cpuUsage(before);
  const rssMb = process.resourceUsage().maxRSS / 1024;
  return { accepted, ms, cpuMs: (user + system) / 1000, rssMb };
}

process.on('disconnect', () => process.exit());
try {
  const { start } = await import(module);
  const send = await start(settings);
  process.on('message', ({ count }) => {
    measured(send, count).then(
      (slice) => process.send(slice),
      (error) => process.send({ error: error.stack ?? String(error) }),
    );
  });
  process.send({});
} catch (error) {
  process.send({ error: error.stack ?? String(error) });
}
