/** What a volunteer learns of chores from office rows: open ones without names, taken ones with a card. */

export interface Offer {
  task: string;
  kind: string;
  place: string | null;
  due: string | null;
}

export interface Card {
  name: string;
  address: string | null;
  phone: string | null;
}

type Office = ReadonlyMap<string, unknown>;

const text = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null);

export function offers(office: Office): Offer[] {
  const found = [...office].flatMap(([key, value]): Offer[] => {
    const [, topic, task] = key.split('/');
    if (topic !== 'offer' || !task || typeof value !== 'object' || value === null) return [];
    const { kind, place, due } = value as Record<string, unknown>;
    return [{ task, kind: text(kind) ?? '', place: text(place), due: text(due) }];
  });
  return found.sort((a, b) => (a.due ?? '9').localeCompare(b.due ?? '9'));
}

/** Whom a chore is for, as told to the person who took it. */
export function cardOf(office: Office, task: string, person: string): Card | null {
  const value = office.get(`office/card/${task}/${person}`);
  if (typeof value !== 'object' || value === null) return null;
  const { name, address, phone } = value as Record<string, unknown>;
  return { name: text(name) ?? '', address: text(address), phone: text(phone) };
}
