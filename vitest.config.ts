import { configDefaults, defineConfig } from 'vitest/config';

/** What `npm test` leaves to `npm run test:soak`, to end within five minutes on two cores. CI runs both. */
const SOAK = [
  'test/{properties,leaks,bounds}/**/*.test.ts',
  'test/cli/{demo,export,push,simulate}.test.ts',
  'test/compliance/{beside,harms}.test.ts',
  'test/dashboards/{counts,fleet,records}.test.ts',
  'test/docs/blocks.test.ts',
  'test/process/{copied-files,endpoint-hostile,ends,register-exit}.test.ts',
];

export default defineConfig({
  test: {
    // Each file has a process of its own: OpenTelemetry's registrations and the streaks are global.
    pool: 'forks',
    // More than cores: many tests wait for child processes, deadlines and Prometheus.
    maxWorkers: '150%',
    restoreMocks: true,
    unstubEnvs: true,
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['test/unit/**/*.test.ts', 'test/testing/**/*.test.ts'],
          testTimeout: 60_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'integration',
          include: ['test/integration/**/*.test.ts', 'test/*.test.ts'],
          testTimeout: 60_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'process',
          include: ['test/process/**/*.test.ts'],
          exclude: [...configDefaults.exclude, ...SOAK],
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'operations',
          include: ['test/**/*.test.ts'],
          exclude: [
            ...configDefaults.exclude,
            'test/*.test.ts',
            'test/{unit,testing,integration,process}/**',
            ...SOAK,
          ],
          // Hundreds of simulated hours in one test, on whatever machine.
          testTimeout: 300_000,
          hookTimeout: 300_000,
        },
      },
      {
        extends: true,
        // Many calls, long names, random sessions and ends, fleets of services, each command, the whole demo.
        test: {
          name: 'soak',
          include: SOAK,
          testTimeout: 1_800_000,
          hookTimeout: 1_800_000,
        },
      },
    ],
  },
});
