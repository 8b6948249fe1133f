// Yjs on the device, hocuspocus on the server.
import { Database } from '@hocuspocus/extension-database';
import { HocuspocusProvider, HocuspocusProviderWebsocket } from '@hocuspocus/provider';
import { Server } from '@hocuspocus/server';
import WebSocket from 'ws';
import * as Y from 'yjs';

export const title = 'Yjs + hocuspocus 4';
export const packages = ['yjs', '@hocuspocus/server', '@hocuspocus/provider', '@hocuspocus/extension-database'];
export const settings = [
  'a document for each recipient; a visit is a Y.Map of its fields, notes are a string',
  'all documents of a device over one socket (HocuspocusProviderWebsocket), everything else as it is by default',
  'awareness on: the documentation says that a socket without it reconnects',
  'the server stores documents through extension-database, into memory, and unloads those nobody is connected to',
  'a past of 100 visits is written in one session, which flatters Yjs: it keeps the clients of every session for ever',
];

export async function serve(options = {}) {
  const stored = new Map();
  const database = new Database({
    fetch: async ({ documentName }) => stored.get(documentName) ?? null,
    store: async ({ documentName, state }) => void stored.set(documentName, state),
  });
  const server = new Server({ address: '127.0.0.1', port: 0, quiet: true, extensions: [database], ...options });
  await server.listen();
  return server.address.port;
}

export class Device {
  #stored = new Map();
  #open = new Map();
  #socket;
  #providers = [];

  static async begin(login, cases) {
    const device = new Device();
    for (const id of cases) device.#doc(id).getMap('case').set('type', 'case');
    return device;
  }

  static async fresh(login, cases) {
    const device = new Device();
    for (const id of cases) device.#doc(id);
    return device;
  }

  invitation() {
    return [...this.#open.keys()];
  }

  /** The document, from what is stored when the app was closed since. */
  #doc(id) {
    if (!this.#open.has(id)) {
      const doc = new Y.Doc();
      if (this.#stored.has(id)) Y.applyUpdate(doc, this.#stored.get(id));
      this.#open.set(id, doc);
    }
    return this.#open.get(id);
  }

  async save({ id, case: recipient, fields, ...rest }) {
    const doc = this.#doc(recipient);
    doc.transact(() => {
      const visit = new Y.Map(Object.entries({ ...rest, ...fields }));
      doc.getMap('visits').set(id, visit);
    });
  }

  async sync(port) {
    this.#socket = new HocuspocusProviderWebsocket({ url: `ws://127.0.0.1:${port}`, WebSocketPolyfill: WebSocket });
    const done = [...this.#open].map(([name, document]) => this.#provide(name, document));
    await Promise.all(done);
  }

  #provide(name, document) {
    return new Promise((resolve, reject) => {
      const provider = new HocuspocusProvider({ websocketProvider: this.#socket, name, document });
      const look = () => provider.isSynced && !provider.hasUnsyncedChanges && resolve();
      provider.on('synced', look);
      provider.on('unsyncedChanges', look);
      provider.on('authenticationFailed', ({ reason }) => reject(new Error(reason)));
      provider.attach();
      this.#providers.push(provider);
    });
  }

  /** Closes the app: what it holds goes to the store, the next sync begins from there. */
  async leave() {
    for (const provider of this.#providers.splice(0)) provider.destroy();
    this.#socket.destroy();
    const names = [...this.#open.keys()];
    for (const [id, doc] of this.#open) this.#stored.set(id, Y.encodeStateAsUpdate(doc));
    this.#open.clear();
    for (const name of names) this.#doc(name);
  }

  async visits() {
    return [...this.#open.values()].reduce((sum, doc) => sum + doc.getMap('visits').size, 0);
  }
}
