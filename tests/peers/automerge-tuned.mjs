// The same automerge-repo with what else its documentation offers for this work.
import { ImmutableString } from '@automerge/automerge-repo';
import { Device as Plain, serve as serveWith, settings as plain } from './automerge.mjs';

export { packages } from './automerge.mjs';
export const title = 'automerge-repo 2.5, tuned';
export const settings = [
  ...plain,
  'instead: strings are ImmutableString, which merges as a whole',
  'instead: a keep-alive of 60 s, so that a slow link is not taken for a dead one',
];

export const serve = () => serveWith(60_000);

export class Device extends Plain {
  written(visit) {
    const whole = (value) => (typeof value === 'string' ? new ImmutableString(value) : value);
    return Object.fromEntries(Object.entries(visit).map(([key, value]) => [key, whole(value)]));
  }
}
