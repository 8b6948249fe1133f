/** The dedicated worker of a tab: waits for its turn to lead, and until then passes commands on. */
/// <reference lib="webworker" />
import type { FromWorker, Push, Reply, Request } from '../protocol';
import { openStorage } from '../storage';
import { commands, failure } from './commands';
import { Engine } from './engine';
import { Leader } from './leader';
import { CHANNEL, Tabs } from './tabs';

const tell = (message: FromWorker): void => self.postMessage(message);

const tabs = new Tabs(new BroadcastChannel(CHANNEL), {
  reply: (reply) => tell({ reply }),
  push: (push) => tell(push),
});

self.onmessage = ({ data }: MessageEvent<Request>) => tabs.ask(data);

async function lead(): Promise<void> {
  const publish = (push: Push): void => tabs.publish(push);
  const leader = await Leader.open({ storage: openStorage, engine: () => Engine.load(), publish });
  const table = commands(leader, publish);
  tabs.take(async ({ id, command, args }: Request): Promise<Reply> => {
    try {
      return { id, ok: true, answer: await table[command](args as never) };
    } catch (error) {
      if (error instanceof WebAssembly.RuntimeError) tell({ push: 'crashed' });
      return { id, ok: false, failure: failure(error) };
    }
  });
}

/** The lock is held until this worker ends; then the next one in line leads. */
void navigator.locks.request('footpath/leader', async () => {
  try {
    await lead();
  } catch (error) {
    tell({ push: 'stopped', failure: failure(error) });
  }
  await new Promise(() => undefined);
});
