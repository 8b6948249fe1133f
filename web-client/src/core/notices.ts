import type { Notice } from './types';

const about = ({ code, record, doc }: Notice): string => [code, record, doc].join(' ');

/** The same word about the same thing is said once, however often it is heard: every sync of a revoked phone says it. */
export function withNotice(notices: Notice[], notice: Notice): Notice[] {
  return [...notices.filter((other) => about(other) !== about(notice)), notice];
}
