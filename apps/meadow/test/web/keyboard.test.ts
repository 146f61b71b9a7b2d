import fc from 'fast-check'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { type Keyboard, openKeyboard } from '../../src/web/controls/keyboard.ts'

/** As much of an element as the keyboard asks about. */
class PageElement extends EventTarget {
  readonly tagName: string
  readonly isContentEditable: boolean

  constructor(tagName: string, options: { readonly isContentEditable: boolean } = { isContentEditable: false }) {
    super()
    this.tagName = tagName
    this.isContentEditable = options.isContentEditable
  }
}

interface KeyOptions {
  readonly repeat?: boolean
  readonly ctrlKey?: boolean
  readonly target?: PageElement
}

let keyboard: Keyboard
let page: { readonly window: EventTarget; readonly document: EventTarget }
let steered: number
let pressed: string[]

beforeEach(() => {
  page = { window: new EventTarget(), document: new EventTarget() }
  vi.stubGlobal('window', page.window)
  vi.stubGlobal('document', page.document)
  vi.stubGlobal('HTMLElement', PageElement)
  steered = 0
  pressed = []
  keyboard = openKeyboard({ steer: () => steered++, press: (code) => pressed.push(code) })
})
afterEach(() => {
  keyboard.close()
  vi.unstubAllGlobals()
})

function key(type: 'keydown' | 'keyup', code: string, options: KeyOptions = {}): Event {
  const event = new Event(type, { cancelable: true })
  const { target = null, repeat = false, ctrlKey = false } = options
  const parts = { code, repeat, ctrlKey, metaKey: false, altKey: false, target }
  for (const [name, value] of Object.entries(parts)) Object.defineProperty(event, name, { value })
  page.window.dispatchEvent(event)
  return event
}

test('[MEADOW-48] letters and arrows point by their place: up is away, both axes at once, opposites cancel', () => {
  key('keydown', 'KeyW')
  expect(keyboard.direction()).toEqual({ x: 0, z: -1 })
  key('keydown', 'ArrowRight')
  expect(keyboard.direction()).toEqual({ x: 1, z: -1 })
  key('keydown', 'KeyA')
  expect(keyboard.direction()).toEqual({ x: 0, z: -1 })
  key('keyup', 'KeyW')
  key('keyup', 'ArrowRight')
  expect(keyboard.direction()).toEqual({ x: -1, z: 0 })
})

test('[MEADOW-48] whatever is held, an axis is -1, 0 or 1, and nothing is left once all keys are up', () => {
  const codes = ['KeyW', 'KeyA', 'KeyS', 'KeyD', 'ArrowUp', 'ArrowLeft', 'ArrowDown', 'ArrowRight']
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.constantFrom('keydown', 'keyup'), fc.constantFrom(...codes))), (events) => {
      for (const [type, code] of events) {
        key(type as 'keydown' | 'keyup', code)
        const { x, z } = keyboard.direction()
        expect([-1, 0, 1]).toContain(x)
        expect([-1, 0, 1]).toContain(z)
      }
      for (const code of codes) key('keyup', code)
      expect(keyboard.direction()).toEqual({ x: 0, z: 0 })
    }),
  )
})

test('[MEADOW-49] steering is told once per change, and the page does not scroll', () => {
  expect(key('keydown', 'ArrowDown').defaultPrevented).toBe(true)
  key('keydown', 'ArrowDown', { repeat: true })
  key('keyup', 'ArrowDown')
  key('keyup', 'ArrowDown')
  expect(steered).toBe(2)
  expect(key('keydown', 'KeyG').defaultPrevented).toBe(false)
  key('keydown', 'KeyG', { repeat: true })
  expect([steered, pressed]).toEqual([2, ['KeyG']])
})

test('[MEADOW-49] a key typed into a field, or with a modifier, does not steer', () => {
  for (const target of [
    new PageElement('INPUT'),
    new PageElement('TEXTAREA'),
    new PageElement('DIV', { isContentEditable: true }),
  ]) {
    expect(key('keydown', 'KeyW', { target }).defaultPrevented).toBe(false)
  }
  key('keydown', 'KeyW', { ctrlKey: true })
  expect([steered, pressed, keyboard.direction()]).toEqual([0, [], { x: 0, z: 0 }])
  key('keydown', 'KeyW', { target: new PageElement('CANVAS') })
  expect(keyboard.direction()).toEqual({ x: 0, z: -1 })
})

test('[MEADOW-50] a page that loses the focus or is hidden lets all keys go', () => {
  for (const [target, type] of [
    [page.window, 'blur'],
    [page.document, 'visibilitychange'],
  ] as const) {
    steered = 0
    key('keydown', 'KeyD')
    key('keydown', 'KeyS')
    target.dispatchEvent(new Event(type))
    target.dispatchEvent(new Event(type))
    expect([steered, keyboard.direction()]).toEqual([3, { x: 0, z: 0 }])
  }
  keyboard.close()
  key('keydown', 'KeyD')
  expect(keyboard.direction()).toEqual({ x: 0, z: 0 })
})
