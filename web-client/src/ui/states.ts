/** Where a record is, as everybody sees it: one icon, one word, one tone. */
import type { RecordState } from '../core/types';
import type { IconName } from './icons';

export type Tone = 'good' | 'wait' | 'note' | 'alarm';

export const STATES: Record<RecordState, { icon: IconName; tone: Tone }> = {
  phone: { icon: 'device', tone: 'wait' },
  sending: { icon: 'sending', tone: 'wait' },
  server: { icon: 'server', tone: 'note' },
  approved: { icon: 'approved', tone: 'good' },
  returned: { icon: 'returned', tone: 'alarm' },
  edited: { icon: 'edited', tone: 'note' },
  set_aside: { icon: 'aside', tone: 'alarm' },
};
