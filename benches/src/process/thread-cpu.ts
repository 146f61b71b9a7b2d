import { readdirSync, readFileSync } from 'node:fs'

/** Linux counts a thread's CPU time in hundredths of a second. */
const msPerClockTick = 10

/** CPU milliseconds each thread of this process has used, by the system's id; empty where the system does not tell. */
export function threadCpuMs(): ReadonlyMap<number, number> {
  const cpuMs = new Map<number, number>()
  for (const id of threadIds()) {
    try {
      cpuMs.set(id, parseStat(readFileSync(`/proc/self/task/${id}/stat`, 'utf8')))
    } catch {
      // The thread has just ended.
    }
  }
  return cpuMs
}

function threadIds(): readonly number[] {
  try {
    return readdirSync('/proc/self/task').map(Number)
  } catch {
    return []
  }
}

/** `pid (name) state ppid …`, proc(5): utime and stime are fields 14 and 15. The name may hold anything. */
function parseStat(stat: string): number {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[11]) + Number(fields[12])) * msPerClockTick
}
