// Makes the pictures of the README from the demo: node tests/e2e/pictures.mjs
import path from 'node:path';
import { Desk } from './desk.mjs';
import { Phone } from './phone.mjs';
import { Server } from './server.mjs';

const folder = path.resolve(import.meta.dirname, '../../docs/images');
const picture = (page, name) => page.screenshot({ path: path.join(folder, name), animations: 'disabled' });

const server = await Server.start();
const phone = await Phone.take(server);
const desk = await Desk.open(server);
try {
  await phone.signIn('anna');
  await phone.page.evaluate(() => scrollTo(0, 0));
  await picture(phone.page, 'phone.png');

  await desk.choose('Когда', { label: 'За 7 дней' });
  await desk.page.waitForFunction(() => !document.querySelector('.fresh button:disabled'));
  await desk.page.evaluate(() => document.activeElement?.blur());
  await picture(desk.page, 'desk.png');
} finally {
  await Promise.all([phone.putAway(), desk.putAway()]);
  await server.stop();
}
