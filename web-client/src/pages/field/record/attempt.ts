/** A change of a record by one press, without a form to stay open: what was not saved is said. */
import { toasts } from '../../../ui/toasts.svelte';
import { changeProblem } from '../form/problem';

/** Whether it was saved. */
export async function attempt(change: Promise<unknown>): Promise<boolean> {
  try {
    await change;
    return true;
  } catch (error) {
    toasts.warn(changeProblem(error));
    return false;
  }
}
