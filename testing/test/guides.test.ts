import { describe } from 'vitest'

describe('[GUIDE-2] the tests in the guides pass', async () => {
  await import('../../docs/guides/examples/first-world/game.test.ts')
})
