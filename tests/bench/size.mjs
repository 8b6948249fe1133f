// What a phone fetches once, in bytes of Brotli (level 11, as the server stores it): run after `make web`.
// Prints {"size": {wasm_raw, wasm_br, shell_br, first_install_br}}.
import { readFileSync } from 'node:fs';
import { brotliCompressSync } from 'node:zlib';

const dist = new URL('../../web-client/dist/', import.meta.url);
const raw = (path) => readFileSync(new URL(path, dist));
const small = (path) => brotliCompressSync(raw(path)).length;
const sum = (paths) => paths.reduce((bytes, path) => bytes + small(path), 0);

// The service worker carries the list of all that is kept on the phone; it is itself fetched too.
const kept = [...raw('sw.js').toString().matchAll(/"url":"([^"]+)"/g)].map((found) => found[1]);
if (kept.length === 0) throw new Error('the service worker lists nothing to keep');
const installed = [...new Set([...kept, 'sw.js'])];

const wasm = installed.filter((path) => path.endsWith('.wasm'));
const shell = installed.filter((path) => !path.endsWith('.wasm'));

console.log(
  JSON.stringify({
    size: {
      wasm_raw: wasm.reduce((bytes, path) => bytes + raw(path).length, 0),
      wasm_br: sum(wasm),
      shell_br: sum(shell),
      first_install_br: sum(installed),
    },
  }),
);
