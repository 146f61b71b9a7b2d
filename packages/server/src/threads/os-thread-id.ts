import { readlinkSync } from 'node:fs'
import { basename } from 'node:path'

/** The calling thread's id as the system counts CPU time by; null where there is no `/proc`. */
export function osThreadId(): number | null {
  try {
    return Number(basename(readlinkSync('/proc/thread-self')))
  } catch {
    return null
  }
}
