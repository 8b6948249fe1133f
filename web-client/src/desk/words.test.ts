import { readFileSync } from 'node:fs';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { RecordSchema } from '../core/types';
import type { Language } from '../i18n/index.svelte';

vi.mock('../core/client', () => ({ rest: vi.fn(), CommandError: class extends Error {} }));
vi.stubGlobal('document', { documentElement: {} });
vi.stubGlobal('navigator', { languages: ['ru'] });
const { t, useDeskWords, useLanguage } = await import('../i18n/index.svelte');
const { problemWords, reasonWords, termWords, valueWords, violationWords, fieldNames } = await import('./words');
const { DeskProblem } = await import('./call');
const { world } = await import('../core/world.svelte');

const schema = (type: string): RecordSchema =>
  JSON.parse(readFileSync(new URL(`../../../schemas/records/${type}.schema.json`, import.meta.url), 'utf8'));
const plain = (text: string): string => text.replaceAll('\u00a0', ' ');

beforeEach(async () => {
  await useLanguage('ru');
  await useDeskWords();
});

describe('words of the desk', () => {
  it('tells a violation with the field and the numbers', () => {
    expect(violationWords(schema('visit'), { field: 'start', code: 'missing' })).toBe('Пришли: Не заполнено');
    expect(violationWords(schema('visit'), { field: 'start', code: 'from_the_future' })).toContain('Пришли: ');
  });

  it('tells a coordinator why something was set aside, not its author', () => {
    expect(reasonWords('out_of_scope')).toContain('автором');
    expect(reasonWords('too_large')).not.toContain('reason-');
    expect(reasonWords('from_the_future')).toContain('from_the_future');
  });

  it('says what is wrong: in its own words, the server’s, or at least honestly', () => {
    expect(problemWords(new DeskProblem('network', null))).toContain('Нет связи');
    expect(problemWords(new DeskProblem('cannot_release', 'Нельзя внести.'))).toBe('Нельзя внести.');
    expect(problemWords(new TypeError())).toContain('Сервер не смог ответить');
  });

  it('never shows an id', () => {
    const id = 'a'.repeat(32);
    expect(valueWords(schema('case'), 'person', id)).not.toContain(id);
    world.learn([[id, 'Мария Ткач']]);
    expect(valueWords(schema('case'), 'person', id)).toBe('Мария Ткач');
  });

  it('counts the parcels of a phone in every language', async () => {
    const told = async (language: Language, count: number) => {
      await useLanguage(language);
      return plain(t('desk-missing-told', { count, numbers: '4–6', newest: '12', heard: '10:20' }));
    };
    expect(await told('ru', 21)).toBe('Ещё не здесь 21 посылка с этого телефона: № 4–6. Самая новая из известных – № 12, на связи телефон был: 10:20.');
    expect(await told('ru', 3)).toContain('3 посылки');
    expect(await told('ru', 11)).toContain('11 посылок');
    expect(await told('uk', 22)).toContain('22 посилки');
    expect(await told('uk', 5)).toContain('5 посилок');
    expect(await told('en', 1)).toContain('1 parcel of this phone is not here');
    expect(await told('en', 2)).toContain('2 parcels of this phone are not here');
  });

  it('names each field once', () => {
    expect(fieldNames(schema('visit'), ['start', 'end', 'start'])).toBe('Пришли, Ушли');
  });

  it('tells the days of a substitute in every language', async () => {
    const assignment = { person: 'p', from: '2030-05-01', to: '2030-05-14', substitute: true, holds: false, by: 'k', at_ms: 0 };
    const told: Record<Language, RegExp> = { ru: /на замене, 1 мая 2030 г\. – 14 мая/, uk: /на заміні, 1 травня 2030 р\. – 14 травня/, en: /substitute, May 1, 2030 – May 14/ };
    for (const [language, words] of Object.entries(told)) {
      await useLanguage(language as Language);
      expect(plain(termWords(assignment))).toMatch(words);
    }
  });
});
