import { expect, it } from 'vitest';
import { row } from '../../testing/schemas';
import { forTheDay } from './early';

it('takes people, cases and tasks, and of the log only the newest entries and what was returned', () => {
  const visit = (date: string, over = {}) => row('visit', { family: 'a', fields: { date }, ...over });
  const people = [row('person', { kind: 'person', family: 'a' }), row('task', { kind: 'task' })];
  const log = [visit('2026-05-01'), visit('2026-05-04'), visit('2026-05-03'), visit('2026-04-01', { state: 'returned' })];
  const taken = forTheDay([['p', people], ['l', log]]);
  expect(taken.map((one) => one.fields.date ?? one.type)).toEqual(['person', 'task', '2026-04-01', '2026-05-04', '2026-05-03']);
});
