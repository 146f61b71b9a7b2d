import { randomUUID } from 'node:crypto'
import { cleanName, type Identity, nameBytesMax, type PlayerId } from '@worldkeep/session'
import { errors, jwtVerify, SignJWT } from 'jose'
import type { Verification } from '../core/gateway/gateway-core.ts'

const algorithm = 'HS256'
const issuer = 'worldkeep'
const audience = 'worldkeep'

/** A guest who stays away longer than this starts over as somebody else. */
const guestLifetime = '180d'

/** A new guest: nobody has to register to play. */
export function newGuest(wishedName: string): Identity {
  const playerId = randomUUID() as PlayerId
  return { playerId, name: cleanName(wishedName) || `Adventurer-${playerId.slice(0, 8)}` }
}

/** Claims: `sub` the player, `name` the display name, `guest` true. */
export async function issueToken(secret: Uint8Array, identity: Identity): Promise<string> {
  return new SignJWT({ name: identity.name, guest: true })
    .setProtectedHeader({ alg: algorithm })
    .setSubject(identity.playerId)
    .setIssuer(issuer)
    .setAudience(audience)
    .setIssuedAt()
    .setExpirationTime(guestLifetime)
    .sign(secret)
}

/** Never rejects: whatever is wrong with a token is an answer. */
export async function verifyToken(secret: Uint8Array, token: string): Promise<Verification> {
  try {
    const { payload } = await jwtVerify(token, secret, {
      algorithms: [algorithm],
      issuer,
      audience,
      requiredClaims: ['sub', 'name', 'exp'],
    })
    const name = typeof payload.name === 'string' ? cleanName(payload.name) : ''
    const playerId = payload.sub ?? ''
    if (playerId === '' || playerId.length > 64 || name === '' || name.length > nameBytesMax)
      return { refused: 'token_invalid' }
    return { identity: { playerId: playerId as PlayerId, name } }
  } catch (error) {
    return { refused: error instanceof errors.JWTExpired ? 'token_expired' : 'token_invalid' }
  }
}
