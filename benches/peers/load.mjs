/** A package of this folder, resolved from here, as an ES module: so that two that share a third share one copy of it. */
export const load = (name) => import(name)
