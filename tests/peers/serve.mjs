// A peer's server in a process of its own, so that its memory can be read: forked with the name of the peer's file.
const { serve } = await import(`./${process.argv[2]}.mjs`);
process.send({ port: await serve() });
process.on('disconnect', () => process.exit());
