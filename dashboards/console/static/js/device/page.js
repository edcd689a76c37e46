// One device: live values with their trust, a line over time, its alarms, what feeds it and what it feeds.
import { h } from '../core/dom.js'
import * as api from '../core/api.js'
import { instant } from '../core/clock.js'
import { age, number, secondTime, since } from '../core/format.js'
import { changed, followSite, live, loadSite } from '../core/live.js'
import { said } from '../core/said.js'
import { say, t } from '../core/words.js'
import { reading, reasonOf } from '../draw/reading.js'
import { flag, shape } from '../draw/shape.js'
import { drawDesk } from '../frame/desk.js'
import { byWorst, isActive, isSilent, stoodFor, titleOf, whereOf } from '../site/alarms.js'
import { connectionWords } from '../site/devices.js'
import { kindOf } from '../site/standings.js'
import { chosen, choose, history } from './history.js'
import { isOpen, registers, show } from './registers.js'

const id = decodeURIComponent(location.pathname.split('/').at(-1))
let device = null

export async function open (root) {
  await loadSite()
  try {
    device = await api.device(id)
  } catch (error) {
    const words = error.status === 404 ? t('device.unknown') : said(error)
    drawDesk(root, 'device', () => h('div', { class: 'alone', 'data-key': 'alone' }, h('p', { class: 't1' }, words),
      h('p', {}, h('a', { class: 'link t1', href: '/devices' }, t('system.all_devices')))))
    return
  }
  await followSite({ points: () => [{ q: `${id}.` }], stream: { devices: id } })
  const first = device.points.find((point) => typeof point.value === 'number' && point.unit) ?? device.points[0]
  if (first) choose(first)
  drawDesk(root, 'device', content)
}

const points = () => device.points.map((point) => live.points.get(point.id) ?? point)

function content () {
  return [head(), h('div', { class: 'device-grid', 'data-key': 'grid' }, values(),
    h('div', { class: 'aside' }, history(points().find((point) => point.id === chosen())), alarms(), topology()))]
}

function head () {
  const now_ = live.devices.get(id) ?? device
  return h('section', { class: 'device-head', 'data-key': 'head' },
    h('h1', { class: 't1' }, whereOf({ device: device.id, device_name: device.name, area: device.area }, live)),
    h('p', { class: 't2' }, [device.id, device.manufacturer === 'generic' ? device.model : `${device.manufacturer} ${device.model}`, device.address,
      isMqtt() ? t('device.sends') : t('device.every', { seconds: number(device.every_s, device.every_s < 1 ? 1 : 0) })]
      .map((fact) => h('span', {}, fact)),
      connectionWords(now_)))
}

/** Who speaks by itself is not read in turn. */
const isMqtt = () => device.points.some((point) => point.wire.topic !== undefined)

const COLUMNS = ['point', 'value', 'note', 'time', 'name']

function values () {
  return h('section', { class: 'panel values', 'data-key': 'values' }, viewChoice(), isOpen() ? registers(device) : valueTable())
}

/** The points as they read, or as they lie on the wire. */
function viewChoice () {
  const wire = isMqtt() ? 'messages' : 'registers'
  const choice = (view, open) => h('button', { class: 'button', type: 'button', 'aria-pressed': String(open === isOpen()),
    onclick: () => { show(id, open); changed() } }, t(`device.view.${view}`))
  return h('div', { class: 'choice' }, choice('points', false), choice(wire, true))
}

const valueTable = () => h('table', {},
  h('thead', {}, h('tr', {}, COLUMNS.map((column) => h('th', { class: `t3 ${column}` }, t(`device.column.${column}`))))),
  h('tbody', {}, points().map(row)))

function row (point) {
  const at = point.source_time ? secondTime(instant(point.source_time)) : '—'
  return h('tr', { class: point.id === chosen() ? 'chosen' : '', 'data-key': point.id },
    h('td', { class: 'point' }, h('button', { class: 't2', type: 'button', onclick: () => { choose(point); changed() } },
      say(point.label))),
    h('td', { class: 'value' }, reading(point)), h('td', { class: 'note t2' }, reasonOf(point)), h('td', { class: 'time t3' }, at), h('td',
      { class: 'name t3 mono' }, point.name))
}

function alarms () {
  const own = [...live.alarms.values()].filter((alarm) => alarm.device === id)
  const heard = own.filter((alarm) => !isSilent(alarm)).sort(byWorst)
  const quiet = own.filter(isSilent).sort(byWorst)
  return h('section', { class: 'panel part', 'data-key': 'alarms' },
    h('h2', { class: 't2' }, t('wall.alarms', { count: heard.filter(isActive).length })),
    own.length ? h('ol', {}, heard.map((alarm) => alarmLine(alarm, 't1', shape(alarm.priority, alarm.state, 42))),
      quiet.map((alarm) => alarmLine(alarm, 't3', flag(kindOf(alarm), 26)))) : h('p', { class: 't3' }, t('wall.no_alarms')))
}

/** What is set aside stands below and is as quiet as everywhere. */
const alarmLine = (alarm, tone, sign) => h('li', { 'data-key': alarm.id },
  h('a', { class: `alarm-line ${tone}`, href: `/alarms#${encodeURIComponent(alarm.id)}` }, sign,
    h(tone === 't1' ? 'b' : 'span', {}, titleOf(alarm, live).what),
    h('span', { class: tone === 't1' ? 't2' : 't3' }, t('since', { time: since(instant(alarm.raised_at)) })),
    h(tone === 't1' ? 'b' : 'span', { class: 'age', title: t('age.means') }, age(stoodFor(alarm)))))

function topology () {
  if (!device.feeds.length && !device.fed_by.length) return null
  return h('section', { class: 'panel part', 'data-key': 'topology' }, h('h2', { class: 't2' }, t('device.topology')),
    side('device.fed_by', device.fed_by), side('device.feeds', device.feeds))
}

const side = (key, ids) => ids.length ? h('p', { class: 't3 ways' }, t(key),
  ids.map((one) => h('a', { class: 't1 link', href: `/devices/${encodeURIComponent(one)}` }, say(live.devices.get(one)?.name) || one)))
  : null
