/** Words: one Fluent bundle, of the language in use. */
import { FluentBundle, FluentResource, type FluentVariable } from '@fluent/bundle';

export const LANGUAGES = ['ru', 'uk', 'en'] as const;
export type Language = (typeof LANGUAGES)[number];

type Load = Record<Language, () => Promise<{ default: string }>>;

const everybody: Load = { ru: () => import('./ru'), uk: () => import('./uk'), en: () => import('./en') };
const desk: Load = { ru: () => import('./ru/desk'), uk: () => import('./uk/desk'), en: () => import('./en/desk') };

class Words {
  language = $state<Language>('ru');
  bundle = $state.raw<FluentBundle | null>(null);
  areas: Load[] = [everybody];
}

const words = new Words();

export function bundleOf(language: Language, text: string): FluentBundle {
  const bundle = new FluentBundle(language, { useIsolating: false });
  bundle.addResource(new FluentResource(text));
  return bundle;
}

export async function useLanguage(language: Language): Promise<void> {
  const texts = await Promise.all(words.areas.map((load) => load[language]()));
  words.bundle = bundleOf(language, texts.map(({ default: text }) => text).join('\n'));
  words.language = language;
  document.documentElement.lang = language;
}

let deskWords: Promise<void> | undefined;

/** The desk's own words, from now on in whatever language is used. Whoever asks while they are on their way waits too. */
export function useDeskWords(): Promise<void> {
  if (!deskWords) {
    words.areas.push(desk);
    deskWords = useLanguage(words.language);
  }
  return deskWords;
}

/** The language the browser asks for; Russian when it asks for none of ours. */
export function preferredLanguage(asked: readonly string[]): Language {
  for (const tag of asked) {
    const found = LANGUAGES.find((language) => tag.toLowerCase().split('-')[0] === language);
    if (found) return found;
  }
  return 'ru';
}

export const language = (): Language => words.language;

/** The words for a key. A missing key shows itself, so that it is seen and mended. */
export function t(key: string, args?: Record<string, FluentVariable>): string {
  return tryT(key, args) ?? key;
}

/** The words for a key that may not exist, such as the text of an option from a newer server. */
export function tryT(key: string, args?: Record<string, FluentVariable>): string | undefined {
  const message = words.bundle?.getMessage(key);
  if (!message?.value) return undefined;
  return words.bundle!.formatPattern(message.value, args ?? null, []);
}
