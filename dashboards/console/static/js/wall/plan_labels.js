// Names and alarms beside the places of the plan, set so that none covers a building or another name.
import { s } from '../core/dom.js'
import { live } from '../core/live.js'
import { say } from '../core/words.js'
import { isReturned, isUnacknowledged, shape } from '../draw/shape.js'
import { widthOf } from '../draw/text.js'
import { shortName, whereOf } from '../site/alarms.js'
import { middle } from './plan_places.js'

const CALM = [{ size: 21, bold: false, line: 30 }, { size: 20, bold: false, line: 28 }]
const LOUD = [{ size: 23, bold: true, line: 38 }, { size: 21, bold: true, line: 38 }]
const SIDES = { gate: ['aside', 'beside', 'above', 'below'], other: ['right', 'left', 'below', 'above'] }
/** What a label's alarm shape takes of its length. */
const SHAPE = 48

/**
 * A label for every place but the blocks, alarms first and floors, which have room anywhere, last:
 * `[{x, y, text, view, type, mirrored}]`; one that has no room is left out.
 */
export function placeLabels (views, panel, heading) {
  const taken = views.filter(({ area }) => area.kind !== 'garage').map(({ area, box, worst }) => withRibbon(solid(area, box), area, worst))
  taken.push({ x: 0, y: 0, width: 36 + widthOf(heading, 24), height: 42 }, { x: 710, y: 0, width: 110, height: 42 })
  const wanted = views.filter(({ area }) => area.kind !== 'block').sort((a, b) => !!b.worst - !!a.worst
    || (a.area.kind === 'garage') - (b.area.kind === 'garage'))
  return wanted.map((view) => {
    const label = settle(view, taken, panel)
    if (label) taken.push(label.box)
    return label
  }).filter(Boolean)
}

/** What a place really covers: small places are drawn as a sign in the middle of their rectangle. */
function solid ({ kind }, box) {
  const sign = { substation: [44, 38], pump_room: [32, 32], gate: [88, 18] }[kind]
  if (!sign) return { ...box, y: box.y - (kind === 'block' ? box.height * 0.12 : 0) }
  const { x, y } = middle(box)
  return { x: x - sign[0] / 2, y: y - sign[1] / 2, width: sign[0], height: sign[1] }
}

/** The ribbon below a block in critical alarm covers what is there, as `plan_places.js` draws it. */
const withRibbon = (covered, { kind }, worst) => kind === 'block' && worst?.priority === 'critical' && !isReturned(worst.state)
  ? { ...covered, height: covered.height + RIBBON } : covered
const RIBBON = 40

function settle (view, taken, panel) {
  for (const { text, type, find } of attempts(view)) {
    const size = { width: widthOf(text, type.size, type.bold) + (view.worst ? SHAPE : 0) + 4, height: type.line }
    const spot = find(view, size).find((at) => isFree({ ...at, ...size }, taken, panel, view))
    if (spot) return { view, text, type, mirrored: spot.mirrored, box: { x: spot.x, y: spot.y, ...size } }
  }
  return null
}

/** Every wording in every place it may stand: within a building all wordings are tried before any goes outside. */
function attempts (view) {
  const ways = view.area.kind === 'podium' || view.area.kind === 'room' ? [within, beside] : [beside]
  return ways.flatMap((find) => wordings(view).map(([text, type]) => ({ text, type, find })))
}

/**
 * From the fullest wording to none, each in its larger type first; the shape always stays. The plan says itself where it is, so the place
 * goes before the device.
 */
function wordings ({ area, worst }) {
  const name = say(area.name)
  if (worst && isReturned(worst.state)) return [[name, CALM[0]], ['', CALM[0]]]
  const texts = worst ? [whereOf(worst, live), shortName(worst, live), numbered(shortName(worst, live)), name, ''] : [name]
  return texts.flatMap((text) => (worst ? LOUD : CALM).map((type) => [text, type]))
}

/** The part of a name that has a number in it, which is what the sign on the device says: 2D5, B-17, sump 3. */
const numbered = (name) => name.match(/\S+ \d+(?!\S)|\S*\d\S*/)?.[0] ?? name

const within = ({ box }, { width, height }) =>
  width < box.width - 20 ? [{ x: box.x + 16, y: box.y + (box.height - height) / 2, within: true }] : []

const beside = ({ area, box }, { width, height }) => area.kind === 'garage'
  ? inside(box, width, height)
  : around(solid(area, box), width, height, SIDES[area.kind] ?? SIDES.other)

function around (box, width, height, sides) {
  const middleY = box.y + box.height / 2 - height / 2
  const at = {
    right: { x: box.x + box.width + 8, y: middleY },
    left: { x: box.x - width - 8, y: middleY, mirrored: true },
    below: { x: box.x + box.width / 2 - width / 2, y: box.y + box.height + 2 },
    above: { x: box.x + box.width / 2 - width / 2, y: box.y - height - 2 }
  }
  at.aside = { x: at.left.x, y: box.y + box.height / 2 - height - 2, mirrored: true }
  at.beside = { x: at.right.x, y: box.y + box.height / 2 - height - 2 }
  return sides.map((side) => at[side])
}

/** How far a floor's name may reach over its edge rather than be left out. */
const SPILL = 40

/** A grid of places within a floor, from its upper left corner. */
function inside (box, width, height) {
  const found = []
  for (let y = box.y + 6; y + height <= box.y + box.height; y += 8) {
    for (let x = box.x + 8; x + width <= box.x + box.width + SPILL; x += 12) found.push({ x, y })
  }
  return found
}

function isFree (spot, taken, panel, view) {
  if (spot.x < 8 || spot.y < 4 || spot.x + spot.width > panel.width - 8 || spot.y + spot.height > panel.height - 4) return false
  if (crosses(spot.y, spot.height, 45) || crosses(spot.y, spot.height, 575) || crosses(spot.x, spot.width, 796)) return false
  const own = spot.within ? view.box : null
  return !taken.some((box) => !(own && box.x === own.x && box.y === own.y) && overlaps(box, spot))
}

/** Whether a label would lie across the outline of the site. */
const crosses = (start, length, line) => start < line && start + length > line

const overlaps = (a, b) => a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height

export function labelOf ({ view, text, type, mirrored, box }) {
  const { worst, area } = view
  const baseline = box.y + box.height / 2 + type.size * 0.36
  const loud = worst && !isReturned(worst.state)
    && (isUnacknowledged(worst.state) || worst.priority === 'critical' || worst.priority === 'high')
  const shift = worst && !mirrored ? SHAPE : 0
  return s('g', { class: `label ${worst && !isReturned(worst.state) ? 'abnormal' : ''}`, 'data-key': `label ${area.id}` },
    worst && shape(worst.priority, worst.state, 52, { x: mirrored ? box.x + box.width - 46 : box.x - 6, y: box.y + box.height / 2 - 26 }),
    s('text', { x: box.x + shift, y: baseline, 'font-size': type.size, 'font-weight': loud ? 700 : 400 }, text))
}
