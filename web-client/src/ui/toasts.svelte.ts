/** Short words at the bottom of the page after something was done, with a way to take it back. */

export interface Toast {
  id: number;
  icon: 'check' | 'warning';
  text: string;
  undo: (() => void) | null;
}

const SHOWN_MS = 4_000;
/** Long enough for a person aged 60 to read and find the button. */
export const UNDO_MS = 10_000;

let next = 1;

class Toasts {
  list = $state.raw<Toast[]>([]);

  say(text: string, undo: (() => void) | null = null): void {
    this.show({ icon: 'check', text, undo }, undo ? UNDO_MS : SHOWN_MS);
  }

  /** Something did not work: long enough to read what to do. */
  warn(text: string): void {
    this.show({ icon: 'warning', text, undo: null }, UNDO_MS);
  }

  private show(what: Omit<Toast, 'id'>, shown_ms: number): void {
    const toast = { id: next++, ...what };
    this.list = [...this.list, toast].slice(-2);
    setTimeout(() => this.drop(toast.id), shown_ms);
  }

  drop(id: number): void {
    this.list = this.list.filter((toast) => toast.id !== id);
  }
}

export const toasts = new Toasts();
