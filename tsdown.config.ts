import { defineConfig } from 'tsdown';

export default defineConfig({
  entry: {
    index: 'src/index.ts',
    instrumentation: 'src/instrumentation/index.ts',
    register: 'src/register/index.ts',
    'register-start': 'src/register/start.ts',
    testing: 'src/testing/index.ts',
  },
  format: ['esm', 'cjs'],
  platform: 'node',
  target: 'node22.15',
  dts: true,
  sourcemap: true,
  // Nothing of anybody else's may end up in our files.
  deps: { onlyBundle: [] },
});
