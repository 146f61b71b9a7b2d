import { type Container, GlProgram, Mesh, MeshGeometry, Shader, State } from 'pixi.js'
import { grassTileM, paintGrass, paintPatches, patchTileM } from './art/ground-art.ts'

/** The trodden place in the middle, where everybody arrives. */
const villageRadiusM = 17

/**
 * Everything flat that never moves, for a square world of this width. It covers every pixel of every frame, so it is one
 * mesh with one small program: as tiling sprites it cost a software renderer three times as much.
 */
export function createGround(sizeM: number): Container {
  const shader = new Shader({
    glProgram: GlProgram.from({ name: 'ground', vertex, fragment }),
    resources: {
      uGrass: paintGrass().source,
      uPatches: paintPatches().source,
    },
  })
  const state = State.for2d()
  state.blend = false
  return new Mesh({ geometry: createSquare(sizeM), shader, state })
}

function createSquare(sizeM: number): MeshGeometry {
  const middleM = sizeM / 2
  return new MeshGeometry({
    positions: new Float32Array([0, 0, sizeM, 0, sizeM, sizeM, 0, sizeM]),
    // Metres from the middle of the world.
    uvs: new Float32Array([-middleM, -middleM, middleM, -middleM, middleM, middleM, -middleM, middleM]),
    indices: new Uint32Array([0, 1, 2, 0, 2, 3]),
  })
}

const vertex = `
in vec2 aPosition;
in vec2 aUV;
out vec2 vGrass;
out vec2 vPatches;
out vec2 vVillage;
uniform mat3 uProjectionMatrix;
uniform mat3 uWorldTransformMatrix;
uniform mat3 uTransformMatrix;

void main() {
  mat3 toClip = uProjectionMatrix * uWorldTransformMatrix * uTransformMatrix;
  gl_Position = vec4((toClip * vec3(aPosition, 1.0)).xy, 0.0, 1.0);
  vGrass = aUV / ${grassTileM.toFixed(1)};
  vPatches = aUV / ${patchTileM.toFixed(1)};
  vVillage = aUV / ${villageRadiusM.toFixed(1)};
}
`

const fragment = `
precision highp float;
in vec2 vGrass;
in vec2 vPatches;
in vec2 vVillage;
out vec4 finalColor;
uniform sampler2D uGrass;
uniform sampler2D uPatches;

void main() {
  float trodden = 0.68 * (1.0 - smoothstep(0.45, 1.0, length(vVillage)));
  vec3 land = mix(texture(uGrass, vGrass).rgb, vec3(0.88, 0.80, 0.58), trodden);
  finalColor = vec4(land * texture(uPatches, vPatches).rgb, 1.0);
}
`
