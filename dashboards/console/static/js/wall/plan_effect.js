// The dashed line from a root cause to a place it hit: along, then down or up, with an arrow head.
import { s } from '../core/dom.js'

export function effectLine (cause, effect, priority) {
  const from = { x: cause.x + cause.width / 2, y: cause.y + cause.height / 2 }
  const to = { x: effect.x + effect.width / 2, y: effect.y < from.y ? effect.y + effect.height : effect.y }
  const down = to.y > from.y ? 1 : -1
  const tip = to.y - down * 4
  const line = `M${from.x} ${from.y}H${to.x}V${tip - down * 4}`
  const head = `M${to.x - 9} ${tip - down * 11}L${to.x} ${tip}L${to.x + 9} ${tip - down * 11}`
  return s('g', { class: `effect ${priority}` }, s('path', { class: 'under', d: line }), s('path', { class: 'way', d: line }),
    s('path', { class: 'head', d: head }))
}
