// The same PouchDB, when the day is only sent and nothing asked for.
import { Device as Both, settings as both } from './pouchdb.mjs';

export { packages, serve } from './pouchdb.mjs';
export const title = 'PouchDB, sending alone';
export const settings = [...both, 'replicate.to instead of sync'];
export const works = ['day', 'day_edge'];

export class Device extends Both {
  async replicate(local, remote) {
    return [await local.replicate.to(remote)];
  }
}
