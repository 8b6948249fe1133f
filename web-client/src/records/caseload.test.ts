import { describe, expect, it } from 'vitest';
import { row } from '../testing/schemas';
import { caseload, openTasks, stops } from './caseload';

const person = (family: string, name: string): ReturnType<typeof row> => row('person', { family, kind: 'person', fields: { name } });
const file = (id: string, fields = {}): ReturnType<typeof row> => row('case', { id, family: id, kind: 'case', fields });
const visit = (family: string, date: string, over = {}): ReturnType<typeof row> =>
  row('visit', { case: family, family, fields: { date }, ...over });

const rows = [
  person('a', 'Anna'), file('a'), visit('a', '2026-05-01'), visit('a', '2026-05-20'),
  person('b', 'Boris'), file('b'), visit('b', '2026-05-10'),
  person('c', 'Clara'), file('c', { care_status: 'closed' }),
  row('task', { family: 'z' }),
];

describe('the caseload', () => {
  it('has one entry for each family, newest record first', () => {
    const people = caseload(rows);
    expect([...people.keys()]).toEqual(['a', 'b', 'c']);
    expect(people.get('a')?.entries.map((entry) => entry.fields.date)).toEqual(['2026-05-20', '2026-05-01']);
  });

  it('does not take a voided visit for the last one', () => {
    const people = caseload([...rows, visit('b', '2026-05-30', { voided: true })]);
    expect(people.get('b')?.lastVisit?.fields.date).toBe('2026-05-10');
  });
});

describe('the day', () => {
  it('follows the route', () => {
    const day = stops(caseload(rows), [{ case: 'a', note: 'bread' }, { case: 'gone' }, { case: 'b' }], '2026-05-31', 'me');
    expect(day.map((stop) => [stop.recipient.name, stop.note])).toEqual([['Anna', 'bread'], ['Boris', null]]);
  });

  it('without a route puts first who waits longest, and leaves out closed cases', () => {
    const day = stops(caseload(rows), undefined, '2026-05-31', 'me');
    expect(day.map((stop) => stop.recipient.name)).toEqual(['Boris', 'Anna']);
  });

  it('leaves out neighbours of whom only the card is here', () => {
    const day = stops(caseload([...rows, person('n', 'Neighbour')]), undefined, '2026-05-31', 'me');
    expect(day.map((stop) => stop.recipient.name)).not.toContain('Neighbour');
  });

  it('marks whom I have visited today', () => {
    const day = stops(caseload([...rows, visit('a', '2026-05-31', { author: 'me' })]), undefined, '2026-05-31', 'me');
    expect(day.map((stop) => stop.doneToday)).toEqual([false, true]);
  });
});

it('lists open tasks, the most urgent first', () => {
  const task = (status: string, due: string): ReturnType<typeof row> => row('task', { fields: { status, due } });
  const open = openTasks([task('done', '2026-01-01'), task('offered', '2026-06-02'), task('accepted', '2026-06-01')]);
  expect(open.map((one) => one.fields.due)).toEqual(['2026-06-01', '2026-06-02']);
});
