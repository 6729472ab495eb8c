import { defaultServerConditions } from 'vite'
import { defineConfig } from 'vitest/config'

const sourceConditions = ['@voltaic/source', ...defaultServerConditions]

export default defineConfig({
  // Node 20 knows no `using`.
  oxc: { target: 'node20' },
  test: {
    maxWorkers: 2,
    projects: [
      {
        extends: true,
        resolve: { conditions: sourceConditions },
        ssr: { resolve: { conditions: sourceConditions } },
        test: {
          name: 'source',
          include: ['{packages,examples}/*/test/**/*.test.ts', '{benchmarks,docs}/test/**/*.test.ts'],
        },
      },
      {
        extends: true,
        test: {
          name: 'built',
          include: ['packages/*/test/public/**/*.test.ts'],
          // Node itself loads what was built, as it will for whoever installs it.
          server: { deps: { external: [/\/packages\/[^/]+\/dist\//] } },
        },
      },
    ],
  },
})
