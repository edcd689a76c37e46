// The lower right of the wall: water in the tanks, cars in the garage, chargers at work.
import { h, s } from '../core/dom.js'
import { number, THIN } from '../core/format.js'
import { live } from '../core/live.js'
import { say, t } from '../core/words.js'
import { reading } from '../draw/reading.js'
import { firstThatFits, fit } from '../draw/text.js'
import { withoutPlace } from '../site/alarms.js'
import { occupancy } from '../site/parking.js'
import { chargersView } from '../site/systems.js'

export function tankPanel () {
  const tanks = twoTanks()
  return h('section', { class: 'panel tanks', 'data-key': 'tanks' }, h('h2', {}, t('wall.tanks')),
    tanks.length ? h('div', {}, tanks.map(tank)) : h('p', { class: 't3 absent' }, t('system.none')))
}

/** One tank of each system first: drinking water and fire water matter more than two of a kind. */
function twoTanks () {
  const tanks = [...live.devices.values()].filter((device) => device.class === 'tank')
  const others = tanks.filter((device) => device.system !== tanks[0].system)
  return [tanks[0], others[0] ?? tanks[1]].filter(Boolean)
}

const GAUGE = { top: 4, height: 100 }
/** Room for a tank's name, in px. */
const NAME = 124

function tank (device) {
  const point = live.points.get(`${device.id}.level`)
  const { height_m: height, low_m: low, high_m: high } = device.params
  const share = height && typeof point?.value === 'number' ? Math.min(1, Math.max(0, point.value / height)) : null
  const y = (level) => GAUGE.top + GAUGE.height * (1 - level / height)
  const tick = (level) => level && height ? s('path', { class: 'tick', d: `M0 ${y(level)}H44` }) : null
  const system = live.site.systems.find(({ id }) => id === device.system)
  const own = withoutPlace(say(device.name), say(live.areas.get(device.area)?.name))
  const name = firstThatFits([own, say(system?.label)], NAME, 20) ?? own
  return h('a', { class: 'tank', href: `/devices/${device.id}`, 'data-key': device.id },
    s('svg', { viewBox: '0 0 44 108', width: 44, height: 108 },
      s('rect', { class: 'wall-line', x: 6, y: GAUGE.top, width: 32, height: GAUGE.height }),
      share === null ? null : s('rect', { class: 'water', x: 9, y: GAUGE.top + GAUGE.height * (1 - share), width: 26,
        height: GAUGE.height * share }),
      tick(low), tick(high)),
    h('span', { class: 'level' }, h('b', {}, reading(point, { unit: '', digits: 2 })),
      h('i', { class: 't2' }, 'm'), h('i', { class: 't3' }, share === null ? '' : `${number(share * 100)}${THIN}%`)),
    h('span', { class: 'name t3', style: { 'font-size': `${fit(name, NAME, [21, 20])}px` } }, name))
}

export function parkingPanel () {
  const { barriers, figure, of, isGuessed, share, notes } = occupancy()
  return h('section', { class: 'panel parking', 'data-key': 'parking' }, h('h2', {}, t('wall.parking')),
    barriers.length ? [
      h('p', { class: 'key' }, h('b', { class: `t1 figure ${isGuessed ? 'reading uncertain' : ''}` }, figure),
        h('span', { class: 't2' }, of)),
      h('span', { class: 'gauge' }, h('i', { style: { width: `${share * 100}%` } })),
      h('p', { class: 't3 note' }, notes.map((note) => h('span', {}, note)))] : h('p', { class: 't3 absent' }, t('system.none')))
}

export function chargerPanel () {
  const { bays, used, power, known } = chargersView(live)
  if (!bays.length) return h('section', { class: 'panel chargers', 'data-key': 'chargers' }, h('h2', {}, t('wall.chargers')),
    h('p', { class: 't3 absent' }, t('system.none')))
  return h('section', { class: 'panel chargers', 'data-key': 'chargers' }, h('h2', {}, t('wall.chargers')),
    h('p', { class: 'key' }, h('b', { class: 't1 figure' }, known ? number(used) : '—'),
      h('span', { class: 't2' }, t('wall.chargers_of', { all: bays.length })),
      h('span', { class: 'power' }, h('b', { class: 't1 figure' }, number(power)),
        h('span', { class: 't2' }, `${THIN}kW`))),
    bayGrid(bays))
}

/** One square per bay, in three rows: filled at work, hollow free, crossed out of service. */
function bayGrid (bays) {
  const columns = Math.max(20, Math.ceil(bays.length / 3))
  const step = 376 / columns
  const side = Math.min(14, step * 0.75)
  return s('svg', { class: 'bays', viewBox: '0 0 376 68', role: 'img', 'aria-label': t('wall.chargers') },
    bays.map(({ device, state }, index) => {
    const x = (index % columns) * step + 1
    const y = Math.floor(index / columns) * 24 + 2
    return s('g', { class: state, 'data-key': device.id }, s('rect', { x, y, width: side, height: side }), state === 'out'
      ? s('path', { d: `M${x + 3} ${y + side / 2}h${side - 6}` }) : null)
  }))
}
