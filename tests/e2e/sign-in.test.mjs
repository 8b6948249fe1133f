// The first page anybody sees: its words when something is wrong, in every language.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Phone } from './phone.mjs';
import { Server } from './server.mjs';

const WORDS = {
  'ru-RU': { button: 'Войти', wrong: 'Логин или пароль не подходят', offline: 'Для первого входа нужна сеть' },
  'uk-UA': { button: 'Увійти', wrong: 'Логін або пароль не підходять', offline: 'Для першого входу потрібна мережа' },
  'en-GB': { button: 'Sign in', wrong: 'The login or the password is wrong', offline: 'The first sign-in needs a connection' },
  'de-DE': { button: 'Войти', wrong: 'Логин или пароль не подходят', offline: 'Для первого входа нужна сеть' },
};

let server;
before(async () => {
  server = await Server.start();
});
after(() => server?.stop());

for (const [locale, words] of Object.entries(WORDS)) {
  test(`a browser that asks for ${locale} is told what is wrong`, async () => {
    const phone = await Phone.take(server, { locale });
    try {
      await phone.open();
      const alert = phone.page.getByRole('alert');
      await phone.page.fill('#login', 'oksana');
      await phone.page.fill('#password', 'not this');
      await phone.button(words.button).click();
      await alert.getByText(words.wrong).waitFor();
      phone.wire.cut();
      await phone.button(words.button).click();
      await alert.getByText(words.offline).waitFor();
      phone.wire.mend();
      await phone.page.fill('#password', 'oksana');
      await phone.button(words.button).click();
      await phone.page.waitForSelector('article');
      assert.deepEqual(phone.problems, []);
    } finally {
      await phone.putAway();
    }
  });
}

test('a page still on its way when the app has just been kept starts without a network too', async () => {
  const phone = await Phone.take(server);
  try {
    const controlled = () => navigator.serviceWorker.controller !== null;
    const late = await phone.context.newPage();
    const [asked, release] = [signal(), signal()];
    await late.route(`${phone.origin}/`, async (route) => {
      asked.fire();
      await release.fired;
      await route.continue();
    });
    const arrives = late.goto(phone.origin);
    await asked.fired;
    await phone.open();
    await phone.page.waitForFunction(controlled);
    release.fire();
    await arrives;
    await late.waitForFunction(controlled);
  } finally {
    await phone.putAway();
  }
});

function signal() {
  let fire;
  return { fired: new Promise((resolve) => (fire = resolve)), fire: () => fire() };
}
