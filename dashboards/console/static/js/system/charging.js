// Every charging bay: free hollow, at work filled with its power, set aside crossed; the hottest charger named.
import { h } from '../core/dom.js'
import { number, THIN } from '../core/format.js'
import { live } from '../core/live.js'
import { say, t } from '../core/words.js'
import { reading } from '../draw/reading.js'
import { flag, shape } from '../draw/shape.js'
import { isActive, symptom } from '../site/alarms.js'
import { worstOf } from '../site/devices.js'
import { currentOf, pointOf, powerOf, valueOf } from '../site/electric.js'
import { chargersView, isConnected } from '../site/systems.js'
import { choosable, selected } from './selection.js'
import { sidePanel } from './side.js'

const TEMPERATURES = ['temperature', 'temperature_1', 'temperature_2']
const NAMED = ['active_power', '.current_l', 'temperature', 'charging_state', 'car_state', 'mode3_state', 'session_energy']

const chargers = () => [...live.devices.values()].filter((device) => device.class === 'ev_charger')

export const rooms = () => [null]
export const devices = chargers
export const points = () => NAMED.map((q) => ({ class: 'ev_charger', q }))

export function note () {
  const { used, free, out } = chargersView(live)
  return out ? t('charging.all', { used, free, out }) : t('system.chargers', { used, free })
}

export function draw () {
  const { bays, power } = chargersView(live)
  const busiest = [...bays].sort((a, b) => (b.power ?? 0) - (a.power ?? 0))[0]?.device ?? null
  const chosen = selected(chargers(), busiest)
  const areas = [...new Set(bays.map(({ device }) => device.area))]
  return {
    legend: h('p', { class: 'legend t2' }, h('b', { class: 't1' }, number(power)), `${THIN}kW`, hottest()),
    body: h('div', { class: 'lots', 'data-key': 'lots' }, areas.map((area) => h('section', { 'data-key': area },
      h('h3', { class: 't2' }, say(live.areas.get(area)?.name)),
      h('div', {}, bays.filter(({ device }) => device.area === area).map((bay) => bayTile(bay, chosen)))))),
    side: sidePanel(chosen, chosen ? { facts: facts(chosen), trend: powerPoint(chosen) } : {})
  }
}

function bayTile ({ device, state, power }, chosen) {
  const alarm = worstOf(device)
  const abnormal = alarm && isActive(alarm)
  return h('button', { ...choosable(device, chosen, `bay ${state}`), title: abnormal ? symptom(alarm, live) : say(device.name) },
  h('span', { class: 'code' }, codeOf(device)),
  alarm ? shape(alarm.priority, alarm.state, 42) : state === 'out' && isConnected(device) ? flag('out_of_service', 26) : null,
  h('b', {}, bayWords(device, state, power)))
}

function bayWords (device, state, power) {
  if (state === 'out') return t(isConnected(device) ? 'charging.out' : 'charging.silent')
  return state === 'used' ? `${number(power, 1)}${THIN}kW` : ''
}

/** The last word of a name that has a number in it: 充电桩 B-17 is B-17. */
const codeOf = (device) => say(device.name).split(' ').findLast((word) => /\d/.test(word)) ?? say(device.name)

const temperatureOf = (device) => TEMPERATURES.map((name) => valueOf(device, name)).find((value) => value !== null) ?? null

function hottest () {
  const measured = chargers().filter((device) => temperatureOf(device) !== null)
  const device = measured.sort((a, b) => temperatureOf(b) - temperatureOf(a))[0]
  return device ? [h('span', { class: 't3' }, t('charging.hottest')), codeOf(device), h('b', { class: 't1' },
    `${number(temperatureOf(device))}${THIN}°C`)] : null
}

/** Its power as the history knows it, in the charger's own unit. */
const powerPoint = (device) => powerOf(device) && live.points.get(powerOf(device).id)

const facts = (device) => [
  ...['charging_state', 'car_state', 'mode3_state', 'session_energy', 'temperature', 'temperature_1'].map((name) => pointOf(device, name)),
  powerOf(device), currentOf(device)
].filter(Boolean).map((point) => [say(point.label), reading(point)])
