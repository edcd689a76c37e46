// Active alarms: place before device, the first action, age and beginning. A root cause and what follows from it stand together.
import { h } from '../core/dom.js'
import { instant } from '../core/clock.js'
import { age, number, since } from '../core/format.js'
import { changed, live } from '../core/live.js'
import { say, t } from '../core/words.js'
import { flag, isReturned, isUnacknowledged, shape } from '../draw/shape.js'
import { firstThatFits, fit, widthOf } from '../draw/text.js'
import { ASIDE, deviceName, placeOf, shortName, stoodFor, titleOf } from '../site/alarms.js'
import { allBundles } from '../site/bundles.js'
import { alarmsToday } from '../site/details.js'
import { folded, isFolding, restWords, showAll } from '../site/flood.js'
import { marksOf, requestsForMe } from '../site/marks.js'
import { whyOf } from '../site/rules.js'

const ROW = 75.5
const CONSEQUENCES = 47
const ROOM = 506
/** What a flood's line takes of it. */
const FLOOD = 80
/** Room for what it says of the rest, px. */
const FLOOD_WORDS = 325

export function alarmPanel () {
  const all = allBundles()
  const folding = isFolding()
  const shown = whatFits(folding ? folded(all) : all, live.flood.active ? ROOM - FLOOD : ROOM)
  const heard = all.flatMap(({ members }) => members)
  const active = heard.filter((alarm) => !isReturned(alarm.state))
  const returned = heard.length - active.length
  const listed = new Set(shown.flatMap(({ members }) => members))
  const more = heard.length - listed.size
  const unseen = active.filter((alarm) => isUnacknowledged(alarm.state)).length
  return h('section', { class: 'panel alarms', 'data-key': 'alarms' },
    h('h2', {}, h('a', { href: '/alarms' }, t('wall.alarms', { count: active.length })),
      h('span', { class: 't2' }, unseen ? h('i', {}, t('wall.unacknowledged', { count: unseen })) : null,
        returned ? h('i', {}, t('alarms.view.returned', { count: returned })) : null)),
    live.flood.active ? floodRow(folding, heard.filter((alarm) => !listed.has(alarm))) : null,
    heard.length ? h('ol', {}, shown.map(bundleView)) : calm(),
    footer(folding ? 0 : more))
}

/** A flood in one line where the first row would stand: since when, how many, and one press to see the rest. */
function floodRow (folding, rest) {
  const { since: begun, count } = live.flood
  return h('div', { class: 'flood', role: 'status', 'data-key': 'flood' }, h('p', { class: 't1' }, h('b', {}, t('flood.title', { time: since(instant(begun)) })),
    h('span', { class: 't2' }, t('flood.count', { count }))),
  h('p', { class: 't2' }, t(folding ? 'flood.wall_folded' : 'flood.wall_all'), h('button', { class: 't1', type: 'button', onclick: () => { showAll(folding); changed() } },
    folding ? firstThatFits([restWords(rest)], FLOOD_WORDS, 21) ?? t('flood.rest', { count: number(rest.length) }) : t('flood.fold'))))
}

/** As many bundles as the panel has places for; a bundle too long keeps its worst members. */
function whatFits (all, height) {
  let room = height
  const shown = []
  for (const bundle of all) {
    const extra = bundle.cause ? CONSEQUENCES : 0
    const places = Math.floor((room - extra) / ROW)
    if (places < 1) break
    shown.push({ ...bundle, all: bundle.all ?? bundle.members, members: worstWithCause(bundle, places) })
    room -= extra + shown.at(-1).members.length * ROW
  }
  return shown
}

function worstWithCause ({ members, cause }, places) {
  const critical = members.filter((alarm) => alarm.priority === 'critical').length
  const limit = Math.min(places, cause ? Math.max(3, critical + (cause.priority === 'critical' ? 0 : 1)) : 1)
  const first = members.slice(0, limit)
  return !cause || first.includes(cause) ? first : [...first.slice(0, -1), cause]
}

function bundleView ({ cause, members, all, silenced }) {
  const rows = members.map((alarm) => row(alarm, alarm === cause))
  if (!cause) return rows
  return h('li', { class: 'bundle', 'data-key': `b${cause.id}` }, h('ol', {}, rows), consequences(cause, all, silenced))
}

function row (alarm, isFirst) {
  const old = age(stoodFor(alarm))
  const room = 502 - 20 - widthOf(old, 31, true)
  const title = titleWords(alarm, room)
  const { from, action } = secondLine(alarm, isFirst)
  return h('li', { class: 'alarm', 'data-key': alarm.id }, h('a', { href: `/alarms#${alarm.id}` },
    shape(alarm.priority, alarm.state, 70),
    h('b', { class: 'title t1', style: { 'max-width': `${room}px`, 'font-size': `${fit(title, room, [27, 25, 23, 21, 20], true)}px` } },
      title),
    h('span', { class: 'action t2', style: { 'font-size': `${action.size}px` } }, action.words),
    h('b', { class: 'age t1', title: t('age.means') }, old),
    h('span', { class: 'since t3' }, from)))
}

/** Place, device and what is wrong; where that is too long, the device under its own name, then without its place, then the place alone: what is wrong is never cut off. */
function titleWords (alarm, room) {
  const { where, what } = titleOf(alarm, live)
  const wordings = [where, deviceName(alarm, live), shortName(alarm, live), placeOf(alarm, live)].map((one) => t('alarm.title', { where: one, what }))
  return firstThatFits(wordings, room, 20, true) ?? wordings.at(-1)
}

/** The first action and since when; where the action is long, the time alone says since when. */
function secondLine (alarm, isFirst) {
  const words = sinceWords(alarm, isFirst)
  const besides = (from) => 502 - 14 - widthOf(from, 20)
  const full = actionWords(alarm, besides(words))
  if (isFirst || widthOf(full.words, full.size) <= besides(words)) return { from: words, action: full }
  const time = since(instant(alarm.raised_at))
  const [mark] = marksOf(alarm)
  const short = mark ? `${mark.words} ${time}` : time
  return { from: short, action: actionWords(alarm, besides(short)) }
}

function sinceWords (alarm, isFirst) {
  if (isReturned(alarm.state)) return t('since.returned', { time: since(instant(alarm.returned_at)) })
  const time = since(instant(alarm.raised_at))
  if (isFirst) return t('since.first', { time })
  // One word at three metres: the weightiest.
  const [mark] = marksOf(alarm)
  return mark ? t('since.marked', { time, mark: mark.words }) : t('since', { time })
}

/** The first action, or as many of its clauses as there is room for: a whole clause says more than half a sentence. */
function actionWords (alarm, room) {
  const action = say(whyOf(alarm)?.action)
  if (!action || isReturned(alarm.state)) return { words: '', size: 23 }
  const clauses = action.split(/(?<=[;；，,。.])\s*| (?=and )/)
  const shorter = clauses.map((_, index) => `→ ${clauses.slice(0, clauses.length - index).join(' ').replace(/([；，。]) /g, '$1').replace(/[;；，,]$/, '')}`)
  const words = firstThatFits([`→ ${action}`, ...shorter.slice(1)], room, 20) ?? shorter.at(-1)
  return { words, size: fit(words, room, [23, 21, 20]) }
}

/** 后果 7：电梯 3、弱电 2 … */
function consequences (cause, heard, silenced) {
  const others = heard.filter((alarm) => alarm !== cause)
  const systems = [...others.map((alarm) => alarm.system), ...silenced.map((standing) => live.devices.get(standing.device)?.system)]
  const counted = live.site.systems.map(({ id, label }) => [say(label),
    systems.filter((system) => system === id).length]).filter(([, count]) => count)
  const parts = counted.map(([name, count]) => t('wall.consequence', { name, count })).join(t('list.comma'))
  return h('p', { class: 'consequences t2' }, t('wall.consequences', { count: systems.length, parts }))
}

const calm = () => h('div', { class: 'nothing' }, h('p', { class: 't2' }, t('wall.no_alarms')),
  h('p', { class: 't3' }, alarmsToday() === null ? '' : t('wall.alarms_today', { count: alarmsToday() })))

function footer (more) {
  const counted = ASIDE.map((kind) => [kind, live.flags.filter((standing) => standing.flags.includes(kind)).length])
  return h('footer', {}, counted.map(([kind, count]) => h('span', { class: 't3' }, flag(kind, 24), t(`wall.${kind}`, { count }))), requested(),
    more > 0 ? h('a', { class: 't1 more', href: '/alarms' }, t('wall.more', { count: more })) : null)
}

/** What waits for the reader's approval. */
function requested () {
  const count = requestsForMe().length
  return count ? h('a', { class: 't1', href: '/alarms?view=requested' }, t('alarms.view.requested', { count })) : null
}
