// Words along a time axis: none over another, none beyond the drawing.
import { s } from '../core/dom.js'
import { widthOf } from './text.js'

/** Between two words, px. */
const GAP = 8

/** `marks` are `[{middle, words}]` from left to right, drawn on the line `y` in letters of `size` px at most; what would touch the one before it is left out. */
export function axisWords (marks, { width, y, size }) {
  let taken = -GAP
  return marks.map(({ middle, words }) => {
    const half = widthOf(words, size) / 2
    const x = Math.min(Math.max(middle, half), width - half)
    if (x - half < taken + GAP) return null
    taken = x + half
    return s('text', { class: 'time', x, y, 'text-anchor': 'middle' }, words)
  })
}
