// Prints what a routine visit costs, as JSON for the bench: {"visit": {"taps": 3, "save_ms": 12.3}}. The phone is offline.
import { Phone } from './phone.mjs';
import { Server } from './server.mjs';

const VISITS = 7;

const server = await Server.start();
const phone = await Phone.take(server);
try {
  await phone.signIn('anna');
  await phone.goOffline();
  const times = [];
  for (let i = 0; i < VISITS; i++) {
    await phone.page.waitForSelector('article');
    phone.taps = 0;
    await phone.tap(phone.page.locator('article').nth(i).getByRole('link').nth(1));
    await phone.tap(phone.page.getByRole('group', { name: 'Что делали' }).getByRole('button', { pressed: false }).first());
    await phone.tap(phone.button('Сохранить'));
    await phone.page.waitForFunction((n) => performance.getEntriesByName('footpath/saved').length > n, i);
    await phone.page.getByText('Сохранено на телефоне').first().waitFor();
    times.push(await phone.page.evaluate(() => performance.getEntriesByName('footpath/saved').at(-1).duration));
  }
  const median = times.sort((a, b) => a - b)[Math.floor(VISITS / 2)];
  console.log(JSON.stringify({ visit: { taps: phone.taps, save_ms: Math.round(median * 10) / 10 } }));
} finally {
  await phone.putAway();
  await server.stop();
}
