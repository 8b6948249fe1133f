/** What several pages read out of the stores, computed once. */
import { language } from '../i18n/index.svelte';
import { type Choice, list, nameIn, recipients } from '../records/catalogue';
import { caseload, openTasks } from '../records/caseload';
import { stores } from './stores.svelte';

class World {
  org = $derived(stores.session?.org ?? '');
  me = $derived(stores.session?.person ?? '');
  private duties = $derived(stores.session?.duties ?? []);
  coordinator = $derived(this.duties.includes('coordinator'));
  /** An administrator sees the devices at the desk, and nothing of people's affairs. */
  worksAtDesk = $derived(this.coordinator || this.duties.includes('admin'));
  goesOut = $derived(this.duties.includes('worker') || this.duties.includes('volunteer'));
  /** Whether all the server had for this phone is here: until then, what is missing may yet come. */
  whole = $derived(stores.status.due === 0 && stores.status.last_sync_ms !== null && stores.office.size > 0);
  people = $derived(caseload(stores.rows));
  tasks = $derived(openTasks(stores.rows));
  /** Names the desk asked the server for: of people whose documents are not on this device. */
  private learned = $state.raw(new Map<string, string>());

  learn(names: Iterable<readonly [id: string, name: string]>): void {
    this.learned = new Map([...this.learned, ...names]);
  }

  /** A list of the catalogue, or people and places, by the name a schema calls it by. */
  choices(source: string): Choice[] {
    return source === 'recipients' ? recipients(stores.rows) : list(stores.office, this.org, source, language());
  }

  nameOf(source: string, value: unknown): string | undefined {
    const learned = source === 'recipients' ? this.learned.get(String(value)) : undefined;
    return nameIn(this.choices(source), value) ?? learned;
  }

  /** Staff and volunteers by the catalogue, recipients by their cards. */
  personName(id: string | null | undefined): string {
    if (!id) return '';
    return this.nameOf('people', id) ?? String(stores.byId.get(id)?.fields.name ?? this.learned.get(id) ?? '');
  }

  recipientName(id: string | null | undefined): string {
    return (id && this.people.get(id)?.name) || '';
  }
}

export const world = new World();
