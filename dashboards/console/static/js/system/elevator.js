// Every shaft with its car where it is: direction, door, who is in it; the alarm beside it.
import { h, s } from '../core/dom.js'
import { live } from '../core/live.js'
import { say, t } from '../core/words.js'
import { reading } from '../draw/reading.js'
import { shape } from '../draw/shape.js'
import { isActive, symptom } from '../site/alarms.js'
import { apart, worstOf } from '../site/devices.js'
import { pointOf, valueOf } from '../site/electric.js'
import { isConnected, systemView } from '../site/systems.js'
import { choosable, selected } from './selection.js'
import { sidePanel } from './side.js'

const UP = 1
/** A phone gets shorter shafts with cars of the same size. */
const SHAFT = innerWidth < 760 ? 220 : 590
const CAR = { width: 38, height: 38 }

const cars = () => [...live.devices.values()].filter((device) => device.class === 'elevator')

export const rooms = () => [null]
export const devices = cars

export const points = () => [{ class: 'elevator' }]

export const note = () => systemView('elevator', live).words

/** What controllers of different makes call the same thing. */
function stateOf (car) {
  const floor = valueOf(car, 'car_position') ?? valueOf(car, 'floor_relative')
  const closed = valueOf(car, 'door_closed') ?? (pointOf(car, 'door_state') ? Number(pointOf(car, 'door_state').value === 'closed') : null)
  const way = valueOf(car, 'car_direction')
  const moving = valueOf(car, 'car_status') ?? valueOf(car, 'moving')
  return { floor, open: closed === 0, way: moving ? way === UP ? 'up' : way ? 'down' : null : null,
    people: valueOf(car, 'passenger_present') > 0 }
}

export function draw () {
  const chosen = selected(cars())
  const areas = [...new Set(cars().map((car) => car.area))]
  return {
    legend: h('p', { class: 'legend t3' }, h('span', { class: 'key car-shut' }), t('elevator.shut'), h('span', { class: 'key car-open' }),
      t('elevator.open'), h('span', {}, '▲▼'), t('elevator.moving')),
    body: h('div', { class: 'shafts', 'data-key': 'shafts' }, areas.map((area) => h('section', { 'data-key': area },
      h('div', {}, shaftsOf(area, chosen)),
      h('h3', { class: 't2' }, say(live.areas.get(area)?.name))))),
    side: sidePanel(chosen, chosen ? { facts: facts(chosen) } : {})
  }
}

function shaftsOf (area, chosen) {
  const own = cars().filter((car) => car.area === area)
  const names = apart(own)
  return own.map((car, index) => shaft(car, names[index], chosen))
}

function shaft (car, name, chosen) {
  const alarm = worstOf(car)
  const abnormal = alarm && isActive(alarm)
  const held = live.flags.some((standing) => standing.device === car.id && standing.suppression)
  const silent = !isConnected(car) || (held && !abnormal)
  return h('button',
    { ...choosable(car, chosen, silent ? 'shaft silent' : 'shaft'), title: abnormal ? symptom(alarm, live) : say(car.name) },
    h('span', { class: 'well' }, well(car)),
    alarm ? shape(alarm.priority, alarm.state, 48) : h('span', { class: 'no-shape' }),
    h('span', { class: abnormal ? 't1' : 't3' }, name))
}

/** The shaft from its lowest to its highest floor, the car where it is. */
function well (car) {
  const state = stateOf(car)
  const floors = car.params.floors ?? live.areas.get(car.area)?.floors ?? 1
  // There is no floor 0: −1 is the one below 1, and the lowest drawn.
  const level = state.floor > 0 ? state.floor : 0
  const y = (1 - Math.min(1, level / floors)) * (SHAFT - CAR.height)
  return s('svg', { viewBox: `0 0 44 ${SHAFT}`, width: 44, height: SHAFT }, s('path', { class: 'rails', d: `M2 0V${SHAFT}M42 0V${SHAFT}` }),
    state.floor === null ? null : [cabin(state, y), arrow(state.way, y)])
}

/** Doors open show as two leaves at the sides, somebody inside as a dot above the floor. */
const cabin = ({ floor, open, people }, y) => s('g', { class: `car ${open ? 'open' : 'shut'}`, transform: `translate(3 ${y})` },
  s('rect', { width: CAR.width, height: CAR.height }),
  open ? s('path', { class: 'leaves', d: `M3 0V${CAR.height}M${CAR.width - 3} 0V${CAR.height}` }) : null,
  s('text', { x: CAR.width / 2, y: 31, 'text-anchor': 'middle' }, String(floor)),
  people ? s('circle', { class: 'people', cx: CAR.width / 2, cy: 6, r: 3 }) : null)

function arrow (way, y) {
  if (!way) return null
  const base = way === 'up' ? y - 5 : y + CAR.height + 5
  return s('path', { class: 'way', d: `M13 ${base}L22 ${way === 'up' ? base - 14 : base + 14}L31 ${base}Z` })
}

const FACTS = ['service_mode', 'car_position', 'floor_relative', 'speed', 'car_direction', 'door_closed', 'fault_code', 'total_run_count']

const facts = (car) => FACTS.map((name) => pointOf(car, name)).filter(Boolean).map((point) => [say(point.label), reading(point)])
