// Measures what others cost on Footpath's work: `node bench.mjs OUT.json [PEER...]`. Prints a Markdown table.
//
// Three pieces of work, the same for each: a day of twelve visits pushed at once, a fresh device that pulls everything,
// fifty devices at once. Devices live in this process, the server in one of its own. Bytes, messages and memory are
// of a link as fast as loopback; seconds of a day and of a cold start are of the edge of a mobile network (link.mjs).
import { fork } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { EDGE, Link } from './link.mjs';
import { Chance, visit } from './visits.mjs';

const PEERS = ['floor', 'pouchdb', 'pouchdb-push', 'automerge', 'automerge-tuned', 'yjs', 'yjs-tuned'];
const PATIENCE_S = 300;
const QUIET_MS = 700;

/** The visits, as in the project's own bench: to nine recipients of twenty, to some of them twice. */
const DAY = { recipients: 20, visited: 9, visits: 12 };
const PAST = { recipients: 20, visits: 100 };
const STORM = { devices: 50, recipients: 9, visits: 12 };

const ids = (chance, count) => Array.from({ length: count }, () => chance.id());
const seconds = (since) => (performance.now() - since) / 1_000;

async function day(peer, linkSettings) {
  const chance = new Chance(12);
  return withServer(peer.file, async (server) => {
    const worker = chance.id();
    const cases = ids(chance, DAY.recipients);
    const anna = await peer.Device.begin('anna', cases);
    for (const id of cases) await anna.save(visit(chance, id, 0, worker));
    await anna.sync(server.port);
    await anna.leave();

    for (let n = 0; n < DAY.visits; n += 1) await anna.save(visit(chance, cases[n % DAY.visited], n + 1, worker));
    const measured = await measureSync(anna, server, linkSettings);
    await expectVisits(peer, anna, server, DAY.recipients + DAY.visits);
    return measured;
  });
}

async function coldStart(peer, linkSettings) {
  const chance = new Chance(2_000);
  return withServer(peer.file, async (server) => {
    const worker = chance.id();
    const cases = ids(chance, PAST.recipients);
    const old = await peer.Device.begin('anna', cases);
    for (const id of cases) {
      for (let n = 0; n < PAST.visits; n += 1) await old.save(visit(chance, id, n, worker));
    }
    await old.sync(server.port);
    await old.leave();

    const fresh = await peer.Device.fresh('anna', old.invitation());
    const measured = await measureSync(fresh, server, linkSettings);
    expect(await fresh.visits(), PAST.recipients * PAST.visits);
    return measured;
  });
}

async function storm(peer) {
  const chance = new Chance(50);
  return withServer(peer.file, async (server) => {
    const devices = [];
    for (let n = 0; n < STORM.devices; n += 1) {
      const worker = chance.id();
      const cases = ids(chance, STORM.recipients);
      const device = await peer.Device.begin(`worker${n}`, cases);
      await device.sync(server.port);
      await device.leave();
      for (let m = 0; m < STORM.visits; m += 1) await device.save(visit(chance, cases[m % cases.length], m, worker));
      devices.push(device);
    }

    server.forgetPeak();
    const began = performance.now();
    await within(Promise.all(devices.map((device) => device.sync(server.port))));
    const [s, peak_rss_mb] = [seconds(began), server.peakMb()];
    for (const device of devices) await device.leave();
    for (const at of [0, STORM.devices - 1]) await expectVisits(peer, devices[at], server, STORM.visits, `worker${at}`);
    return { s, peak_rss_mb };
  });
}

/** One sync over a link of its own; the bytes are those until the device hangs up. */
async function measureSync(device, server, linkSettings) {
  const link = await new Link(server.port, linkSettings).open();
  const began = performance.now();
  await within(device.sync(link.port));
  const s = seconds(began);
  await link.quiet(QUIET_MS);
  await device.leave();
  await link.quiet(QUIET_MS);
  link.close();
  return { s, ...link.traffic };
}

/** That the server really has it, asked by a fresh device. */
async function expectVisits(peer, device, server, count, login = 'anna') {
  const fresh = await peer.Device.fresh(login, device.invitation());
  await within(fresh.sync(server.port));
  expect(await fresh.visits(), count);
  await fresh.leave();
}

function expect(is, wanted) {
  if (is !== wanted) throw new Error(`${is} visits arrived instead of ${wanted}`);
}

async function within(work) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`not done in ${PATIENCE_S} s`)), PATIENCE_S * 1_000);
  });
  await Promise.race([work, late]).finally(() => clearTimeout(timer));
}

async function withServer(file, use) {
  const child = fork(new URL('./serve.mjs', import.meta.url), [file]);
  const port = await new Promise((resolve, reject) => {
    child.once('message', ({ port }) => resolve(port));
    child.once('exit', (code) => reject(new Error(`the server of ${file} went away with ${code}`)));
  });
  const server = {
    port,
    // Linux: from here the high-water mark counts anew.
    forgetPeak: () => writeFileSync(`/proc/${child.pid}/clear_refs`, '5'),
    peakMb: () => (Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))[1]) * 1_024) / 1e6,
  };
  try {
    return await use(server);
  } finally {
    child.removeAllListeners('exit');
    const gone = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await gone;
  }
}

const manifest = (name) => JSON.parse(readFileSync(new URL(`./node_modules/${name}/package.json`, import.meta.url)));

async function measure(file) {
  const peer = { file, ...(await import(`./${file}.mjs`)) };
  const said = {
    title: peer.title,
    versions: Object.fromEntries(peer.packages.map((name) => [name, manifest(name).version])),
    settings: peer.settings,
  };
  const works = {
    day: () => day(peer),
    day_edge: () => day(peer, EDGE),
    cold_start: () => coldStart(peer),
    cold_start_edge: () => coldStart(peer, EDGE),
    storm50: () => storm(peer),
  };
  for (const [name, work] of Object.entries(works)) {
    if (peer.works && !peer.works.includes(name)) continue;
    process.stderr.write(`${file}: ${name} ... `);
    // What a peer cannot do is a result too.
    said[name] = await work().catch((error) => ({ failed: String(error.message ?? error) }));
    process.stderr.write(`${JSON.stringify(said[name])}\n`);
  }
  return said;
}

const whole = (number) => Math.round(number).toLocaleString('en-US');
const tenths = (number) => (number < 20 ? number.toFixed(1) : whole(number));

/** Kilobytes on the quick link, and on the slow one where it made them others by a tenth. */
function kB(key, quick, slow) {
  const [less, more] = [quick[key], slow[key]].sort((a, b) => a - b);
  return more > less * 1.1 ? `${tenths(less / 1_000)}–${tenths(more / 1_000)}` : tenths(quick[key] / 1_000);
}

/** A cell, or why there is none. */
function cell(results, show) {
  if (results.some((result) => !result)) return '–';
  const failed = results.find((result) => result.failed);
  return failed ? `failed: ${failed.failed}` : show(...results);
}

const onEdge = ({ s }) => (s === undefined ? '?' : s < 5 ? s.toFixed(2) : tenths(s));

/** Footpath's own row, from the report of `make bench`, when it was made. */
function ours(path) {
  if (!existsSync(path)) return [];
  const { day_push: day, first_sync: first, storm50: storm } = JSON.parse(readFileSync(path, 'utf8'));
  if (!day || !first || !storm) return [];
  const traffic = (bytes_up, bytes_down, messages, s) => ({ bytes_up, bytes_down, messages, s });
  const pushed = traffic(day.wire_bytes_up, day.wire_bytes_down, day.round_trips, day.edge_s);
  const pulled = traffic(first.bytes_up, first.bytes_down, first.requests, first.edge_complete_s);
  const stormed = { s: storm.wall_s, peak_rss_mb: storm.peak_rss_mb };
  const work = { day: pushed, day_edge: pushed, cold_start: pulled, cold_start_edge: pulled, storm50: stormed };
  return [{ title: '**Footpath**', ...work }];
}

function table(peers) {
  const rows = peers.map((peer) => [
    peer.title,
    cell([peer.day, peer.day_edge], (quick, edge) => {
      const bytes = `${kB('bytes_up', quick, edge)} / ${kB('bytes_down', quick, edge)}`;
      return `${bytes}, ${quick.messages}, ${onEdge(edge)}`;
    }),
    cell([peer.cold_start, peer.cold_start_edge], (quick, edge) => {
      const bytes = `${kB('bytes_down', quick, edge)} (+${kB('bytes_up', quick, edge)})`;
      return `${bytes}, ${quick.messages}, ${onEdge(edge)}`;
    }),
    cell([peer.storm50], (storm) => `${storm.s.toFixed(1)} s, ${whole(storm.peak_rss_mb)} MB`),
  ]);
  const head = [
    '',
    'a day: kB up / down, messages, s on the edge',
    'cold start: kB down (+ up), messages, s on the edge',
    '50 devices × 12: s, server peak',
  ];
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

// What a peer throws out of its own event handlers is part of what it does on a bad link; if the work is not done
// then, it runs into its limit.
process.on('uncaughtException', (error) => process.stderr.write(`(thrown: ${error.message ?? error}) `));

const load = os.loadavg()[0];
const [out, ...wanted] = process.argv.slice(2);
const peers = {};
for (const file of wanted.length > 0 ? wanted : PEERS) peers[file] = await measure(file);
const machine = {
  cores: os.availableParallelism(),
  cpu: os.cpus()[0].model,
  memory_gb: Math.round(os.totalmem() / 1e9),
  node: process.version,
  // Storms are measured in seconds of this machine: what else it was doing belongs to them.
  load_before: load,
};
writeFileSync(out, `${JSON.stringify({ peers, machine }, null, 2)}\n`);
console.log(table([...ours(path.join(path.dirname(out), 'report.json')), ...Object.values(peers)]));
process.exit();
