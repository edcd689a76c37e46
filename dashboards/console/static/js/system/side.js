// The side panel: one device with what is wrong, its line over time, what to do first, what follows, and who is on it.
import { h } from '../core/dom.js'
import { instant, now } from '../core/clock.js'
import { age, clockTime, secondTime, since } from '../core/format.js'
import { live } from '../core/live.js'
import { say, t } from '../core/words.js'
import { plot } from '../draw/plot.js'
import { reading } from '../draw/reading.js'
import { flag, isUnacknowledged, shape } from '../draw/shape.js'
import { isActive, symptom, whereOf } from '../site/alarms.js'
import { faultWords, worstOf } from '../site/devices.js'
import { bundleOf } from '../site/bundles.js'
import { personName } from '../site/people.js'
import { clockView, mainClock } from '../site/promise.js'
import { whyOf } from '../site/rules.js'
import { isConnected } from '../site/systems.js'
import { seriesOf } from './series.js'

const HOUR = 3_600_000
const BOX = { width: 424, height: 130, bottom: 30 }

/** `facts` are `[label, element]` of the device in good health; `trend` is the point to draw, `more` what else the drawing has to say. */
export function sidePanel (device, { facts = [], trend = null, more = null } = {}) {
  if (!device) return h('aside', { class: 'panel side', 'data-key': 'side' }, h('p', { class: 'nothing t3' }, t('wall.no_alarms')))
  const alarm = worstOf(device)
  const active = alarm && isActive(alarm)
  return h('aside', { class: 'panel side', 'data-key': 'side' },
    h('a', { class: 'side-head', href: `/devices/${encodeURIComponent(device.id)}` },
      alarm ? shape(alarm.priority, alarm.state, 58) : null, h('h2', { class: 't1' }, say(device.name))),
    table([...alarm ? happened(alarm) : [], ...connection(device), ...active ? [] : facts]),
    trend ? line(trend, alarm) : null,
    active ? [steps(alarm), consequences(alarm)] : more, alarm ? ticketPart(alarm) : null)
}

const table = (rows) => h('dl', { class: 'side-facts', 'data-key': 'facts' }, rows.map(([label, value]) => [h('dt', { class: 't3' }, label),
  h('dd', { class: 't1' }, value)]))

function happened (alarm) {
  const first = bundleOf(alarm)?.cause === alarm
  const at = secondTime(instant(alarm.raised_at))
  return [
    [t('side.what'), symptom(alarm, live)],
    [t('side.since'), first ? t('side.first', { time: at }) : at],
    alarm.returned_at && [t('side.returned'), secondTime(instant(alarm.returned_at))],
    [t('side.acknowledged'), isUnacknowledged(alarm.state) ? t('alarm.state.active_unacknowledged')
      : t('side.by', { who: personName(alarm.acknowledged_by) ?? '', time: clockTime(instant(alarm.acknowledged_at)) })]
  ].filter(Boolean)
}

const connection = (device) => isConnected(device) ? []
  : [[t('side.link'), `${faultWords(device)} ${age(now() - instant(device.connection.since))}`]]

function line (point, alarm) {
  const { samples, start, end } = seriesOf(point.id, HOUR, '30s')
  const begun = alarm && instant(alarm.raised_at)
  return h('section', { class: 'side-trend', 'data-key': 'trend' },
    h('h3', { class: 't2' }, say(point.label), h('b', { class: 't1' }, reading(point))),
    samples.some((sample) => sample.value !== null)
      ? plot({ samples, start, end, box: BOX, unit: point.unit, least: 0, ends: true,
        mark: begun > start ? { at: begun, priority: alarm.priority } : null }) : h('p', { class: 't3' }, t('loading')))
}

function steps (alarm) {
  const known = whyOf(alarm)
  if (!known) return null
  const list = known.steps?.length ? known.steps : [known.action]
  return h('section', { 'data-key': 'steps' }, h('h3', { class: 't3' }, t('side.steps')),
    h('ol', { class: 'side-steps' }, list.map((step, index) => h('li', { class: 't1' }, h('b', { class: 't3' }, String(index + 1)),
      say(step)))))
}

/** What is heard of the effects each by itself, what is held back counted by what it is. */
function consequences (alarm) {
  const bundle = bundleOf(alarm)
  if (bundle?.cause !== alarm) return null
  const heard = bundle.members.filter((member) => member !== alarm)
  return h('section', { 'data-key': 'effects' },
    h('h3', { class: 't3' }, t('side.effects', { count: heard.length + bundle.silenced.length })),
    h('ul', { class: 'side-effects' }, heard.map((member) => h('li', { class: 't1' }, shape(member.priority, member.state, 44),
      h('b', {}, `${whereOf(member, live)} ${symptom(member, live)}`), h('span', { class: 't3' }, since(instant(member.raised_at))))),
    counted(bundle.silenced).map(([words, count]) => h('li', { class: 't2' }, flag('suppressed', 28), h('span', {}, words),
      h('span', { class: 't3' }, String(count))))))
}

/** What is held back, counted by system and symptom: 电梯 失电 2. */
function counted (standings) {
  const words = standings.map((standing) => t('alarm.title', { where: systemOf(standing), what: heldWords(standing) }))
  return [...new Set(words)].map((one) => [one, words.filter((other) => other === one).length])
}

function systemOf (standing) {
  const system = live.devices.get(standing.device)?.system
  return say(live.site.systems.find(({ id }) => id === system)?.label)
}

function heldWords (standing) {
  const rule = live.rules.get(standing.rule)
  return say(rule?.text).replace('{device}', '').replace(/^[\s,:：，]+/, '') || standing.rule
}

function ticketPart (alarm) {
  const ticket = live.tickets.get(alarm.ticket)
  if (!ticket) return null
  const clock = mainClock(ticket)
  const view = clock ? clockView(clock, ticket, now()) : { text: t(`ticket.state.${ticket.state}`), fraction: 0, tone: 'met' }
  return h('a', { class: 'side-ticket', href: `/tickets/${ticket.id}`, 'data-key': 'ticket' },
    h('b', { class: 't1' }, t('ticket.number', { number: ticket.number.split('-').at(-1) })),
    h('span', { class: 't1' }, personName(ticket.owner) ?? t('state.nobody')),
    h('b', { class: `left t1 ${view.tone === 'over' ? 'over-label' : ''}` }, view.text),
    h('span', { class: `bar ${view.tone}` }, h('i', { style: { width: `${view.fraction * 100}%` } })))
}
