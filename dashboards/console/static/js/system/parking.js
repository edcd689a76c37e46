// The gates: every barrier with its arm as it stands, whether a vehicle waits, how many have passed; how full the site is.
import { h, s } from '../core/dom.js'
import { number } from '../core/format.js'
import { live } from '../core/live.js'
import { say, t } from '../core/words.js'
import { reading } from '../draw/reading.js'
import { shape } from '../draw/shape.js'
import { isActive, symptom, withoutPlace } from '../site/alarms.js'
import { faultWords, worstOf } from '../site/devices.js'
import { pointOf, valueOf } from '../site/electric.js'
import { occupancy } from '../site/parking.js'
import { isConnected } from '../site/systems.js'
import { choosable, selected } from './selection.js'
import { countedToday } from './series.js'
import { sidePanel } from './side.js'

/** The codes of a barrier's state, as its profile gives them. */
const STATES = ['closed', 'open', 'opening', 'closing', 'stopped', 'fault']
/** Degrees the arm is raised in each. */
const RAISED = { closed: 0, open: 80, opening: 45, closing: 30, stopped: 40, fault: 20 }

const barriers = () => [...live.devices.values()].filter((device) => device.class === 'parking_barrier')

export const rooms = () => [null]
export const devices = barriers
export const points = () => [{ class: 'parking_barrier' }]

/** How many answer, when not all do. */
export const note = () => barriers().every(isConnected) ? null
  : t('parking.barriers', { count: barriers().filter(isConnected).length, all: barriers().length })

export function draw () {
  const chosen = selected(barriers(), barriers()[0])
  const areas = [...new Set(barriers().map((barrier) => barrier.area))]
  return {
    body: h('div', { class: 'gates', 'data-key': 'gates' }, areas.map((area) => h('section', { 'data-key': area },
      h('h3', { class: 't2' }, say(live.areas.get(area)?.name)),
      h('div', {}, barriers().filter((barrier) => barrier.area === area).map((barrier) => gate(barrier, chosen)))))),
    below: occupied(),
    side: sidePanel(chosen, { facts: facts(chosen) })
  }
}

/** Cars on site out of all spaces; a dash where the counters contradict each other. */
function occupied () {
  const { figure, of, isGuessed, share, notes } = occupancy()
  return h('div', { class: 'occupancy', 'data-key': 'occupancy' },
    h('p', { class: 't2' }, h('b', { class: isGuessed ? 't1 reading uncertain' : 't1' }, figure), of),
    h('span', { class: 'gauge' }, h('i', { style: { width: `${share * 100}%` } })),
    h('p', { class: 't3 spaces' }, notes.map((note) => h('span', {}, note))))
}

function gate (barrier, chosen) {
  const alarm = worstOf(barrier)
  const abnormal = alarm && isActive(alarm)
  const state = STATES[valueOf(barrier, 'state')] ?? null
  const leaving = valueOf(barrier, 'exits') > valueOf(barrier, 'entries')
  return h('button', choosable(barrier, chosen, isConnected(barrier) ? 'gate' : 'gate silent'),
  h('b', { class: abnormal ? 't1' : 't2' }, withoutPlace(say(barrier.name), say(live.areas.get(barrier.area)?.name))),
  alarm ? shape(alarm.priority, alarm.state, 54) : h('span', {}),
  picture(state, valueOf(barrier, 'vehicle_present') > 0, valueOf(barrier, 'arm_off') > 0, leaving),
  h('b', { class: abnormal ? 't1 words' : 't2 words' }, abnormal ? symptom(alarm, live)
    : isConnected(barrier) ? state ? t(`barrier.${state}`) : '—' : faultWords(barrier)),
  h('span', { class: 't3 words' }, passed(barrier, leaving)))
}

/** Post, arm and lane; the arm falls away when it is knocked off. */
const picture = (state, vehicle, armOff, leaving) => s('svg',
  { class: `barrier ${state ?? 'unknown'}`, viewBox: '0 0 300 320', width: 300, height: 320 },
  s('path', { class: 'ground', d: 'M0 292H300' }),
  vehicle ? s('path', { class: 'vehicle', d: 'M110 288V254L136 226H216L242 254V288Z' }) : null,
  s('path', { class: 'lane', d: leaving ? 'M236 308H86M102 298 82 308 102 318' : 'M86 308H236M220 298 240 308 220 318' }),
  s('rect', { class: 'post', x: 12, y: 200, width: 40, height: 92 }),
  armOff ? s('path', { class: 'arm off', d: 'M66 284H266' })
    : s('path', { class: 'arm', d: 'M32 212H240', transform: `rotate(${-(RAISED[state] ?? 0)} 32 212)` }))

/** How many went through today. */
function passed (barrier, leaving) {
  const count = countedToday(`${barrier.id}.${leaving ? 'exits' : 'entries'}`)
  return count === null ? '' : t(leaving ? 'parking.left_today' : 'parking.came_today', { count: number(count) })
}

const FACTS = ['state', 'vehicle_present', 'manual', 'loop_fault', 'arm_off', 'entries', 'exits', 'cycle_time', 'motor_current']

const facts = (barrier) => FACTS.map((name) => barrier && pointOf(barrier, name)).filter(Boolean).map((point) =>
  [say(point.label), reading(point)])
