/** Short words at the bottom of the page after something was done, with a way to take it back. */

export interface Toast {
  id: number;
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
    const toast = { id: next++, text, undo };
    this.list = [...this.list, toast].slice(-2);
    setTimeout(() => this.drop(toast.id), undo ? UNDO_MS : SHOWN_MS);
  }

  drop(id: number): void {
    this.list = this.list.filter((toast) => toast.id !== id);
  }
}

export const toasts = new Toasts();
