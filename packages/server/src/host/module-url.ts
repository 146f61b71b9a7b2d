import { isAbsolute, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'

/** A module as `import` wants it: a URL stays one, a path is taken from the current folder. */
export function moduleUrl(module: string): string {
  if (/^[a-z]+:\/\//.test(module)) return module
  return pathToFileURL(isAbsolute(module) ? module : resolve(module)).href
}
