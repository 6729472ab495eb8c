import { defaultServerConditions } from 'vite'
import { defineConfig } from 'vitest/config'

const sourceConditions = ['@voltaic/source', ...defaultServerConditions]

export default defineConfig({
  // Node 20 knows no `using`.
  oxc: { target: 'node20' },
  test: {
    maxWorkers: 2,
    // A test takes seconds at most; a machine that others load takes its time.
    testTimeout: 30_000,
    projects: [
      {
        extends: true,
        resolve: { conditions: sourceConditions },
        ssr: { resolve: { conditions: sourceConditions } },
        test: {
          name: 'source',
          globalSetup: ['tools/webgpu/vitest-setup.mjs'],
          include: ['{packages,examples}/*/test/**/*.test.ts', '{benchmarks,docs}/test/**/*.test.ts'],
        },
      },
      {
        extends: true,
        test: {
          name: 'built',
          globalSetup: ['tools/webgpu/vitest-setup.mjs'],
          include: ['packages/*/test/public/**/*.test.ts'],
          // Node itself loads what was built, as it will for whoever installs it.
          server: { deps: { external: [/\/packages\/[^/]+\/dist\//] } },
        },
      },
    ],
  },
})
