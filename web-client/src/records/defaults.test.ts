import { expect, it } from 'vitest';
import { row, schema } from '../testing/schemas';
import { type Setting, earlier, settle, startingFields } from './defaults';

const me = 'a'.repeat(32);
const setting: Setting = {
  me, now: new Date(2026, 4, 31, 14, 5), type: 'visit', case: 'c', settlement: 'p', rows: [],
  services: [{ value: 'cooking', label: '', minutes: 40 }, { value: 'water', label: '', minutes: 10 }],
};

it('starts a visit with today, at home, by me', () => {
  expect(startingFields(schema('visit'), setting)).toEqual({
    date: '2026-05-31', place_kind: 'home', [`performer/${me}/role`]: 'social_worker',
  });
});

it('ticks the services of my last visit to the same person, if they still exist', () => {
  const last = (fields: object, over: object): ReturnType<typeof row> =>
    row('visit', { author: me, case: 'c', fields: { date: '2026-05-30', ...fields }, ...over });
  const rows = [
    last({ 'service/cooking': true, 'service/gone': true }, {}),
    last({ 'service/water': true, date: '2026-05-01' }, {}),
    last({ 'service/water': true, date: '2026-05-31' }, { case: 'other' }),
    last({ 'service/water': true, date: '2026-05-31' }, { voided: true }),
  ];
  const fields = startingFields(schema('visit'), { ...setting, rows });
  expect(Object.keys(fields).filter((key) => key.startsWith('service/'))).toEqual(['service/cooking']);
});

it('settles the times at the moment of saving, by the norm of the services', () => {
  const visit = schema('visit');
  expect(settle(visit, { 'service/cooking': true, 'service/water': true }, setting)).toMatchObject({ start: '13:15', end: '14:05' });
  expect(settle(visit, {}, setting)).toMatchObject({ start: '13:35', end: '14:05' });
});

it('leaves a time alone that a person has set, or has cleared', () => {
  const visit = schema('visit');
  expect(settle(visit, { end: '10:30' }, setting)).toMatchObject({ start: '10:00', end: '10:30' });
  expect(settle(visit, { start: null }, setting).start).toBeNull();
});

it('starts a chore at the place of the recipient, with me among the people', () => {
  const task = startingFields(schema('task'), { ...setting, type: 'task' });
  expect(task).toMatchObject({ place: 'p', status: 'done', due: '2026-05-31', [`assignee/${me}`]: true });
});

it('never goes back into the day before', () => {
  expect(earlier('00:10', 30)).toBe('00:00');
});
