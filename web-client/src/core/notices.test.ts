import { expect, it } from 'vitest';
import { withNotice } from './notices';

it('says the same about the same record once', () => {
  const heard = [{ code: 'returned', record: 'a' }, { code: 'returned', record: 'b' }, { code: 'returned', record: 'a' }];
  expect(heard.reduce(withNotice, [] as typeof heard)).toHaveLength(2);
});
