import { homedir } from 'node:os'
import { join } from 'node:path'

/** Where `setup.mjs` puts the TensorFlow test build, and where the tests look for it. */
export const cacheFolder =
  process.env.VOLTAIC_TENSORFLOW ??
  join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'voltaic', 'tensorflow-1.15-cpu')
