// The core the browser gets, in Node: phones without pages, that can have been away for months.
import { readFileSync } from 'node:fs';
import { Core, initSync } from '../../web-client/src/core/pkg/sync_core.js';
import { Host } from './host.mjs';

export const pkg = new URL('../../web-client/src/core/pkg/', import.meta.url);
initSync({ module: readFileSync(new URL('sync_core_bg.wasm', pkg)) });

/** A phone signed in as of that time: it writes from there on, as if it had had no signal since. */
export async function away(server, login, now_ms) {
  // A connection that was kept may be closed by the server in the moment it is used again.
  const ask = (path, init) => fetch(server.origin + path, init).catch(() => fetch(server.origin + path, init));
  const host = new Host(new Core(), ask);
  await host.enrol(login, now_ms);
  return host;
}

/** Registers a person's case and their card; gives the case. */
export function register(host, name, now_ms) {
  const { doc, record } = host.write('case', { care_status: 'active' }, {}, now_ms);
  const person = host.write('person', { name }, { case: doc }, now_ms);
  host.write('case', { person: person.record }, { record, doc }, now_ms);
  return doc;
}

/** The first of the month so many months before this one; now, for this one. */
export function monthsAgo(months) {
  const now = new Date();
  return months === 0 ? now.getTime() : Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - months, 1, 12);
}
