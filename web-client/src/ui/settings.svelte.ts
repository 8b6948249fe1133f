/** The look a person has chosen: theme and text size, put on the root element. */
import { type Preferences, keepPreferences, readPreferences } from '../core/preferences';
import { tellLanguage } from '../core/client';
import { type Language, LANGUAGES, preferredLanguage, useLanguage } from '../i18n/index.svelte';

export const THEMES = ['auto', 'light', 'dark', 'sun'] as const;
export const TEXT_SIZES = [100, 125, 150, 200] as const;

class Settings {
  now = $state.raw<Preferences>(readPreferences());
}

export const settings = new Settings();

const night = matchMedia('(prefers-color-scheme: dark)');

function show(): void {
  const { theme, text } = settings.now;
  const root = document.documentElement;
  root.dataset.theme = theme === 'auto' ? (night.matches ? 'dark' : 'light') : theme;
  root.dataset.text = text > 100 ? 'large' : 'usual';
  root.style.fontSize = `${text}%`;
}

export async function startSettings(): Promise<Language> {
  show();
  night.addEventListener('change', show);
  const chosen = LANGUAGES.find((language) => language === settings.now.language);
  const language = chosen ?? preferredLanguage(navigator.languages);
  await useLanguage(language);
  return language;
}

export function choose(change: Partial<Preferences>): void {
  settings.now = { ...settings.now, ...change };
  keepPreferences(settings.now);
  show();
}

export async function chooseLanguage(language: Language): Promise<void> {
  choose({ language });
  await useLanguage(language);
  void tellLanguage(language);
}
