/** One open form: what is typed, what it would be saved as, and the draft that survives a killed tab. */
import { check, keepDraft } from '../../../core/client';
import type { Fields, RecordSchema, RecordType, Scalar, Violation } from '../../../core/types';
import { update } from '../../../core/update.svelte';
import { type Setting, settle } from '../../../records/defaults';
import type { Draft } from '../../../records/drafts';
import { changed, cleared, withoutEmpty } from '../../../records/groups';

const DRAFT_MS = 400;
const CHECK_MS = 300;
const CLOCK_MS = 20_000;

interface Options {
  type: RecordType;
  schema: RecordSchema;
  setting: Setting;
  draftKey: string;
  /** The record that is corrected, and how it was when the form was opened; null and nothing for a new one. */
  record: string | null;
  before: Fields;
  fields: Fields;
}

export class RecordForm {
  fields = $state<Fields>({});
  now = $state.raw(new Date());
  dirty = $state(false);
  violations = $state.raw<Violation[]>([]);

  /** The fields as they would be saved this minute. A correction adds nothing by itself. */
  settled = $derived.by<Fields>(() =>
    this.options.record ? { ...this.fields } : settle(this.options.schema, { ...this.fields }, this.setting),
  );

  /** What a person has put in, and nothing that a sync may have changed meanwhile. */
  get typed(): Fields {
    return changed(this.options.before, this.fields);
  }

  /** While the record is being saved its draft is not written: it would come after the word that it is done with. */
  private saving = false;
  private draftTimer: ReturnType<typeof setTimeout> | undefined;
  private checkTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(readonly options: Options) {
    this.fields = { ...options.fields };
  }

  get setting(): Setting {
    return { ...this.options.setting, now: this.now };
  }

  set(name: string, value: Scalar): void {
    this.merge({ [name]: value });
  }

  merge(fields: Fields): void {
    Object.assign(this.fields, fields);
    if (!this.dirty) update.dirtyForms++;
    this.dirty = true;
    clearTimeout(this.draftTimer);
    this.draftTimer = setTimeout(() => this.keep(), DRAFT_MS);
    this.checkSoon();
  }

  removeRow(group: string, key: string): void {
    this.merge(cleared(this.fields, group, key));
  }

  checkSoon(): void {
    clearTimeout(this.checkTimer);
    this.checkTimer = setTimeout(async () => {
      this.violations = await check(this.options.type, withoutEmpty(this.settled)).catch(() => []);
    }, CHECK_MS);
  }

  /** Writes the draft at once: the tab may be gone in a moment. */
  keep = (): void => {
    clearTimeout(this.draftTimer);
    if (!this.dirty || this.saving) return;
    const { type, record, setting, draftKey } = this.options;
    const draft: Draft = { type, record, case: setting.case, fields: this.typed, at_ms: Date.now() };
    // When it cannot be kept, what is typed is still on the page, and is offered again with the next letter.
    keepDraft(draftKey, draft).catch(() => undefined);
  };

  /** Writes the record; when that fails, what is typed is kept as a draft as before. */
  async save(write: () => Promise<unknown>): Promise<void> {
    this.saving = true;
    try {
      await write();
      this.done();
    } finally {
      this.saving = false;
      this.keep();
    }
  }

  /** The form is done with: saved, or started over. Its draft went with the saving, or goes by `dropDraft`. */
  done(): void {
    clearTimeout(this.draftTimer);
    this.clean();
  }

  async dropDraft(): Promise<void> {
    this.done();
    await keepDraft(this.options.draftKey, null);
  }

  private clean(): void {
    if (this.dirty) update.dirtyForms--;
    this.dirty = false;
  }

  /** To be called while the form is on the page; returns what to call when it leaves. */
  attach(): () => void {
    const clock = setInterval(() => (this.now = new Date()), CLOCK_MS);
    const leaving = (): void => {
      if (document.visibilityState === 'hidden') this.keep();
    };
    document.addEventListener('visibilitychange', leaving);
    addEventListener('pagehide', this.keep);
    this.checkSoon();
    return () => {
      clearInterval(clock);
      clearTimeout(this.checkTimer);
      document.removeEventListener('visibilitychange', leaving);
      removeEventListener('pagehide', this.keep);
      this.keep();
      this.clean();
    };
  }
}
