/** The organisation's lists: services, places, people. Rows of office data, read by code or id. */
import type { RecordRow } from '../core/types';

export interface Choice {
  /** The code or id which a record holds. */
  value: string;
  label: string;
  minutes?: number;
  parent?: string | null;
  duty?: string;
}

interface Entry {
  code?: string;
  id?: string;
  name: string | Record<string, string>;
  minutes?: number;
  parent?: string | null;
  duty?: string;
  kind?: string;
}

type Office = ReadonlyMap<string, unknown>;

function choice(entry: Entry, language: string): Choice {
  const { name } = entry;
  const label = typeof name === 'string' ? name : (name[language] ?? name.ru ?? Object.values(name)[0] ?? '');
  const { minutes, parent, duty } = entry;
  return {
    value: entry.code ?? entry.id ?? '',
    label,
    ...(minutes === undefined ? {} : { minutes }),
    ...(parent === undefined ? {} : { parent }),
    ...(duty === undefined ? {} : { duty }),
  };
}

/** One list of the catalogue; empty when this phone has not received it yet. */
export function list(office: Office, org: string, name: string, language: string): Choice[] {
  const value = office.get(`office/catalogue/${org}/${name}`);
  const entries = Array.isArray(value) ? (value as Entry[]) : [];
  return entries.map((entry) => choice(entry, language));
}

export function nameIn(choices: Choice[], value: unknown): string | undefined {
  return choices.find((one) => one.value === value)?.label;
}

/** Recipients are not in the catalogue: their person cards are on this phone or they are nobody's business here. */
export function recipients(rows: RecordRow[]): Choice[] {
  return rows
    .filter((row) => row.type === 'person' && row.family !== null && !row.voided)
    .map((row) => ({ value: row.id, label: String(row.fields.name ?? '') }))
    .sort((a, b) => a.label.localeCompare(b.label));
}
