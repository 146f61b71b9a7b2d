import { Worker } from 'node:worker_threads'

/** Starts a worker thread, waits for the one message it says, and ends it. Rejects with the signal's reason. */
export async function measureInWorker<Result>(script: URL, workerData: unknown, signal: AbortSignal): Promise<Result> {
  signal.throwIfAborted()
  const worker = new Worker(script, { workerData })
  try {
    return await new Promise<Result>((resolve, reject) => {
      worker.once('message', resolve)
      worker.once('error', reject)
      worker.once('exit', (code) => reject(new Error(`the worker has ended: ${code}`)))
      signal.addEventListener('abort', () => reject(signal.reason), { once: true })
    })
  } finally {
    await worker.terminate()
  }
}
