// A pump room: town water into the tank, pumps from the tank into the main, what comes out; the site's pits below, trends beside.
import { h, s } from '../../core/dom.js'
import { number, THIN } from '../../core/format.js'
import { say, t } from '../../core/words.js'
import { reading } from '../../draw/reading.js'
import { withoutPlace } from '../../site/alarms.js'
import { pointOf, valueOf } from '../../site/electric.js'
import { countedToday } from '../series.js'
import { pitRow } from './pits.js'
import { pump } from './pump.js'
import { gauges, isRunning, leadPump, pits, pumps, rooms, tanks } from './rooms.js'
import { tank } from './tank.js'
import { trends } from './trends.js'

export { rooms }

export const devices = (room) => [...tanks(room), ...pumps(room), ...gauges(room), ...pits()]

export function points (room) {
  const classes = ['tank', 'pump', 'level_sensor'].filter(() => room)
  return [...classes.map((kind) => ({ class: kind, area: room.id })), { class: 'sump' }]
}

export function draw (room) {
  if (!room) return { body: h('p', { class: 'nothing t2', 'data-key': 'none' }, t('system.none')), below: pitRow() }
  return {
    legend: h('p', { class: 'legend t3' }, h('span', { class: 'key pump-on' }), t('water.running'), h('span', { class: 'key pump-off' }),
      t('water.stopped')),
    body: h('div', { class: 'pump-room', 'data-key': 'pump-room' },
      h('div', { class: 'tanks', 'data-key': 'tanks' }, tanks(room).map((device) => tank(device, room))),
      h('div', { class: 'mains', 'data-key': 'mains' }, pumps(room).map((device) => pump(device, room))),
      outlet(room)),
    below: h('div', { class: 'strip', 'data-key': 'strip' }, pitRow(), today(room)),
    side: trends(room)
  }
}

/** How many pumps run, for the headline. */
export const note = (room) => pumps(room).length
  ? t('water.pumps', { running: pumps(room).filter(isRunning).length, all: pumps(room).length }) : null

/** The pressure in the main and what flows out of it. */
function outlet (room) {
  const lead = leadPump(room)
  if (!lead) return null
  const flows = pumps(room).map((device) => valueOf(device, 'flow')).filter((flow) => flow !== null)
  const flowing = pumps(room).some(isRunning)
  return h('div', { class: 'outlet', 'data-key': 'outlet' },
    h('b', { class: 't1 pressure' }, reading(pointOf(lead, 'discharge_pressure'))),
    s('svg', { viewBox: '0 0 260 60', width: 260, height: 60 }, s('path', { class: flowing ? 'pipe' : 'pipe still', d: 'M0 30H236' }),
      s('path', { class: flowing ? 'arrow' : 'arrow still', d: 'M228 14 256 30 228 46Z' })),
    flows.length ? h('p', { class: 't2' }, t('water.flow'), h('b', { class: 't1' },
      `${number(flows.reduce((sum, flow) => sum + flow, 0), 1)}${THIN}m³/h`)) : null)
}

/** What else the room says of itself: the second gauge, the water's temperature, today's energy. */
function today (room) {
  const energies = pumps(room).filter((device) => pointOf(device, 'energy')).map((device) => countedToday(`${device.id}.energy`))
  const known = energies.filter((energy) => energy !== null)
  const entries = [
    ...gauges(room).map((device) => [withoutPlace(say(device.name), say(room.name)), pointOf(device, 'pv')
      && reading({ ...pointOf(device, 'pv'), unit: 'm' })]),
    ...tanks(room).map((device) => pointOf(device, 'temperature')).filter(Boolean).map((point) => [t('water.temperature'), reading(point)]),
    known.length ? [t('water.energy_today'), `${number(known.reduce((sum, energy) => sum + energy, 0), 1)}${THIN}kWh`] : null
  ].filter((entry) => entry?.[1])
  return h('dl', { class: 'today', 'data-key': 'today' }, entries.map(([label, value]) => h('div', {}, h('dt', { class: 't3' }, label),
    h('dd', { class: 't1' }, value))))
}
