// A tab that is killed at each step of saving, a leading tab killed while another one saves, a core that dies, a phone
// without room: a record is called saved only when it is, it is there once, and what was typed is never gone.
import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { Coordinator } from './coordinator.mjs';
import { Phone } from './phone.mjs';
import { Server } from './server.mjs';
import { arrived, logVisit, openForm, save, visits } from './storage.mjs';

let server, phone, desk;

before(async () => {
  server = await Server.start();
  desk = await Coordinator.enrol(server.origin, 'vera');
  phone = await Phone.take(server);
  await phone.signIn('anna');
  await phone.goOffline();
});

after(async () => {
  await phone?.putAway();
  await server?.stop();
});

/** Anew, so that no word of the test before is left on the page. */
beforeEach(async () => {
  await phone.open('#/day');
  await phone.page.reload();
});

const toast = (page = phone.page) => page.getByText('Сохранено на телефоне').first();

/**
 * Where saving stops for ever, in the worker. The draft of the form is written before, so that the first append to the
 * log after this is that of the record.
 */
const STEPS = {
  'before the append': () => {
    FileSystemSyncAccessHandle.prototype.write = () => { for (;;); };
  },
  'in the middle of the append': () => {
    const { write } = FileSystemSyncAccessHandle.prototype;
    FileSystemSyncAccessHandle.prototype.write = function (bytes, options) {
      write.call(this, bytes.subarray(0, bytes.length / 2), options);
      for (;;);
    };
  },
  'after the append, before the flush': () => {
    FileSystemSyncAccessHandle.prototype.flush = () => { for (;;); };
  },
  'after the flush, before the lists': () => {
    IDBDatabase.prototype.transaction = () => { for (;;); };
  },
  'after the lists, before the word': () => {
    self.postMessage = () => { for (;;); };
  },
};
/** From here on the record must be there; before, its draft must be, unless it is. */
const DURABLE = ['after the flush, before the lists', 'after the lists, before the word'];

for (const [step, stop] of Object.entries(STEPS)) {
  test(`a tab killed ${step}: the record or its draft is there, never both, and nothing was called saved`, async () => {
    const note = `убит: ${step}`;
    await openForm(phone.page, note);
    await phone.page.waitForTimeout(1_000);
    await (await phone.worker()).evaluate(stop);
    await save(phone.page);
    await phone.page.waitForTimeout(300);
    assert.equal(await toast().count(), 0);
    await phone.killTab();
    await phone.open();
    await phone.page.waitForSelector('article');
    const { drafts } = await phone.ask('hello');
    const draft = Object.values(drafts).some((body) => body.includes(note));
    const records = await visits(phone, note);
    assert.equal(records.length, draft ? 0 : 1, 'a record or a draft');
    if (DURABLE.includes(step)) assert.ok(!draft, 'the record');
    if (draft) {
      await phone.page.getByRole('link', { name: 'Продолжить' }).first().click();
      assert.equal(await phone.page.getByLabel('Заметки').inputValue(), note);
      await save(phone.page);
      await toast().waitFor();
    }
    assert.deepEqual(await visits(phone, note), [note]);
  });
}

test('the leading tab is killed while another one saves: each visit is there once', async () => {
  const leading = phone.page;
  const second = await phone.context.newPage();
  await second.goto(`${phone.origin}/#/day`);
  await openForm(second, 'из второй, пока умирает первая');
  await (await phone.worker(leading)).evaluate(STEPS['after the flush, before the lists']);
  await save(second);
  await second.waitForTimeout(300);
  assert.equal(await toast(second).count(), 0);
  await phone.killTab();
  await toast(second).waitFor();
  await logVisit(second, 'и ещё одна из второй');
  await phone.page.close();
  phone.page = second;
  assert.deepEqual(await visits(phone, 'из второй, пока умирает первая', 'и ещё одна из второй'), [
    'и ещё одна из второй', 'из второй, пока умирает первая',
  ]);
  assert.deepEqual((await phone.ask('hello')).drafts, {});
});

/** Every entry into the core ends as after a panic. */
const dieInTheCore = () => {
  TextEncoder.prototype.encodeInto = () => {
    throw new WebAssembly.RuntimeError('unreachable');
  };
};

test('the core dies under an open form: it is started anew, the person is told, and the form saves', async () => {
  await openForm(phone.page, 'форма пережила ядро');
  await (await phone.worker()).evaluate(dieInTheCore);
  await phone.page.getByLabel('Заметки').fill('форма пережила ядро дважды');
  await phone.page.getByText('Приложение запнулось и запущено заново. Всё, что вы ввели, осталось в форме.').waitFor();
  await save(phone.page);
  await toast().waitFor();
  assert.deepEqual(await visits(phone, 'форма пережила ядро дважды'), ['форма пережила ядро дважды']);
});

test('the core dies while saving: the person is told, and one more press saves it once', async () => {
  await openForm(phone.page, 'ядро умерло при сохранении');
  await phone.page.waitForTimeout(1_000);
  await (await phone.worker()).evaluate(dieInTheCore);
  await save(phone.page);
  await phone.page.getByText('Нажмите «Сохранить» ещё раз').waitFor();
  await save(phone.page);
  await toast().waitFor();
  assert.deepEqual(await visits(phone, 'ядро умерло при сохранении'), ['ядро умерло при сохранении']);
});

/** From now on this origin may take no more than it has taken; or as much as the disk has. */
async function fullPhone(full) {
  const session = await phone.context.newCDPSession(phone.page);
  const { usage } = await session.send('Storage.getUsageAndQuota', { origin: phone.origin });
  await session.send('Storage.overrideQuotaForOrigin', { origin: phone.origin, ...(full ? { quotaSize: usage } : {}) });
}

/** Drafts, until the app says that it lives on its reserve. */
async function fillLog() {
  for (let n = 0; n < 100; n++) {
    await phone.ask('draft', { key: 'filler', body: JSON.stringify('x'.repeat(60_000)) });
    if ((await phone.ask('hello')).notices.some(({ code }) => code === 'room_low')) return;
  }
  throw new Error('there is always more room');
}

test('a full phone saves from its reserve, and says so', async () => {
  await fullPhone(true);
  await fillLog();
  await phone.page.getByText('На телефоне почти нет места').waitFor();
  await logVisit(phone.page, 'из запаса');
  assert.deepEqual(await visits(phone, 'из запаса'), ['из запаса']);
});

test('with the reserve used up it refuses in plain words, calls nothing saved, and the form stays', async () => {
  await openForm(phone.page, 'не влезло');
  await phone.page.waitForTimeout(1_000);
  await (await phone.worker()).evaluate(() => {
    const { write } = FileSystemSyncAccessHandle.prototype;
    FileSystemSyncAccessHandle.prototype.write = function (bytes, options) {
      return self.__full ? bytes.length - 1 : write.call(this, bytes, options);
    };
    self.__full = true;
  });
  await save(phone.page);
  await phone.page.getByText('На телефоне нет места').first().waitFor();
  assert.equal(await toast().count(), 0);
  assert.deepEqual(await visits(phone, 'не влезло'), []);
  assert.equal(await phone.page.getByLabel('Заметки').inputValue(), 'не влезло');
  assert.ok(Object.values((await phone.ask('hello')).drafts).some((body) => body.includes('не влезло')), 'the draft');
  await (await phone.worker()).evaluate(() => (self.__full = false));
  await fullPhone(false);
  await save(phone.page);
  await toast().waitFor();
  assert.deepEqual(await visits(phone, 'не влезло'), ['не влезло']);
});

test('all of it arrives when the network is back', async () => {
  const { rows, session } = await phone.ask('hello');
  const own = rows.filter((row) => row.author === session.person && row.state === 'phone').map((row) => row.fields.notes).sort();
  assert.ok(own.length >= Object.keys(STEPS).length + 6, `${own.length} records`);
  await phone.goOnline();
  await phone.quiet();
  assert.deepEqual(await arrived(desk, ...new Set(own)), own);
});

test('nothing went wrong on the way', () => {
  assert.deepEqual(phone.problems, []);
});
