/** Hooks without which a node must not start. Asked for where the tick is composed, and again by whoever drives it. */
export const requiredHooks = [
  'room',
  'lifecycle mailbox',
  'inbound freeze',
  'persistence results',
  'handshake mailbox',
  'lifecycle',
  'persistence completion',
  'handshakes',
  'commands',
  'systems',
  'space',
  'state hash',
  'replication',
  'durable lane',
] as const
