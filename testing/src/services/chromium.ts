import { type Browser, chromium } from 'playwright-core'
import { findChromium } from './binaries.ts'

/**
 * What a headless test browser needs. No sandbox: it cannot be set up as root, and the only pages are ours.
 * WebGL2 comes from SwiftShader, in software, about 30 frames a second: never assert a frame rate.
 */
const chromiumArgs = [
  '--headless=new',
  '--no-sandbox',
  // QUIC to web servers only; WebTransport has its own switch and keeps working.
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--enable-unsafe-swiftshader',
  '--use-gl=angle',
  '--use-angle=swiftshader',
] as const

/** Debian's Chromium, or the one `CHROMIUM_PATH` names. `args` come after ours. The caller closes it. */
export async function launchChromium(options: { readonly args?: readonly string[] } = {}): Promise<Browser> {
  const executablePath = findChromium()
  if (executablePath === undefined) throw new Error('Chromium is not installed on this machine')
  return chromium.launch({ executablePath, args: [...chromiumArgs, ...(options.args ?? [])] })
}
