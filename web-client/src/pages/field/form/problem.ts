/** Why something could not be saved, in words that say what to do. */
import { CommandError } from '../../../core/client';
import { t } from '../../../i18n/index.svelte';

const ABOUT_THE_RECORD = ['record_aside', 'record_gone', 'record_unknown', 'document_unreadable'];
const IN_A_FORM = new Set([...ABOUT_THE_RECORD, 'no_room', 'too_long', 'crashed']);
const BY_ONE_PRESS = new Set(ABOUT_THE_RECORD);

/** Of a form: what is typed stays in it. */
export function saveProblem(error: unknown): string {
  const code = codeOf(error);
  return t(IN_A_FORM.has(code) ? `save-${code}` : 'save-not_saved');
}

/** Of a change made by one press. */
export function changeProblem(error: unknown): string {
  const code = codeOf(error);
  if (code === 'no_room') return t('change-no_room');
  return t(BY_ONE_PRESS.has(code) ? `save-${code}` : 'change-not_saved');
}

function codeOf(error: unknown): string {
  return error instanceof CommandError ? error.failure.code : '';
}
