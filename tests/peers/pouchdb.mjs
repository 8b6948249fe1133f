// PouchDB on the device, express-pouchdb on the server, CouchDB's replication between them.
import express from 'express';
import expressPouchDB from 'express-pouchdb';
import http from 'pouchdb-adapter-http';
import memory from 'pouchdb-adapter-memory';
import PouchCore from 'pouchdb-core';
import mapreduce from 'pouchdb-mapreduce';
import replication from 'pouchdb-replication';

export const title = 'PouchDB ↔ express-pouchdb';
export const packages = ['pouchdb-core', 'pouchdb-replication', 'pouchdb-adapter-memory', 'express-pouchdb'];
export const settings = [
  'a database for each worker and a document for each record, as CouchDB advises for access by person',
  "express-pouchdb in the mode 'minimumForPouchDB', its gzip of answers on",
  'one-shot PouchDB.sync for a day, replicate.from for a fresh device (a sync would offer everything back)',
  'batch_size and batches_limit as they are by default (100 and 10)',
  "the fetch of Node, which keeps connections open as a browser's does (PouchDB's own polyfill closes each)",
];

const PouchDB = PouchCore.plugin(memory).plugin(http).plugin(replication).plugin(mapreduce);

export async function serve() {
  const app = express();
  app.use('/', expressPouchDB(PouchDB.defaults({ adapter: 'memory' }), { mode: 'minimumForPouchDB' }));
  const server = await new Promise((resolve) => {
    const server = app.listen(0, '127.0.0.1', () => resolve(server));
  });
  return server.address().port;
}

// Names of databases in memory are shared within a process: each device has its own.
let devices = 0;

export class Device {
  #login;
  #isFresh = false;
  #local = new PouchDB(`device${(devices += 1)}`, { adapter: 'memory' });

  static async begin(login, cases) {
    const device = new this();
    device.#login = login;
    await device.#local.bulkDocs(cases.map((id) => ({ _id: id, type: 'case' })));
    return device;
  }

  static async fresh(login) {
    const device = new this();
    device.#login = login;
    device.#isFresh = true;
    return device;
  }

  invitation() {}

  async save({ id, ...rest }) {
    await this.#local.put({ _id: id, ...rest });
  }

  async sync(port) {
    const remote = new PouchDB(`http://127.0.0.1:${port}/${this.#login}`, {
      fetch: (url, options) => fetch(url, { ...options, headers: [...options.headers] }),
    });
    const halves = this.#isFresh
      ? [await this.#local.replicate.from(remote)]
      : await this.replicate(this.#local, remote);
    const bad = halves.find((half) => !half.ok || half.errors.length > 0);
    if (bad) throw new Error(`replication failed: ${JSON.stringify(bad)}`);
  }

  /** What a device does that has been here before. */
  async replicate(local, remote) {
    const { push, pull } = await local.sync(remote);
    return [push, pull];
  }

  async leave() {}

  async visits() {
    const { rows } = await this.#local.allDocs({ include_docs: true });
    return rows.filter(({ doc }) => doc.type === 'visit').length;
  }
}
