/** Small choices of this browser (language, theme, text size). Never anything about people. */

export interface Preferences {
  language: string | null;
  theme: 'auto' | 'light' | 'dark' | 'sun';
  text: number;
}

const KEY = 'footpath/preferences';
const FIRST: Preferences = { language: null, theme: 'auto', text: 100 };

export function readPreferences(): Preferences {
  try {
    return { ...FIRST, ...JSON.parse(localStorage.getItem(KEY) ?? '{}') };
  } catch {
    return FIRST;
  }
}

export function keepPreferences(preferences: Preferences): void {
  try {
    localStorage.setItem(KEY, JSON.stringify(preferences));
  } catch {
    // A browser that keeps nothing still works; the choice lasts until the tab is closed.
  }
}
