/** What the desk says about a problem, a reason, a violation. */
import { money, shortDay } from '../i18n/format';
import { t, tryT } from '../i18n/index.svelte';
import type { RecordSchema, Scalar, Violation } from '../core/types';
import { world } from '../core/world.svelte';
import { fieldLabel, valueLabel } from '../records/labels';
import { asProblem } from './call';
import { term } from './caseload';
import type { AssignmentItem } from './types';

export function problemWords(error: unknown): string {
  const { code, detail } = asProblem(error);
  return tryT(`desk-problem-${code}`) ?? detail ?? t('desk-problem-server');
}

/** The reason of a quarantine as a coordinator reads it; the worker's words are said to the worker. */
export function reasonWords(reason: string): string {
  return tryT(`desk-reason-${reason}`) ?? tryT(`reason-${reason}`) ?? t('reason-other', { reason });
}

export function violationWords(schema: RecordSchema | undefined, { field, code, params }: Violation): string {
  const difference = params?.difference;
  const told = difference === undefined ? params : { ...params, difference: money(Number(difference)) };
  const what = tryT(`violation-${code}`, told) ?? t('violation-other');
  return t('desk-violation', { field: fieldLabel(schema, field), what });
}

const ID = /^[0-9a-f]{32}$/;

/** A value as a person reads it; an id becomes a name, whatever kind of thing it names. */
export function valueWords(schema: RecordSchema | undefined, field: string, value: Scalar | undefined): string {
  if (typeof value !== 'string' || !ID.test(value)) return valueLabel(schema, field, value);
  return world.personName(value) || (world.nameOf('places', value) ?? t('value-unknown'));
}

export function fieldNames(schema: RecordSchema | undefined, fields: readonly string[]): string {
  return [...new Set(fields.map((field) => fieldLabel(schema, field)))].join(', ');
}

export function termWords(assignment: AssignmentItem): string {
  const { from, to, substitute } = assignment;
  const days = t(`desk-term-${term(assignment)}`, { from: from ? shortDay(from) : '', to: to ? shortDay(to) : '' });
  return [substitute ? t('desk-substitute') : '', days].filter(Boolean).join(', ');
}
