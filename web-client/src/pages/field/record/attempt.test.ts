import { beforeEach, expect, test } from 'vitest';
import { CommandError } from '../../../core/client';
import { toasts } from '../../../ui/toasts.svelte';
import { attempt } from './attempt';

beforeEach(() => {
  toasts.list = [];
});

test('what was saved is not warned of', async () => {
  expect(await attempt(Promise.resolve())).toBe(true);
  expect(toasts.list).toEqual([]);
});

test('what was not saved is said, whatever the reason', async () => {
  for (const code of ['record_aside', 'no_room', 'crashed', 'something new']) {
    expect(await attempt(Promise.reject(new CommandError({ code, detail: null })))).toBe(false);
    expect(toasts.list.at(-1)).toMatchObject({ icon: 'warning' });
  }
});
