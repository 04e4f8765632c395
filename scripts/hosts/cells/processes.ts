/** Hosts of more than one process: package managers and watchers that start the application, clusters, process managers. */
import { type Cell, REGISTER } from '../cell.ts';
import { SERVER_CJS, SERVER_ESM, WORK_CJS, WORK_ESM } from '../texts.ts';

const ESM = { 'app.mjs': SERVER_ESM, 'work.mjs': WORK_ESM() };
const WATCHERS = ['nodemon@latest', 'tsx@latest', 'concurrently@latest', 'pm2@latest'];
/** Merged with the package.json of the installation: scripts are what npm needs of it. */
const wrapped = { packages: WATCHERS, files: ESM, nodeOptions: REGISTER };

/** Takes the pages of one server in turns to the workers, which is what node:cluster does. */
const CLUSTER = (primary: string, listens = ''): string => `import cluster from 'node:cluster';
import { once } from 'node:events';
if (cluster.isPrimary) {
  ${listens}
  process.on('SIGTERM', () => { for (const worker of Object.values(cluster.workers)) worker.kill(); });
  let left = 3;
  cluster.on('exit', () => { if (--left === 0) process.exit(0); });
  for (let i = 0; i < 3; i++) { await once(cluster.fork(), 'listening'); }
  ${primary}
} else {
  await import('./server.mjs');
}
`;
const CLUSTER_FILES = { 'server.mjs': SERVER_ESM, 'work.mjs': WORK_ESM() };
/** A cluster whose workers alone register. */
const WORKERS_ONLY = CLUSTER('').replace(
  `  for (let i`,
  `  cluster.setupPrimary({ execArgv: ['${REGISTER}'] }); // register\n  for (let i`,
);

const PM2 = (more: object): Pick<Cell, 'files' | 'start' | 'stop' | 'packages' | 'env'> => ({
  packages: WATCHERS,
  files: {
    'app.cjs': SERVER_CJS,
    'work.cjs': WORK_CJS(),
    'ecosystem.config.cjs': `const app = ${JSON.stringify({ name: 'app', script: 'app.cjs', kill_timeout: 5000, ...more })};
app.node_args = ['${REGISTER}']; // register
module.exports = { apps: [app] };
`,
  },
  // In the foreground, as one runs it in a container.
  start: ['pm2', 'start', '--no-daemon', 'ecosystem.config.cjs'],
  env: { PM2_HOME: '.pm2' },
});

export const PROCESS_CELLS: readonly Cell[] = [
  {
    ...wrapped,
    name: 'npm start',
    quick: true,
    start: ['npm', 'run', '--silent', '--prefix', 'inner', 'start'],
    files: {
      'inner/package.json': JSON.stringify({ name: 'inner', private: true, scripts: { start: 'node app.mjs' } }),
      'inner/app.mjs': SERVER_ESM,
      'inner/work.mjs': WORK_ESM(),
    },
  },
  { ...wrapped, name: 'npx', quick: true, start: ['npx', '--no-install', 'tsx', 'app.mjs'] },
  { ...wrapped, name: 'nodemon', quick: true, start: ['nodemon', '--quiet', 'app.mjs'] },
  { ...wrapped, name: 'tsx watch', quick: true, start: ['tsx', 'watch', '--clear-screen=false', 'app.mjs'] },
  { ...wrapped, name: 'tsx', quick: true, start: ['tsx', 'app.mjs'] },
  { ...wrapped, name: 'node --watch', start: ['node', '--watch', 'app.mjs'] },
  { ...wrapped, name: 'concurrently', start: ['concurrently', '--raw', 'node app.mjs'] },
  {
    name: 'cluster, primary and workers',
    quick: true,
    files: { ...CLUSTER_FILES, 'app.mjs': CLUSTER('') },
    start: ['node', REGISTER, 'app.mjs'],
    visits: 6,
  },
  {
    name: 'cluster, workers only',
    quick: true,
    files: { ...CLUSTER_FILES, 'app.mjs': WORKERS_ONLY },
    start: ['node', 'app.mjs'],
    visits: 6,
  },
  {
    name: 'cluster, NODE_OPTIONS',
    files: { ...CLUSTER_FILES, 'app.mjs': CLUSTER('') },
    start: ['node', 'app.mjs'],
    nodeOptions: REGISTER,
    visits: 6,
  },
  {
    name: 'cluster, primary hears of its own servers only',
    quick: true,
    files: {
      ...CLUSTER_FILES,
      'app.mjs': CLUSTER('', `cluster.on('listening', (_, { port }) => console.log(port === Number(process.env.PORT) ? 'listening' : 'listening on another port'));`),
    },
    start: ['node', REGISTER, 'app.mjs'],
    visits: 3,
  },
  {
    name: 'cluster, a worker dies',
    files: {
      ...CLUSTER_FILES,
      'app.mjs': CLUSTER(`const [first] = Object.values(cluster.workers);
  setTimeout(() => { first.process.kill('SIGKILL'); left++; cluster.fork(); }, 2500);`),
    },
    start: ['node', REGISTER, 'app.mjs'],
    visits: 3,
    check: async ({ observed, scrape, get }) => {
      if (!observed) return [];
      await new Promise((resolve) => setTimeout(resolve, 4500));
      await get('/work');
      const text = await scrape();
      const calls = [...text.matchAll(/^anthropic_client_calls_total\{.*anthropic_outcome="ok".*\} (\d+)/gm)];
      const sum = calls.reduce((total, [, value]) => total + Number(value), 0);
      return sum === 16 ? [] : [`calls: after a worker was replaced expected 16 ok, found ${sum}`];
    },
  },
  { ...PM2({}), name: 'pm2 fork' },
  { ...PM2({ exec_mode: 'cluster', instances: 3 }), name: 'pm2 cluster', visits: 6 },
  { ...PM2({ exec_mode: 'cluster', instances: 1 }), name: 'pm2 cluster of one' },
];
