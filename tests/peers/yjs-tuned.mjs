// The same Yjs and hocuspocus with what else the documentation offers for this work.
import { serve as serveWith, settings as plain } from './yjs.mjs';

export { Device, packages } from './yjs.mjs';
export const title = 'Yjs + hocuspocus 4, tuned';
export const settings = [
  ...plain,
  'besides: permessage-deflate, which the server leaves off unless told (websocketOptions)',
  'besides: flushDelay off on the server; the batch it keeps otherwise sends a document just loaded a second time',
];

export const serve = () => serveWith({ websocketOptions: { perMessageDeflate: true }, flushDelay: false });
