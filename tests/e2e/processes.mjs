// Processes of the machine, as far as the tests must know: a browser is a group of them.
import { readFile, readdir } from 'node:fs/promises';

const GONE_MS = 10_000;

/** Pid and group of every process, with what it was started with. */
async function processes() {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const read = async (pid) => {
    try {
      const [stat, command] = await Promise.all([readFile(`/proc/${pid}/stat`, 'utf8'), readFile(`/proc/${pid}/cmdline`, 'utf8')]);
      const [state, , group] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      return { pid: Number(pid), group: Number(group), alive: state !== 'Z', words: command.split('\0') };
    } catch {
      return null;
    }
  };
  return (await Promise.all(pids.map(read))).filter((one) => one?.alive);
}

/** Kills the process started with this word, and all of its group, and waits until they are gone. */
export async function killGroup(word) {
  const leader = (await processes()).find(({ pid, group, words }) => pid === group && words.includes(word));
  if (!leader) throw new Error(`nothing runs with ${word}`);
  process.kill(-leader.pid, 'SIGKILL');
  for (const end = Date.now() + GONE_MS; ; ) {
    if (!(await processes()).some(({ group }) => group === leader.pid)) return;
    if (Date.now() > end) throw new Error(`some of ${word} outlived their end`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
