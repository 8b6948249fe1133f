/** The arrow keys go from row to row, staying on the tick or on the link where the focus was. */

const STEPS: Record<string, number> = { ArrowDown: 1, ArrowUp: -1 };

function kindOf(focused: Element): string | null {
  return ['[data-row-link]', '[data-row-tick]'].find((selector) => focused.matches(selector)) ?? null;
}

export function arrows(list: HTMLElement): { destroy(): void } {
  function step(event: KeyboardEvent): void {
    const by = STEPS[event.key];
    const focused = event.target instanceof Element ? event.target : null;
    const kind = focused && kindOf(focused);
    if (by === undefined || !focused || !kind) return;
    const all = [...list.querySelectorAll<HTMLElement>(kind)];
    const next = all[all.indexOf(focused as HTMLElement) + by];
    if (!next) return;
    event.preventDefault();
    next.focus();
  }
  list.addEventListener('keydown', step);
  return { destroy: () => list.removeEventListener('keydown', step) };
}
