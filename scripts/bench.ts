/**
 * `npm run bench <name>`: measures, prints the figures and the machine, and fails only when the work was done wrongly,
 * never because of a figure. `--small` does the same work for a handful of rows: whether it is done right, in seconds.
 *
 *     npm run bench scale [-- --products 50000 --kills 5 --seed 1 | --small]
 *     npm run bench wake [-- --deltas 20 | --small]
 *     npm run bench start [-- --runs 10 | --small]
 *     npm run bench contention [-- --latency 400 --runs 3 --seed 1 | --small]
 *     npm run bench import [-- --rows 1000000 --orders 200000 --settings 200000 --memory 5000000 --runs 2 | --small]
 *     npm run bench console [-- --products 200000 --shops 100 --runs 10000 --asks 40 --catalogue 1000000 --only lists|what-if | --small]
 *     npm run bench age [-- --products 1000000 --shops 100 --mapped 20000 --runs 10 | --small]
 *     npm run bench lane [-- --products 100000 --latency 300 --drift 0.01 --plans 100,200,1000,2000 | --small]
 *     npm run bench verify [-- --products 100000 --latency 300 --plans 100,200,1000,2000 | --small]
 *     npm run bench scope [-- --products 200000 --facilities 10 --pairs 5 | --small]
 *     npm run bench hard-sync [-- --products 1000000 --facilities 5 --pairs 5 | --small]
 *     npm run bench delta [-- --products 1000000 --changed 1000 --pairs 9 --rate 50 --seconds 20 | --small]
 *     npm run bench write-tax [-- --rows 100000 --writes 1000 --clients 4 --pairs 7 | --small]
 *     npm run bench sftp [-- --megabytes 72 --pairs 7 | --small]
 *     npm run bench fairness [-- --shops 1 --products 20000 --workers 1,2,4 --rounds 5 --rate 100 --latency 300 | --small]
 *     npm run bench outage [-- --products 100000 --times 3 --seconds 60 --rate 100 --latency 300 | --small]
 *     npm run bench live [-- --products 20000 --sales 30 --rate 50 --seconds 60 --latency 300 | --small]
 */
import { cpus, totalmem } from 'node:os';
import { BENCHES } from './bench/benches.ts';

const [name = '', ...args] = process.argv.slice(2);
const bench = BENCHES[name];
if (!bench) {
  process.stderr.write(`There is no benchmark "${name}". Benchmarks: ${Object.keys(BENCHES).join(', ')}.\n`);
  process.exit(2);
}
const [cpu] = cpus();
process.stdout.write(
  `${name} on ${cpus().length} × ${cpu?.model.trim() ?? 'unknown'}, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.version}\n\n`,
);
const { run } = await bench();
process.exitCode = (await run(args)) ? 0 : 1;
