import {
  type Accelerator,
  type DeviceBuffer,
  type Executable,
  type HostArray,
  reference,
  UnsupportedError,
} from '@voltaic/core'
import { type Graph, record, type Value } from '@voltaic/core/graph'
import { decorated, decoratedExecutable } from '../../src/decorators/decorated.ts'
import { lazilyUploading } from './lazily-uploading.ts'
import { alternating, rewriting } from './rewriting.ts'
import { wrongOps } from './wrong-ops.ts'

type RunOf = (executable: Executable, graph: Graph, inner: Accelerator) => Executable['run']

/** A reference whose executables run otherwise. */
function running(runOf: RunOf): Accelerator {
  const inner = reference()
  return decorated(inner, {
    async compile(graph) {
      const executable = await inner.compile(graph)
      return decoratedExecutable(executable, { run: runOf(executable, graph, inner) })
    },
  })
}

/** A reference that declares otherwise. */
function declaring(
  changes: (declared: Accelerator['capabilities']) => Partial<Accelerator['capabilities']>,
): Accelerator {
  const inner = reference()
  return decorated(inner, { capabilities: { ...inner.capabilities, ...changes(inner.capabilities) } })
}

function rewritten(name: keyof typeof wrongOps): () => Accelerator {
  return () => rewriting(wrongOps[name])
}

/** Accelerators that are wrong, each in one thing. */
export const brokenAccelerators = {
  wrongReductionAxis: rewritten('wrongReductionAxis'),
  transposedGradient: rewritten('ignoredTransposition'),
  float16Accumulation: rewritten('float16Accumulation'),
  ignoredBroadcasting: rewritten('ignoredBroadcasting'),
  swallowedNan: rewritten('swallowedNan'),
  offByOnePooling: rewritten('offByOnePooling'),
  flushesSubnormals: rewritten('flushedSubnormals'),
  halvesTowardsZero: rewritten('truncatedHalves'),
  argmaxOfTies: rewritten('lastOfTies'),
  unstableSort: rewritten('unstableSort'),
  saturatingIntegers: rewritten('saturatingIntegers'),
  integerDivision: rewritten('truncatedDivision'),
  convolutionPadding: rewritten('movedPadding'),
  otherRandomBits: rewritten('otherRandomBits'),
  blindToInfinity: rewritten('blindToInfinity'),
  negatedGradient: rewritten('negatedGradient'),
  racingScatter: () => alternating(wrongOps.lostUpdate),
  nonDeterministicSum: () => alternating(wrongOps.otherOrderOfSum),

  /** Finds what it compiled by ops and specs alone. */
  staleCacheKey() {
    const inner = reference()
    const known = new Map<string, Graph>()
    return decorated(inner, {
      compile(graph) {
        const key = [graph.nodes.map(({ op }) => op.name), graph.values.map(({ id }) => id)].join('|')
        known.set(key, known.get(key) ?? graph)
        return inner.compile({ ...known.get(key)!, donated: graph.donated })
      },
    })
  },

  leakedBuffer: () =>
    running((executable, _graph, inner) => async (inputs, scalars) => {
      if (inputs.length > 0) inner.copy(inputs[0]!)
      return executable.run(inputs, scalars)
    }),

  /** A copy that is the buffer itself: what a snapshot keeps is donated with it. */
  donatedSnapshot: () => decorated(reference(), { copy: (buffer) => buffer }),

  /** Takes every input, donated or not. */
  takesEverything() {
    const inner = reference()
    return decorated(inner, {
      compile: (graph) => inner.compile({ ...graph, donated: Array.from({ length: graph.inputCount }, (_, i) => i) }),
    })
  },

  takesOfRejectedRuns: () =>
    running((executable, graph) => async (inputs, scalars) => {
      try {
        return await executable.run(inputs, scalars)
      } catch (error) {
        for (const i of graph.donated) inputs[i]?.dispose()
        throw error
      }
    }),

  /** Writes a result over a donated input that another result is still to be computed from. */
  overwritesTooEarly() {
    let first: Value | null = null
    let current: Graph | null = null
    return rewriting((node, inputs, graph) => {
      if (current !== graph) first = null
      current = graph
      const made = record(
        node.op,
        first === null ? inputs : inputs.map((x, i) => insteadOf(x, node.inputs[i]!)),
        node.attributes as never,
      )
      const isResult = node.outputs.some((id) => graph.outputs.includes(id))
      if (isResult && graph.donated.includes(0) && made[0]!.spec === graph.values[0]) first ??= made[0]!
      return made

      function insteadOf(x: Value, id: number): Value {
        return id === 0 ? first! : x
      }
    })
  },

  swappedResults: () =>
    running((executable) => async (inputs, scalars) => {
      const results = [...(await executable.run(inputs, scalars))]
      const [first, second] = results
      if (first !== undefined && second?.spec === first.spec) [results[0], results[1]] = [second, first]
      return results
    }),

  uploadAliasesHost: lazilyUploading,

  downloadGivesView() {
    const inner = reference()
    const views = new WeakMap<DeviceBuffer, HostArray>()
    return decorated(inner, {
      async download(buffers) {
        const arrays = await inner.download(buffers)
        return buffers.map((buffer, i) => {
          const view = views.get(buffer) ?? arrays[i]!
          views.set(buffer, view)
          return view
        })
      },
    })
  },

  /** What was called last runs first. */
  otherOrderOfRuns() {
    const waiting: (() => void)[] = []
    return running((executable) => (inputs, scalars) => {
      const block = scalars.slice(0)
      return new Promise((resolve, reject) => {
        waiting.push(() => void executable.run(inputs, block).then(resolve, reject))
        setTimeout(() => waiting.pop()!(), 0)
      })
    })
  },

  /** Reads the scalars when it gets to it. */
  readsScalarsLate: () =>
    running((executable) => async (inputs, scalars) => {
      await Promise.resolve()
      return executable.run(inputs, scalars)
    }),

  /** Goes on with the scalars of its first run. */
  staleScalars: () =>
    running((executable) => {
      let first: ArrayBuffer | null = null
      return (inputs, scalars) => {
        first ??= scalars.slice(0)
        return executable.run(inputs, first)
      }
    }),

  declaresWhatIsAbsent() {
    const inner = reference()
    return decorated(inner, {
      async compile(graph) {
        if (graph.nodes.some(({ op }) => op.name === 'tanh'))
          throw new UnsupportedError('broken: tanh is not supported')
        return inner.compile(graph)
      },
    })
  },

  /** Runs an op that it does not declare. */
  acceptsWhatIsUndeclared: () =>
    declaring(({ supports }) => ({ supports: (op, dtype) => (op === 'erf' ? undefined : supports(op, dtype)) })),

  /** Leaves out a node that it does not know. */
  skipsUnknownOps() {
    const inner = reference()
    return decorated(inner, {
      compile(graph) {
        const nodes = graph.nodes.filter(
          ({ op }) => op.kind === 'primitive' && inner.capabilities.supports(op.name, 'float32'),
        )
        const made = new Set(nodes.flatMap(({ outputs }) => outputs))
        return inner.compile({
          ...graph,
          nodes,
          outputs: graph.outputs.map((id) => (made.has(id) ? id : nodes[0]!.outputs[0]!)),
        })
      },
    })
  },

  setupNotReentrant() {
    const inner = reference()
    let isOpen = false
    return decorated(inner, {
      async setup() {
        if (!isOpen) await inner.setup()
        isOpen = true
      },
      async teardown() {
        isOpen = false
        await inner.teardown()
      },
    })
  },

  worksAfterTeardown() {
    const inner = reference()
    return decorated(inner, { teardown: async () => {} })
  },

  statsThatLie() {
    const inner = reference()
    return decorated(inner, { stats: () => ({ ...inner.stats(), liveBuffers: 0, liveBytes: 0 }) })
  },

  countsCompilationsOnce() {
    const inner = reference()
    return decorated(inner, { stats: () => ({ ...inner.stats(), compiles: Math.min(1, inner.stats().compiles) }) })
  },

  /** Compiles again in every tenth run. */
  compilesAgain: () =>
    running((executable, graph, inner) => {
      let runs = 0
      return async (inputs, scalars) => {
        if (++runs % 10 === 0) (await inner.compile(graph)).dispose()
        return executable.run(inputs, scalars)
      }
    }),

  disposesTwice() {
    const inner = reference()
    let extra = 0
    return decorated(inner, {
      upload(data, spec) {
        const buffer = inner.upload(data, spec)
        const dispose = buffer.dispose.bind(buffer)
        let isDisposed = false
        buffer.dispose = () => {
          if (isDisposed) extra++
          isDisposed = true
          dispose()
        }
        return buffer
      },
      stats: () => ({ ...inner.stats(), liveBuffers: inner.stats().liveBuffers - extra }),
    })
  },

  exceedsItsLimit: () => declaring(() => ({ limits: { maxBufferBytes: 64 } })),

  /** Keeps what a fit that failed has left. */
  leaksOnFailure: () =>
    running((executable, graph, inner) => async (inputs, scalars) => {
      try {
        return await executable.run(inputs, scalars)
      } catch (error) {
        inner.copy(inputs.find(({ spec }) => spec === graph.values[0])!)
        throw error
      }
    }),
} as const satisfies Readonly<Record<string, () => Accelerator>>
