// One feeder: its breaker on the bus, how much of its rating it carries, kW and A, and whom it serves.
import { instant } from '../../core/clock.js'
import { h, s } from '../../core/dom.js'
import { age, number, THIN } from '../../core/format.js'
import { live } from '../../core/live.js'
import { say, t } from '../../core/words.js'
import { reading, trustOf } from '../../draw/reading.js'
import { shape } from '../../draw/shape.js'
import { stoodFor, symptom, withoutPlace } from '../../site/alarms.js'
import { worstOf } from '../../site/devices.js'
import { currentOf, isDead, loadShare, powerOf } from '../../site/electric.js'
import { isConnected } from '../../site/systems.js'
import { valueBefore } from '../series.js'
import { choosable } from '../selection.js'

/** Above this share of the rating a feeder is heavily loaded; the tick on every bar. */
const HEAVY = 0.8

/** `supplied`: whether the bus above it is alive; a dead feeder below a live bus has tripped, below a dead one it only follows. */
export function feeder (device, { supplied, chosen, room }) {
  const alarm = worstOf(device)
  const dead = isDead(device)
  const tripped = dead && supplied
  const current = currentOf(device)
  const share = trustOf(current) === 'bad' ? null : loadShare(current.value, device.params.rated_current)
  return h('button', choosable(device, chosen, dead ? 'feeder dead' : 'feeder'),
    breaker(alarm, dead, tripped),
    bar(tripped && alarm ? before(device, current, alarm) : share, tripped),
    h('span', { class: 'figures' }, tripped && alarm ? trippedFigures(device, current, alarm) : figures(device, current, share, dead)),
    name(device, room))
}

/** Line, breaker, line; the shape of an alarm hangs on the line below. */
const breaker = (alarm, dead, tripped) => h('span', { class: 'breaker', 'data-key': 'breaker' },
  s('svg', { viewBox: '0 0 60 80', width: 60, height: 80 },
    s('path', { class: dead && !tripped ? 'wire off' : 'wire', d: 'M30 0V18' }),
    s('rect', { class: tripped ? 'open' : 'closed', x: 16, y: 18, width: 28, height: 28 }),
    s('path', { class: dead ? 'wire off' : 'wire', d: 'M30 46V80' })),
  alarm ? shape(alarm.priority, alarm.state, 52) : null)

/** The share of its rating a feeder carried before its alarm. */
const before = (device, current, alarm) => current
  && loadShare(valueBefore(current.id, instant(alarm.raised_at)), device.params.rated_current)

/** The part of the rating in use, a tick where it becomes heavy; after a trip the ghost of what it was. */
const bar = (share, ghost) => h('span',
  { class: `load-bar ${ghost ? 'ghost' : ''}`, style: { '--load': Math.min(1, share ?? 0), '--heavy': HEAVY } }, h('i', {}), h('u', {}))

function figures (device, current, share, dead) {
  const power = powerOf(device)
  if (dead) return [h('b', { class: 't2' }, t('power.dead'))]
  return [
    share === null ? h('b', { class: 't2' }, '—') : h('b', { class: 't1' }, number(share * 100), h('small', {}, `${THIN}%`)),
    power ? h('span', { class: 't2' }, isConnected(device) ? reading(power, { digits: power.value < 10 ? 1 : 0 }) : '—') : null,
    current ? h('span', { class: 't3' }, reading(current)) : null
  ]
}

function trippedFigures (device, current, alarm) {
  const share = before(device, current, alarm)
  return [
    h('b', { class: 't1 words' }, symptom(alarm, live)),
    h('b', { class: 't1 words' }, age(stoodFor(alarm))),
    typeof share === 'number' ? h('span', { class: 't3' }, t('power.before', { share: number(share * 100) })) : null
  ]
}

/** 2#变电所 2D5 7号楼动力 in its own substation: 2D5 above 7号楼动力. */
function name (device, room) {
  const own = withoutPlace(say(device.name), say(room.name))
  const [code, ...rest] = own.split(' ')
  const coded = /\d/.test(code) && rest.length
  return h('span', { class: 'name' }, coded ? h('b', {}, code) : null, byPlace(coded ? rest.join(' ') : own).map((line) => h('span', {},
    divisible(line))))
}

/** A long word may be divided where a syllable ends: restau-rant. Narrow columns need it, and not every browser knows how. */
const divisible = (words) => words.replace(/\b([a-z]{3,}[aeiou])([^aeiou\W][a-z]{2,})\b/gi, (word, head, tail) => word.length > 8
  ? `${head}\u00AD${tail}` : word)

/** 7号楼动力 on two lines, broken after the place where it begins with one. */
function byPlace (words) {
  const place = [...live.areas.values()].map((area) => say(area.name)).find((one) => words.startsWith(one) && words !== one)
  return place ? [place, words.slice(place.length).trim()] : [words]
}
