// The real binary with the demo district, started for one test file and thrown away with its data.
import { execFile, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import net from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';

const root = path.resolve(import.meta.dirname, '../..');
const binary = process.env.FOOTPATH_BIN ?? path.join(root, 'target/debug/footpath');
const built = process.env.FOOTPATH_WEB_DIR ?? path.join(root, 'web-client/dist');
const READY_MS = 120_000;
const run = promisify(execFile);

async function freePort() {
  const probe = net.createServer();
  await new Promise((resolve) => probe.listen(0, '127.0.0.1', resolve));
  const { port } = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  return port;
}

/** The web client as it was built. */
export const pages = built;

export class Server {
  /** `pages` is the folder of the web client, when it is not the one that was built. */
  static async start({ pages } = {}) {
    const server = new Server();
    server.pages = pages ?? built;
    server.data = await mkdtemp(path.join(tmpdir(), 'footpath-e2e-'));
    server.port = await freePort();
    await server.#run('demo');
    return server;
  }

  get origin() {
    return `http://127.0.0.1:${this.port}`;
  }

  async #run(command) {
    const env = { ...process.env, FOOTPATH_WEB_DIR: this.pages };
    this.process = spawn(binary, [command, '--data', this.data, '--addr', `127.0.0.1:${this.port}`], { env });
    this.log = '';
    for (const stream of [this.process.stdout, this.process.stderr]) stream.on('data', (part) => (this.log += part));
    await this.#ready();
  }

  async #ready() {
    const end = Date.now() + READY_MS;
    while (Date.now() < end && this.process.exitCode === null) {
      const answer = await fetch(`${this.origin}/readyz`).catch(() => null);
      if (answer?.ok) return;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    throw new Error(`the server did not get ready:\n${this.log.slice(-4000)}`);
  }

  /** A backup of now, as its command makes it: what `restore` puts back. */
  async backup() {
    const folder = await mkdtemp(path.join(tmpdir(), 'footpath-backup-'));
    const [key, file] = [path.join(folder, 'key'), path.join(folder, 'backup.age')];
    const { stdout } = await run(binary, ['backup-key', '--out', key]);
    const recipient = /age1[0-9a-z]+/.exec(stdout)[0];
    await run(binary, ['backup', '--data', this.data, '--recipient', recipient, '--out', file]);
    return { folder, key, file };
  }

  /** The disk is lost: the same address, with what the backup has. */
  async restore({ folder, key, file }) {
    await this.stop();
    await run(binary, ['restore', '--data', this.data, '--identity', key, '--from', file]);
    await rm(folder, { recursive: true, force: true });
    await this.#run('serve');
  }

  async stop() {
    const gone = new Promise((resolve) => this.process.once('exit', resolve));
    this.process.kill('SIGTERM');
    const patience = setTimeout(() => this.process.kill('SIGKILL'), 5_000);
    if (this.process.exitCode === null) await gone;
    clearTimeout(patience);
    await rm(this.data, { recursive: true, force: true });
  }
}
