/** Why a record could not be saved, in words that say what to do. What is typed stays in the form. */
import { t } from '../../../i18n/index.svelte';

const KNOWN = new Set(['no_room', 'too_long', 'crashed']);

export function saveProblem(code: string): string {
  return t(KNOWN.has(code) ? `save-${code}` : 'save-not_saved');
}
