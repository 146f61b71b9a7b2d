// What the tools say, and in which colours.

const plain = !process.stdout.isTTY || Boolean(process.env.NO_COLOR)
const paint = (code) => (text) => (plain ? text : `\x1b[${code}m${text}\x1b[0m`)

export const green = paint(32)
export const red = paint(31)
export const dim = paint(2)

/** @param {string} line */
export const say = (line) => console.log(line)

/** One step that takes a moment: `• building the server…` @param {string} what */
export const progress = (what) => say(`${dim('•')} ${what}…`)

/** @param {number} startMs as given by `performance.now()` */
export const secondsSince = (startMs) => `${((performance.now() - startMs) / 1000).toFixed(1)} s`
