import { component, text, u8, u16, u32 } from '@worldkeep/world'

/** What an entity looks like. */
export const kinds = { player: 0, wanderer: 1, coin: 2 } as const

export const Appearance = component('appearance', { audience: 'nearby', fields: { kind: u8, hue: u8 } })

export const Name = component('name', { audience: 'nearby', fields: { text: text(24) } })

/** Lies on the ground, worth `value` coins. */
export const Coin = component('coin', { audience: 'nearby', fields: { value: u8 } })

/** What a player owns. Nobody else sees it, and it is saved. */
export const Purse = component('purse', { audience: 'owner', saved: true, fields: { coins: u32 } })

/** When a wanderer turns next, and how fast it walks, in cm/s. */
export const Wander = component('wander', { audience: 'server', fields: { turnTick: u32, speed: u16 } })
