import { describe, expect, it } from 'vitest';
import { schema } from '../testing/schemas';
import { type GroupItem, isAsked, items, labelKey, steps } from './form-model';

const TYPES = ['visit', 'delivery', 'task', 'activity', 'case', 'person'] as const;
const WIDGETS = new Set([
  'text', 'long-text', 'date', 'time-now', 'minutes', 'stepper', 'count', 'mood-scale', 'yes-no', 'choice-chips', 'money',
  'phone', 'place-picker', 'people-picker', 'service-picker', 'line-list', 'cash-ledger',
]);

describe.each(TYPES)('the form of a %s', (type) => {
  it('uses only widgets the app can draw', () => {
    const unknown = items(schema(type)).filter((item) => !WIDGETS.has(item.widget));
    expect(unknown).toEqual([]);
  });

  it('shows everything asked in exactly one step', () => {
    const shown = steps(schema(type)).flatMap((step) => step.items);
    expect(shown.map((item) => item.key).sort()).toEqual(items(schema(type)).map((item) => item.key).sort());
  });

  it('has a label for everything', () => {
    expect(items(schema(type)).filter((item) => !labelKey(item).startsWith('field-'))).toEqual([]);
  });
});

it('draws the lines of a delivery with their columns in order', () => {
  const line = items(schema('delivery')).find((item) => item.key === 'line') as GroupItem;
  expect(line.columns.map((column) => column.key).slice(0, 4)).toEqual(['kind', 'name', 'qty', 'unit']);
  expect(line.columns.find((column) => column.key === 'qty')?.widget).toBe('stepper');
});

it('draws the cash ledger from plain fields', () => {
  const cash = items(schema('delivery')).find((item) => item.key === 'cash') as GroupItem;
  expect(cash.fields.map((field) => field.key)).toEqual(['received_minor', 'spent_minor', 'returned_minor']);
});

it('puts the services first on a visit', () => {
  expect(steps(schema('visit'))[0]?.items[0]?.key).toBe('service');
});

describe('a field that depends on another', () => {
  const visit = schema('visit');
  it('is asked when the other has the value', () => {
    expect(isAsked(visit, 'witness', { signed_by: 'recipient' })).toBe(false);
    expect(isAsked(visit, 'witness', { signed_by: 'witness' })).toBe(true);
  });

  it('is never hidden when it is filled', () => {
    expect(isAsked(visit, 'witness', { signed_by: 'recipient', witness: 'Olga' })).toBe(true);
  });

  it('looks at its own row', () => {
    const fields = { 'line/a/refused': true, 'line/b/refused': false };
    expect(isAsked(schema('delivery'), 'refused_why', fields, 'line', 'line/a/')).toBe(true);
    expect(isAsked(schema('delivery'), 'refused_why', fields, 'line', 'line/b/')).toBe(false);
  });
});
