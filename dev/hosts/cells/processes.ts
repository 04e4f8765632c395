/** Hosts of more than one process: package managers and watchers that start the application, clusters, process managers. */
import { type Cell, cell, quick, REGISTER, type Seen } from '../cell.ts';
import { SERVER_CJS, SERVER_ESM, WORK_CJS, WORK_ESM } from '../texts.ts';

const ESM = { 'app.mjs': SERVER_ESM, 'work.mjs': WORK_ESM() };
const WATCHERS = ['nodemon@latest', 'tsx@latest', 'concurrently@latest', 'pm2@latest'];
/** Merged with the package.json of the installation: scripts are what npm needs of it. */
const wrapped = { packages: WATCHERS, files: ESM, nodeOptions: REGISTER };

/** A primary with three workers that share the application's port, and replaces one that dies. */
const CLUSTER = (settings = '', onListening = ''): string => `import cluster from 'node:cluster';
if (cluster.isPrimary) {
  let ending = false;
  let listening = 0;
  cluster.on('listening', (_, { port }) => {
    ${onListening}
    if (port === Number(process.env.PORT) && ++listening >= 3) console.log('ready');
  });
  cluster.on('exit', () => {
    if (!ending) cluster.fork();
    else if (Object.keys(cluster.workers).length === 0) process.exit(0);
  });
  process.on('SIGTERM', () => {
    ending = true;
    for (const worker of Object.values(cluster.workers)) worker.kill();
  });
  ${settings}
  for (let i = 0; i < 3; i++) cluster.fork();
} else {
  await import('./server.mjs');
}
`;
const CLUSTER_FILES = { 'server.mjs': SERVER_ESM, 'work.mjs': WORK_ESM() };
/** Only the workers register. */
const IN_WORKERS = `cluster.setupPrimary({ execArgv: ['${REGISTER}'] }); // register`;

/** After a worker has died and another has come, what was counted before is still there, or is a series of the dead worker's own. */
async function replaceWorker({ observed, scrape, get }: Seen): Promise<readonly string[]> {
  await get('/die').catch(() => {});
  await new Promise((resolve) => setTimeout(resolve, 2500));
  await get('/work');
  if (!observed) return [];
  await new Promise((resolve) => setTimeout(resolve, 1500));
  const series = [
    ...(await scrape()).matchAll(/^anthropic_client_calls_total\{(.*anthropic_outcome="ok".*)\} (\d+)/gm),
  ];
  const sum = series.reduce((total, [, , value]) => total + Number(value), 0);
  const ownSeries = series.some(([, labels]) => /anthropic_process/.test(String(labels)));
  return sum === 16 || (ownSeries && sum === 12)
    ? []
    : [`calls: expected 16 ok after a worker was replaced, found ${sum}`];
}

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

const cluster = (text: string, more: Partial<Cell> = {}): Omit<Cell, 'name' | 'start' | 'quick'> => ({
  files: { ...CLUSTER_FILES, 'app.mjs': text },
  visits: 6,
  ready: /ready/,
  ...more,
});
const SHOWS_PORTS = `console.log(port === Number(process.env.PORT) ? 'the application listens' : 'another server listens');`;
const INNER = JSON.stringify({ name: 'inner', private: true, scripts: { start: 'node app.mjs' } });

export const PROCESS_CELLS: readonly Cell[] = [
  quick('npm start', 'npm run --silent --prefix inner start', {
    ...wrapped,
    files: { 'inner/package.json': INNER, 'inner/app.mjs': SERVER_ESM, 'inner/work.mjs': WORK_ESM() },
  }),
  quick('npx', 'npx --no-install tsx app.mjs', wrapped),
  quick('nodemon', 'nodemon --quiet app.mjs', wrapped),
  quick('tsx watch', 'tsx watch --clear-screen=false app.mjs', wrapped),
  quick('tsx', 'tsx app.mjs', wrapped),
  cell('node --watch', 'node --watch app.mjs', wrapped),
  cell('concurrently', ['concurrently', '--raw', 'node app.mjs'], wrapped),
  quick('cluster, primary and workers', `node ${REGISTER} app.mjs`, cluster(CLUSTER())),
  quick('cluster, workers only', 'node app.mjs', cluster(CLUSTER(IN_WORKERS))),
  cell('cluster, NODE_OPTIONS', 'node app.mjs', cluster(CLUSTER(), { nodeOptions: REGISTER })),
  cell(
    'cluster, workers only, primary without this package',
    'node app.mjs',
    cluster(CLUSTER(IN_WORKERS, SHOWS_PORTS)),
  ),
  cell(
    'cluster, primary and workers, a worker dies',
    `node ${REGISTER} app.mjs`,
    cluster(CLUSTER(), { visits: 3, check: replaceWorker }),
  ),
  { ...PM2({}), name: 'pm2 fork' },
  { ...PM2({ exec_mode: 'cluster', instances: 3 }), name: 'pm2 cluster', visits: 6 },
  { ...PM2({ exec_mode: 'cluster', instances: 1 }), name: 'pm2 cluster of one' },
];
