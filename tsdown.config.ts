import { defineConfig } from 'tsdown';

const CLI_LIBRARIES = ['@grafana/grafana-foundation-sdk', 'diff', 'tslib', 'yaml'];

export default defineConfig([
  {
    entry: {
      index: 'src/index.ts',
      instrumentation: 'src/instrumentation/index.ts',
      register: 'src/register/index.ts',
      'register-in-bundle': 'src/register/load.ts',
      'register-start': 'src/register/start.ts',
      resilience: 'src/resilience/index.ts',
      testing: 'src/testing/index.ts',
    },
    format: ['esm', 'cjs'],
    platform: 'node',
    target: 'node22.15',
    dts: true,
    sourcemap: true,
    // Nothing of anybody else's may end up in our files.
    deps: { onlyBundle: [], neverBundle: ['../register-start.cjs'] },
  },
  {
    entry: {
      cli: 'src/cli/bin.ts',
      'simulated-service': 'src/cli/simulate/service.ts',
      demo: 'scripts/demo/packaged.ts',
    },
    outDir: 'dist/cli',
    format: 'esm',
    platform: 'node',
    target: 'node22.15',
    dts: false,
    sourcemap: false,
    minify: { mangle: false },
    // What only the command line needs is part of its files, so that applications do not install it.
    deps: { alwaysBundle: CLI_LIBRARIES, neverBundle: ['anthropic-otel/testing'], onlyBundle: CLI_LIBRARIES },
  },
]);
