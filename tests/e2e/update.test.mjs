// A new version of the app comes only when a person says so, and never over a form with something typed in it.
import assert from 'node:assert/strict';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { Phone } from './phone.mjs';
import { Server, pages } from './server.mjs';

let folder, server, phone;

before(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'footpath-pages-'));
  // Without the packed copies: they would go on telling of the old version.
  await cp(pages, folder, { recursive: true, filter: (file) => !file.endsWith('.br') });
  server = await Server.start({ pages: folder });
  phone = await Phone.take(server);
  await phone.signIn('maria');
});

after(async () => {
  await phone?.putAway();
  await server?.stop();
  await rm(folder, { recursive: true, force: true });
});

async function change(name, from, to) {
  const file = path.join(folder, name);
  const text = await readFile(file, 'utf8');
  assert.match(text, from);
  await writeFile(file, text.replace(from, to));
}

/** Another page, and a service worker that knows of it. */
async function release() {
  await change('index.html', /<html /, '<html data-release="next" ');
  await change('sw.js', /(revision["']?:\s*["'])[0-9a-f]+(["'],\s*["']?url["']?:\s*["']index\.html)/, '$1beef$2');
  await phone.page.evaluate(async () => (await navigator.serviceWorker.getRegistration()).update());
  const waits = () => phone.page.evaluate(async () => (await navigator.serviceWorker.getRegistration()).waiting !== null);
  for (let tries = 0; !(await waits()); tries++) {
    assert.ok(tries < 100, 'the new service worker never came');
    await phone.page.waitForTimeout(100);
  }
}

const offer = () => phone.page.getByText('Готова новая версия');
const releaseShown = () => phone.page.evaluate(() => document.documentElement.dataset.release);

test('nothing is offered while something is typed', async () => {
  await phone.page.locator('article').nth(0).getByRole('link').nth(1).click();
  await phone.page.getByLabel('Заметки').fill('на полуслове');
  await release();
  await phone.page.waitForTimeout(500);
  assert.equal(await offer().count(), 0);
  assert.equal(await phone.page.getByLabel('Заметки').inputValue(), 'на полуслове');
});

test('it is offered once the form is saved, and can wait', async () => {
  await phone.button('Сохранить').click();
  await offer().waitFor();
  await phone.button('Позже').click();
  assert.equal(await offer().count(), 0);
  assert.equal(await releaseShown(), undefined);
});

test('it comes with a yes, and then works without a network too', async () => {
  await phone.page.reload();
  await offer().waitFor();
  await phone.button('Обновить').click();
  await phone.page.waitForFunction(() => document.documentElement.dataset.release === 'next');
  await phone.goOffline();
  await phone.page.reload();
  await phone.page.waitForSelector('article');
  assert.equal(await releaseShown(), 'next');
});
