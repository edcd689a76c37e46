// Every meter with its sum: incomers, their feeders, what hangs below, other media; found by name or place.
import { h } from '../core/dom.js'
import { number, THIN, unitShown } from '../core/format.js'
import { changed, live } from '../core/live.js'
import { say, t } from '../core/words.js'

const GROUPS = ['incomer', 'feeder', 'sub', 'other']
const view = { text: '' }

const metersAbove = (device, seen = new Set()) => device.fed_by.map((id) => live.devices.get(id))
  .filter((above) => above?.class === 'power_meter' && !seen.has(above.id))
  .reduce((most, above) => Math.max(most, 1 + metersAbove(above, seen.add(above.id))), 0)

/** Where a meter stands in the supply: at its head, right below, or further down, as does one that is in no supply at all. */
function groupOf (row) {
  const device = live.devices.get(row.key)
  if (row.energy !== 'electricity') return 'other'
  const above = device ? metersAbove(device) : 0
  if (above === 0) return device?.feeds.some((id) => live.devices.get(id)?.class === 'power_meter') ? 'incomer' : 'sub'
  return above === 1 ? 'feeder' : 'sub'
}

const isWanted = (row) => `${say(row.label)} ${row.key} ${say(live.areas.get(live.devices.get(row.key)?.area)?.name)}`.toLowerCase()
  .includes(view.text.toLowerCase())

export function meterTable (rows) {
  if (!rows.length) return null
  const found = rows.filter(isWanted)
  return h('div', { class: 'meters' },
    h('p', { class: 'meter-search' }, h('input', { class: 'field', type: 'search', placeholder: t('energy.search'),
      'aria-label': t('energy.search'), oninput: (event) => { view.text = event.target.value; changed() } }),
      h('span', { class: 't3' }, t('energy.meter_count', { count: found.length, all: rows.length }))),
    h('div', { class: 'scroll', tabindex: 0 }, h('table', {}, GROUPS.map((group) => [group, found.filter((row) => groupOf(row) === group)])
      .filter(([, members]) => members.length).map(([group, members]) => h('tbody', { 'data-key': group },
        h('tr', { 'data-key': 'head' }, h('th', { class: 't3', colspan: 3 }, t(`energy.group.${group}`))), members.map(meterRow))))))
}

const meterRow = (row) => h('tr', { 'data-key': row.key },
  h('td', { class: 't1' }, h('a', { href: `/devices/${encodeURIComponent(row.key)}` }, say(row.label))),
  h('td', { class: 't1 amount' }, row.total.value === null ? '—'
    : `${number(row.total.value, row.unit === 'm3' ? 1 : 0)}${THIN}${unitShown(row.unit)}`),
  h('td', { class: 't3' }, row.total.completeness < 0.995 ? t('energy.complete', { share: number(row.total.completeness * 100) }) : ''))
