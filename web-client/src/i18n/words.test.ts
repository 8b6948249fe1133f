import { readFileSync, readdirSync } from 'node:fs';
import { FluentBundle, FluentResource } from '@fluent/bundle';
import { describe, expect, it } from 'vitest';

const LANGUAGES = ['ru', 'uk', 'en'] as const;

const files = (folder: string, name: RegExp): string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => name.test(file)).sort().map((file) => `${folder}/${file}`);

const sources = (): string[] => files('src', /\.(svelte|ts)$/).filter((file) => !file.endsWith('.test.ts'));

function text(language: string): string {
  return files(`src/i18n/${language}`, /\.ftl$/).map((file) => readFileSync(file, 'utf8')).join('\n');
}

function bundle(language: string): FluentBundle {
  const made = new FluentBundle(language, { useIsolating: false });
  const errors = made.addResource(new FluentResource(text(language)));
  expect(errors).toEqual([]);
  return made;
}

const keys = (language: string): string[] => [...text(language).matchAll(/^([a-z][\w-]*) =/gm)].map((found) => found[1]!);

/** `t('key')`, and keys chosen by a condition inside `t(…)`. */
function usedKeys(): Map<string, string> {
  const used = new Map<string, string>();
  for (const file of sources()) {
    const source = readFileSync(file, 'utf8');
    for (const [, key] of source.matchAll(/\bt\(\s*'([\w-]+)'/g)) used.set(key!, file);
    for (const [, a, b] of source.matchAll(/\bt\([^'`)]*\? '([\w-]+)' : '([\w-]+)'/g)) used.set(a!, file).set(b!, file);
  }
  return used;
}

/** `t(`type-${…}`)`: there must be some key that begins so. */
function usedPrefixes(): Map<string, string> {
  const used = new Map<string, string>();
  for (const file of sources()) {
    for (const [, prefix] of readFileSync(file, 'utf8').matchAll(/\bt\(`([\w-]+-)\$\{/g)) used.set(prefix!, file);
  }
  return used;
}

describe('the words', () => {
  it.each(LANGUAGES)('of %s can all be read', (language) => {
    bundle(language);
  });

  it.each(LANGUAGES)('of %s have no key twice', (language) => {
    const seen = keys(language);
    expect(seen.filter((key, i) => seen.indexOf(key) !== i)).toEqual([]);
  });

  it.each(['uk', 'en'])('of %s have the keys of the Russian ones', (language) => {
    const [theirs, ours] = [new Set(keys(language)), new Set(keys('ru'))];
    expect([...ours].filter((key) => !theirs.has(key))).toEqual([]);
    expect([...theirs].filter((key) => !ours.has(key))).toEqual([]);
  });

  it.each(['uk', 'en'])('of %s name the same values as the Russian ones', (language) => {
    const values = (of: string): Map<string, string> =>
      new Map(text(of).split(/\n(?=[a-z][\w-]* =)/).filter((message) => !message.startsWith('#')).map((message) => [
        message.split(' =')[0]!,
        [...new Set([...message.matchAll(/\$(\w+)/g)].map((found) => found[1]))].sort().join(),
      ]));
    const theirs = values(language);
    expect([...values('ru')].filter(([key, names]) => theirs.get(key) !== names)).toEqual([]);
  });

  it('are there for every key a page uses', () => {
    const known = new Set(keys('ru'));
    expect([...usedKeys()].filter(([key]) => !known.has(key))).toEqual([]);
  });

  it('are there for every kind of key a page puts together', () => {
    const known = keys('ru');
    const missing = [...usedPrefixes()].filter(([prefix]) => !known.some((key) => key.startsWith(prefix)));
    expect(missing).toEqual([]);
  });

  it.each([
    ['ru', [1, 2, 5, 11, 21, 22, 25, 111], ['день', 'дня', 'дней', 'дней', 'день', 'дня', 'дней', 'дней']],
    ['uk', [1, 2, 5, 11, 21, 22, 25, 111], ['день', 'дні', 'днів', 'днів', 'день', 'дні', 'днів', 'днів']],
    ['en', [1, 2, 21], ['day', 'days', 'days']],
  ] as const)('count days right in %s', (language, numbers, words) => {
    const made = bundle(language);
    const said = numbers.map((days) => made.formatPattern(made.getMessage('ago-days')!.value!, { days }));
    expect(said.map((one) => one.split(' ')[1])).toEqual(words);
  });
});
