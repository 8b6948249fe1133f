// Packs what was built with Brotli, once, as well as can be: the server only hands it out.
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { brotliCompressSync, constants } from 'node:zlib';

const WORTH_PACKING = /\.(js|css|html|wasm|svg|webmanifest)$/;
/** Which of them packs best depends on the file, by some hundreds of bytes of the core. */
const WAYS = [
  {},
  { [constants.BROTLI_PARAM_NPOSTFIX]: 3 },
  { [constants.BROTLI_PARAM_NDIRECT]: 15 },
  { [constants.BROTLI_PARAM_MODE]: constants.BROTLI_MODE_TEXT },
];

for (const entry of readdirSync('dist', { recursive: true, withFileTypes: true })) {
  const path = `${entry.parentPath}/${entry.name}`;
  if (!entry.isFile() || !WORTH_PACKING.test(path)) continue;
  const plain = readFileSync(path);
  const packed = WAYS.map((way) => brotliCompressSync(plain, {
    params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: plain.length, ...way },
  }));
  writeFileSync(`${path}.br`, packed.reduce((best, one) => (one.length < best.length ? one : best)));
}
