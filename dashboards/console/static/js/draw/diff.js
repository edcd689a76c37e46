// What changed between two texts, line by line; long stretches that did not are left out.
import { h } from '../core/dom.js'

/** Unchanged lines shown on either side of a change. */
const AROUND = 3

/** `[{mark: ' ' | '-' | '+', text}]` that lead from one text to the other: the longest common run of lines stays. */
export function diffOf (before, after) {
  const a = before.replace(/\n$/, '').split('\n')
  const b = after.replace(/\n$/, '').split('\n')
  const common = Array.from({ length: a.length + 1 }, () => new Uint32Array(b.length + 1))
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) common[i][j] = a[i] === b[j] ? common[i + 1][j + 1] + 1 : Math.max(common[i + 1][j], common[i][j + 1])
  }
  const lines = []
  let [i, j] = [0, 0]
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && a[i] === b[j]) { lines.push({ mark: ' ', text: a[i++] }); j++ }
    else if (j >= b.length || (i < a.length && common[i + 1][j] >= common[i][j + 1])) lines.push({ mark: '-', text: a[i++] })
    else lines.push({ mark: '+', text: b[j++] })
  }
  return lines
}

const WORDS = { ' ': 'same', '-': 'gone', '+': 'new' }

/** All of it where nothing changed. */
export function diffView (lines) {
  const changes = lines.flatMap(({ mark }, index) => mark === ' ' ? [] : [index])
  const near = (index) => !changes.length || changes.some((change) => Math.abs(change - index) <= AROUND)
  return h('pre', { class: 'diff mono' }, lines.map(({ mark, text }, index) => near(index) ? h('span', { class: WORDS[mark] }, `${mark} ${text}\n`)
    : near(index - 1) ? h('span', { class: 't3' }, '⋯\n') : null))
}
