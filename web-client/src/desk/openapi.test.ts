import { expect, it } from 'vitest';
// @ts-expect-error a script for node, without types of its own
import { kept, made } from '../../scripts/api-types.mjs';

it('has the types of the present description of the API: npm run api-types', () => {
  expect(kept()).toBe(made());
});
