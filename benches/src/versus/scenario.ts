import type { Scenario } from '../scenario.ts'
import { round } from '../statistics.ts'
import type { Round } from './bars.ts'
import { type ContenderName, contenderNames, usualContenders } from './contender.ts'
import { type Contest, runContest } from './contest.ts'
import { installPeers, peerVersion } from './peers.ts'
import { reportOf } from './versus-result.ts'
import { crowds, type WorkloadName, workloadNames } from './workloads.ts'

/* One after the other, round by round, so that whatever else the machine does hits all of them. */

export const versus: Scenario = {
  summary: 'Worldkeep beside other servers, on one crowd',
  defaults: { seconds: 10 },
  variants: { names: workloadNames, byDefault: 'M', parts: contenderNames },
  run: async (workload, { signal, say }) => {
    const crowd = crowds[workload.variant as WorkloadName]
    const names = contendersOf(workload.only, crowd.burstClients > 0)
    const hasPeers = names.some((name) => name !== 'worldkeep')
    if (hasPeers) await installPeers({ signal, say })
    const roundCount = workload.rounds ?? crowd.roundsDefault
    const rounds: Round[] = []
    const failures: string[] = []
    for (let i = 0; i < roundCount; i++) {
      const contests: { [name in ContenderName]?: Contest } = {}
      for (const name of names) {
        const where = `round ${i + 1} of ${roundCount}: ${name}`
        say(where)
        const { seconds, seed, profileDir } = workload
        try {
          const contest = await runContest(name, { crowd, seconds, seed: seed + i * 10_000, profileDir, signal, say })
          say(`  ${round(contest.cpuMsPerS, 1)} ms CPU/s, ${Math.round(contest.bytesPerClientS)} B/s per client`)
          contests[name] = contest
        } catch (error) {
          signal.throwIfAborted()
          const reason = error instanceof Error ? error.message.split('\n', 1)[0] : String(error)
          say(`  failed: ${reason}`)
          failures.push(`${where}: ${reason}`)
        }
      }
      rounds.push(contests)
    }
    return reportOf(rounds, { crowd, seconds: workload.seconds, versions: hasPeers ? versions() : {}, failures })
  },
}

/** In a fixed order. Where many join at once, the others have nothing to say. */
function contendersOf(only: readonly string[], worldkeepOnly: boolean): readonly ContenderName[] {
  if (worldkeepOnly) return ['worldkeep']
  return only.length === 0 ? usualContenders : contenderNames.filter((name) => only.includes(name))
}

function versions(): { readonly [name: string]: string } {
  const names = ['@colyseus/core', '@colyseus/schema', '@colyseus/sdk', 'ws', 'msgpackr']
  return Object.fromEntries(names.map((name) => [name, peerVersion(name)]))
}
