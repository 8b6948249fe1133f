// A server with a desk and a phone: where most stories begin, and what is put away when they end.
import { after, before } from 'node:test';
import { Desk } from './desk.mjs';
import { Phone } from './phone.mjs';
import { Server } from './server.mjs';

/** `ready` is told of the desk and the first phone before the first test; `take` brings one more phone, signed in. */
export function scene(login, ready) {
  const here = { phones: [] };
  here.take = async (who) => {
    const phone = await Phone.take(here.server);
    here.phones.push(phone);
    await phone.signIn(who);
    return phone;
  };
  before(async () => {
    here.server = await Server.start();
    here.desk = await Desk.open(here.server);
    ready(here.desk, await here.take(login));
  });
  after(async () => {
    await Promise.all([...here.phones, here.desk].map((one) => one?.putAway()));
    await here.server?.stop();
  });
  return here;
}
