// One system as a drawing: its headline, the way to the other systems, the drawing itself and what stands beside it.
import { h, renew } from '../core/dom.js'
import { instant, now } from '../core/clock.js'
import { drawLive, followSite, live, loadSite } from '../core/live.js'
import { say, t } from '../core/words.js'
import { shape } from '../draw/shape.js'
import { lostNotice } from '../frame/lost.js'
import { pageLinks } from '../frame/menu.js'
import { announce, startSound } from '../frame/sound.js'
import { openStage } from '../frame/stage.js'
import { alarmState, calmState, stateClock } from '../frame/state.js'
import { byWorst, isActive } from '../site/alarms.js'
import { ticketFacts } from '../site/facts.js'
import { whyOf } from '../site/rules.js'
import { systemView } from '../site/systems.js'

const DRAWN = {
  power: () => import('./power/page.js'), water: () => import('./water/page.js'), elevator: () => import('./elevator.js'),
  fire: () => import('./fire.js'), parking: () => import('./parking.js'), charging: () => import('./charging.js')
}
const view = { system: null, drawing: null, room: null }

export async function open (root) {
  await loadSite()
  view.system = systemAsked()
  view.drawing = await (DRAWN[view.system] ?? (() => import('./cards.js')))()
  await followSite({ points, notices: false })
  startSound()
  const stage = openStage(root, 'stage')
  drawLive(() => { renew(stage, ...content()); announce() })
}

/** The system of the address, else the first the site has devices of. */
function systemAsked () {
  const asked = decodeURIComponent(location.pathname.split('/')[2] ?? '')
  const known = live.site.systems.find(({ id }) => id === asked) ?? live.site.systems.find(({ devices }) => devices)
  return (known ?? live.site.systems[0]).id
}

/** The room of the address, else the one with the worst alarm, else the first. */
function points () {
  const rooms = view.drawing.rooms(view.system)
  const asked = new URLSearchParams(location.search).get('at')
  const worst = alarmsOf().find((alarm) => rooms.some((room) => room?.id === alarm.area))
  view.room ??= rooms.find((room) => room?.id === asked) ?? rooms.find((room) => room?.id === worst?.area) ?? rooms[0] ?? null
  return view.drawing.points(view.room, view.system)
}

const alarmsOf = (devices = null) => [...live.alarms.values()].filter((alarm) => isActive(alarm)
  && (devices ? devices.has(alarm.device) : alarm.system === view.system)).sort(byWorst)

function content () {
  document.title = `${say(label())} · ${say(live.site.name)}`
  if (!isThere()) return [head(), ways(), h('section', { class: 'panel drawing alone', 'data-key': 'drawing' },
    h('p', { class: 'nothing t2' }, t('system.none'))), lostNotice()]
  const { legend, body, side, below } = view.drawing.draw(view.room, view.system)
  return [head(), ways(),
    h('section', { class: `panel drawing ${view.system} ${side ? '' : 'alone'}`, 'data-key': 'drawing' },
      h('div', { class: 'drawing-head' }, roomTabs(), legend ?? null), body, below ?? null),
    side, lostNotice()]
}

/** Whether the site has any device of this system. */
const isThere = () => [...live.devices.values()].some((device) => device.system === view.system)

const label = () => live.site.systems.find(({ id }) => id === view.system)?.label

/** The worst of what is drawn here; where that is well, the worst of the system. */
function head () {
  if (!isThere()) {
    return h('header', { class: 'state', 'data-key': 'state' }, calmState(t('state.system_none', { system: say(label()) }), []),
      stateClock([h('i', {}, say(live.site.name))]))
  }
  const drawn = new Set(view.drawing.devices(view.room, view.system).map((device) => device.id))
  const own = alarmsOf(drawn)[0]
  const alarm = own ?? alarmsOf()[0]
  // What is drawn being well says nothing of an alarm elsewhere.
  const note = alarm && !own ? null : view.drawing.note?.(view.room, view.system)
  return h('header', { class: 'state', 'data-key': 'state' }, alarm
    ? alarmState(alarm, [...actionFact(alarm), ...ticketFacts(alarm), note].filter(Boolean))
    : calmState(t('state.system_calm', { system: say(label()) }), [...new Set([systemView(view.system, live).words, note].filter(Boolean))]
      .map((fact) => h('span', {}, fact))),
  stateClock([h('i', {}, say(view.room?.name ?? live.site.name)), h('i', {}, dataAge(drawn))]))
}

function actionFact (alarm) {
  const action = say(whyOf(alarm)?.action).split(/[;；]/)[0]
  return action ? [t('state.first', { action })] : []
}

/** How old the newest value on the screen is. */
function dataAge (drawn) {
  const newest = Math.max(0, ...[...drawn].map((id) => instant(live.answered.get(id)) ?? 0))
  return newest ? t('state.data', { seconds: Math.max(0, Math.round((now() - newest) / 1000)) }) : t('loading')
}

const ways = () => h('div', { class: 'ways', 'data-key': 'ways' }, pageLinks('system'),
  h('nav', { class: 'tabs', 'aria-label': t('page.system') }, live.site.systems.filter(({ devices }) => devices).map(tab)),
  h('a', { class: 'all-devices', href: `/devices?system=${view.system}` }, t('system.all_devices')))

function tab (system) {
  const { alarm, abnormal } = systemView(system.id, live)
  return h('a', { href: `/systems/${system.id}`, 'aria-current': system.id === view.system ? 'page' : null, 'data-key': system.id },
    say(system.label), abnormal ? shape(alarm.priority, alarm.state, 38) : null)
}

/** The rooms of this system, one at a time. */
function roomTabs () {
  const rooms = view.drawing.rooms(view.system).filter(Boolean)
  if (rooms.length < 2) return h('h2', { class: 't2' }, say(view.room?.name ?? label()))
  return h('nav', { class: 'rooms' }, rooms.map((room) => {
    const worst = alarmsOf().find((alarm) => alarm.area === room.id)
    return h('a', { href: `/systems/${view.system}?at=${encodeURIComponent(room.id)}`, 'aria-current': room === view.room
      || room.id === view.room?.id ? 'page' : null, 'data-key': room.id }, say(room.name),
    worst ? shape(worst.priority, worst.state, 38) : null)
  }))
}
