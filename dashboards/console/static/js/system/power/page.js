// The substation's single-line diagram: every bus section a row from transformer to feeders; beside it the feeder that matters.
import { h } from '../../core/dom.js'
import { live } from '../../core/live.js'
import { number, THIN } from '../../core/format.js'
import { say, t } from '../../core/words.js'
import { reading } from '../../draw/reading.js'
import { suppliedBy } from '../../site/details.js'
import { currentOf, isDead, lineVoltage, loadShare, pointOf, powerOf, valueOf } from '../../site/electric.js'
import { isConnected } from '../../site/systems.js'
import { selected } from '../selection.js'
import { sidePanel } from '../side.js'
import { feeder } from './feeder.js'
import { source } from './source.js'
import { devicesOf, rooms, sections } from './topology.js'

const METERED = ['.active_power', '.current_', '.voltage_l', '.apparent_power_total', '.power_factor_total']

export { rooms }

/** Ask for what is drawn: the room's meters by kind of value, feeders that stand elsewhere one by one. */
export function points (room) {
  const elsewhere = devicesOf(sections(room)).filter((device) => device.area !== room.id)
  return [
    ...METERED.map((q) => ({ area: room.id, class: 'power_meter', q })),
    { area: room.id, class: 'transformer_monitor' },
    ...elsewhere.map((device) => ({ area: device.area, q: `${device.id}.` }))
  ]
}

export const devices = (room) => devicesOf(sections(room))

export function draw (room) {
  const parts = sections(room)
  const feeders = parts.flatMap((part) => part.feeders)
  const chosen = selected(devicesOf(parts), heaviest(feeders))
  return {
    legend: legend(),
    body: h('div', { class: 'single-line', 'data-key': 'single-line' }, parts.map((part, index) => section(part, index, chosen, room))),
    side: sidePanel(chosen, chosen ? { facts: facts(chosen), trend: trendOf(chosen), more: supplies(chosen) } : {})
  }
}

/** How the rest is, for the headline: 其余 26 路正常. */
export function note (room) {
  const feeders = sections(room).flatMap((part) => part.feeders)
  const well = feeders.filter((device) => isConnected(device) && !isDead(device)).length
  return t(well === feeders.length ? 'power.all_well' : 'power.others_well', { count: well })
}

const section = (part, index, chosen, room) => {
  const dead = part.incomer && isDead(part.incomer)
  return h('section', { class: `bus-section ${dead ? 'dead' : ''}`, 'data-key': part.incomer?.id ?? `section ${index}` },
    part.incomer || part.transformer ? source(part, chosen) : null,
    h('div', { class: 'bus' }, part.feeders.map((device) => feeder(device, { supplied: !dead, chosen: device === chosen, room }))))
}

const shareOf = (device) => loadShare(currentOf(device)?.value, device.params.rated_current) ?? -1
const heaviest = (feeders) => [...feeders].sort((a, b) => shareOf(b) - shareOf(a))[0] ?? null

/** One phase stands for all: the heaviest of the moment would change the line under the reader's eyes. */
const trendOf = (device) => pointOf(device, device.class === 'transformer_monitor' ? 'max_temp' : 'current_l1') ?? currentOf(device)

function facts (device) {
  if (device.class === 'transformer_monitor') return []
  const rated = device.params.rated_current
  const share = loadShare(currentOf(device)?.value, rated)
  const voltage = lineVoltage(device)
  const factor = valueOf(device, 'power_factor_total')
  return [
    share === null ? null : [t('power.share'), t('power.share_of', { share: number(share * 100), rated: number(rated) })],
    powerOf(device) ? [t('power.active'), reading(powerOf(device), { digits: 1 })] : null,
    voltage === null ? null : [t('power.voltage'), `${number(voltage)}${THIN}V`],
    factor === null ? null : ['cosφ', number(factor, 2)]
  ].filter(Boolean)
}

/** What loses its supply when this one does. */
function supplies (device) {
  const below = [...suppliedBy(device.id)].map((id) => live.devices.get(id)).filter(Boolean)
  if (!below.length) return null
  return h('section', { 'data-key': 'supplies' }, h('h3', { class: 't3' }, t('power.supplies', { count: below.length })),
    h('ul', { class: 'side-list' }, below.slice(0, MOST).map((fed) => h('li', { class: 't2' },
      h('a', { href: `/devices/${encodeURIComponent(fed.id)}` }, say(fed.name)))),
    below.length > MOST ? h('li', { class: 't3' }, t('wall.more', { count: below.length - MOST })) : null))
}
const MOST = 9

const legend = () => h('p', { class: 'legend t3' },
  h('span', { class: 'key closed' }), t('power.closed'), h('span', { class: 'key open' }), t('power.open'),
  h('span', { class: 'key live' }), t('power.live'), h('span', { class: 'key off' }), t('power.off'))
