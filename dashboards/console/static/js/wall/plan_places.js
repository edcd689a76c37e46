// How each kind of place looks from above. Every function takes a view {area, box, worst, held} and gives an SVG group.
import { s } from '../core/dom.js'
import { age } from '../core/format.js'
import { live } from '../core/live.js'
import { say, t } from '../core/words.js'
import { flag, isReturned, shape } from '../draw/shape.js'
import { firstThatFits } from '../draw/text.js'
import { stoodFor, symptom } from '../site/alarms.js'
import { isConnected } from '../site/systems.js'

const group = (view, name, ...parts) => s('a',
  { class: `place ${name} ${colourOf(view.worst)}`, href: `/devices?area=${view.area.id}`,
  'data-key': view.area.id }, parts)

/** A place is outlined in the alarm's colour while the alarm stands; what has returned only waits to be seen. */
const colourOf = (alarm) => !alarm ? '' : isReturned(alarm.state) ? 'seen' : `abnormal ${alarm.priority}`

const box = ({ x, y, width, height }, name) => s('rect', { class: name, x, y, width, height })

const round = (value) => Math.round(value * 10) / 10

/** A block seen from the south: walls, two roof heads of the lift shafts, windows, its number. */
function block (view) {
  const { x, y, width: w, height: hgt } = view.box
  const head = hgt * 0.1
  const roof = [[0.2, 0.355], [0.655, 0.8]].map(([from,
    to]) => `H${round(x + w * from)}v${-round(head)}H${round(x + w * to)}v${round(head)}`).join('')
  const walls = `M${round(x)} ${round(y)}${roof}H${round(x + w)}V${round(y + hgt)}H${round(x)}Z`
  const size = Math.min(40, hgt * 0.6)
  return group(view, 'block',
    s('path', { class: 'walls', d: walls }),
    s('text', { class: 'number', x: x + w * 0.11, y: y + hgt / 2 + size * 0.36, 'font-size': size }, numberOf(view.area)),
    view.worst ? blockAlarm(view) : [0.57,
      0.77].map((at) => s('rect', { class: 'window', x: x + w * at, y: y + hgt * 0.36, width: w * 0.118, height: hgt * 0.33 })))
}

const numberOf = (area) => say(area.name).match(/\d+/)?.[0] ?? say(area.name)

function blockAlarm ({ box: { x, y, width: w, height: hgt }, worst, held }) {
  const size = Math.min(70, hgt * 0.92)
  const middleX = x + w * (held ? 0.57 : 0.68)
  return [
    shape(worst.priority, worst.state, size, { x: middleX - size / 2, y: y + hgt / 2 - size / 2 }),
    held ? flag('suppressed', 30, { x: x + w * 0.83 - 15, y: y + hgt / 2 - 15 }) : null,
    worst.priority === 'critical' && !isReturned(worst.state) ? ribbon(x, y + hgt, w, worst) : null
  ]
}

/** The inverse label under a block in critical alarm: what, and for how long; where that is too long, at least that it is critical. */
function ribbon (x, y, width, alarm) {
  const old = age(stoodFor(alarm))
  const what = symptom(alarm, live)
  const urgent = `${t(`priority.${alarm.priority}`)} ${old}`
  const size = [25, 22].find((one) => firstThatFits([`${what} ${old}`, what], width + 8, one, true)) ?? 22
  const words = firstThatFits([`${what} ${old}`, what], width + 8, size, true) ?? urgent
  return s('g', { class: 'ribbon' }, s('rect', { x: x - 1, y: y + 2, width: width + 2, height: 37 }),
    s('text', { x: x + width / 2, y: y + 30, 'font-size': size }, words))
}

const substation = (view) => {
  const { x, y } = middle(view.box)
  return group(view, 'substation',
    s('rect', { class: 'walls', x: x - 20, y: y - 17, width: 40, height: 34 }),
    s('circle', { class: 'winding', cx: x - 6, cy: y, r: 9 }), s('circle', { class: 'winding', cx: x + 6, cy: y, r: 9 }))
}

const pumpRoom = (view) => {
  const { x, y } = middle(view.box)
  return group(view, 'pump-room', s('circle', { class: 'casing', cx: x, cy: y, r: 14 }),
    s('path', { class: 'casing', d: `M${x - 5} ${y - 7.5}L${x + 9} ${y}L${x - 5} ${y + 7.5}Z` }))
}

/** One rectangle per barrier; hatched when it says nothing. */
function gate (view) {
  const { x, y } = middle(view.box)
  const lanes = [...live.devices.values()].filter((device) => device.area === view.area.id && device.class === 'parking_barrier')
  const count = Math.max(1, lanes.length)
  return group(view, 'gate', Array.from({ length: count }, (_, index) => {
    const silent = lanes[index] && !isConnected(lanes[index])
    const left = x + (index - count / 2) * 44 + 2
    return [s('rect', { class: 'lane', x: left, y: y - 7, width: 40, height: 14 }), silent ? hatch(left, y - 7, 40, 14) : null]
  }))
}

/** 45° strokes over a rectangle. */
function hatch (x, y, width, height) {
  const strokes = []
  for (let at = x - height + 5; at < x + width; at += 8) {
    const from = Math.max(at, x)
    const to = Math.min(at + height, x + width)
    strokes.push(`M${from} ${y + height - (from - at)}L${to} ${y + height - (to - at)}`)
  }
  return s('path', { class: 'hatch', d: strokes.join('') })
}

const garage = (view) => group(view, 'garage', box(view.box, 'floor'))
const room = (view) => group(view, 'room', box(view.box, 'walls'))

export const middle = ({ x, y, width, height }) => ({ x: Math.round(x + width / 2), y: Math.round(y + height / 2) })

export const DRAW = { block, substation, pump_room: pumpRoom, gate, garage, podium: room, room }
