// automerge-repo on both sides, over its own WebSocket adapters.
import { createServer } from 'node:http';
import { Repo } from '@automerge/automerge-repo';
import { WebSocketClientAdapter, WebSocketServerAdapter } from '@automerge/automerge-repo-network-websocket';
import { WebSocketServer } from 'ws';

export const title = 'automerge-repo 2.5';
export const packages = [
  '@automerge/automerge-repo',
  '@automerge/automerge-repo-network-websocket',
  '@automerge/automerge',
];
export const settings = [
  'a document for each recipient; a visit is a map of its fields',
  'strings as they are by default, which is text that merges letter by letter',
  "the server is set up as Automerge's own sync server: storage, and a share policy that announces nothing by itself",
  'keep-alive of 5 s and retries after 5 s, as both adapters have them by default',
  'storage in memory on both sides, so that the state of the last sync with a peer is kept',
];

/** What a storage adapter is asked for, over maps: a key is a document and what of it. */
class MemoryStorage {
  #documents = new Map();

  #of([document]) {
    if (!this.#documents.has(document)) this.#documents.set(document, new Map());
    return this.#documents.get(document);
  }

  async load(key) {
    return this.#of(key).get(key.join())?.data;
  }

  async save(key, data) {
    this.#of(key).set(key.join(), { key, data });
  }

  async remove(key) {
    this.#of(key).delete(key.join());
  }

  async loadRange(prefix) {
    return [...this.#of(prefix).values()].filter(({ key }) => prefix.every((part, at) => key[at] === part));
  }

  async removeRange(prefix) {
    for (const { key } of await this.loadRange(prefix)) await this.remove(key);
  }
}

export async function serve(keepAliveMs) {
  const http = createServer();
  const sockets = new WebSocketServer({ server: http });
  new Repo({
    network: [new WebSocketServerAdapter(sockets, keepAliveMs)],
    storage: new MemoryStorage(),
    peerId: 'storage-server',
    sharePolicy: async () => false,
  });
  await new Promise((resolve) => http.listen(0, '127.0.0.1', resolve));
  return http.address().port;
}

let freshDevices = 0;

export class Device {
  #peerId;
  #storage = new MemoryStorage();
  #repo;
  /** Addresses of documents by recipient. */
  #addresses;
  #handles = new Map();
  /** Recipients about whom the server has something to say or to confirm. */
  #unsettled = new Set();

  static async begin(login, cases) {
    const device = new this();
    device.#start(login, new Map());
    for (const id of cases) {
      const handle = device.#repo.create({ type: 'case', visits: {} });
      device.#addresses.set(id, handle.url);
      device.#handles.set(id, handle);
      device.#unsettled.add(id);
    }
    return device;
  }

  static async fresh(login, addresses) {
    const device = new this();
    device.#start(`${login}-fresh-${(freshDevices += 1)}`, addresses);
    device.#unsettled = new Set(addresses.keys());
    return device;
  }

  #start(peerId, addresses) {
    this.#peerId = peerId;
    this.#addresses = addresses;
    this.#repo = new Repo({ storage: this.#storage, peerId });
  }

  /** A visit as the document gets it. */
  written(visit) {
    return visit;
  }

  invitation() {
    return this.#addresses;
  }

  async save({ id, case: recipient, fields, ...rest }) {
    this.#unsettled.add(recipient);
    this.#handles.get(recipient).change((doc) => {
      doc.visits[id] = this.written({ ...rest, ...fields });
    });
  }

  async sync(port) {
    const adapter = new WebSocketClientAdapter(`ws://127.0.0.1:${port}`);
    const server = new Promise((resolve) => {
      adapter.once('peer-candidate', ({ peerMetadata }) => resolve(peerMetadata.storageId));
    });
    this.#repo.networkSubsystem.addNetworkAdapter(adapter);
    const storageId = await server;
    await Promise.all([...this.#unsettled].map((id) => this.#agree(id, storageId)));
    this.#unsettled.clear();
  }

  /** Waits until the server has said that it is where this device is; of what nobody changed it says nothing. */
  async #agree(id, storageId) {
    if (!this.#handles.has(id)) {
      // A cut makes a document unavailable until the connection is back: that is no reason to give up.
      const allowableStates = ['ready', 'requesting', 'unavailable'];
      this.#handles.set(id, await this.#repo.find(this.#addresses.get(id), { allowableStates }));
    }
    const handle = this.#handles.get(id);
    await handle.whenReady();
    const same = () => {
      const theirs = handle.getSyncInfo(storageId)?.lastHeads ?? [];
      return [...theirs].sort().join() === [...handle.heads()].sort().join();
    };
    await new Promise((resolve) => {
      const look = () => same() && resolve();
      handle.on('remote-heads', look);
      handle.on('heads-changed', look);
      look();
    });
  }

  /** Closes the app, and opens it again without a network. */
  async leave() {
    await this.#repo.flush();
    await new Promise((resolve) => setTimeout(resolve, 300)); // The state of the sync is written 100 ms later.
    await this.#repo.shutdown();
    this.#start(this.#peerId, this.#addresses);
    for (const [id, address] of this.#addresses) this.#handles.set(id, await this.#repo.find(address));
  }

  async visits() {
    return [...this.#handles.values()].reduce((sum, handle) => sum + Object.keys(handle.doc().visits).length, 0);
  }
}
