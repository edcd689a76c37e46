// 来龙去脉: from the bytes a device sent to the ticket somebody has in hand, and what comes next.
import { h } from '../core/dom.js'
import * as api from '../core/api.js'
import { instant, now } from '../core/clock.js'
import { left, over, secondTime, since } from '../core/format.js'
import { changed, live } from '../core/live.js'
import { said } from '../core/said.js'
import { say, t } from '../core/words.js'
import { alarmLine, noticeLines, ticketLines } from '../draw/story.js'
import { flag } from '../draw/shape.js'
import { titleOf } from '../site/alarms.js'
import { marksOf } from '../site/marks.js'
import { whyOf } from '../site/rules.js'
import { causeOf, heldWords, keyOf, kindOf, reasonOf, standingTitle } from '../site/standings.js'
import { drawnInput, inputSteps } from './inputs.js'
import { ruleStep } from './rule_step.js'
import { desk, select } from './state.js'
import { line, step } from './step.js'

const HOUR = 3600000
const MINUTE = 60000
/** What was last asked about, as it was then, and the answers. */
const seen = { id: null, alarm: null, ticket: null, trace: null, detail: null, trend: null, problem: '' }

/** Fetch the walk back for the chosen alarm, again whenever something has happened to it or its ticket. */
async function load (id, alarm, ticket) {
  if (seen.id !== id) Object.assign(seen, { trace: null, detail: null, trend: null })
  Object.assign(seen, { id, alarm, ticket, problem: '' })
  const stillWanted = () => seen.id === id && seen.alarm === alarm
  try {
    const [trace, detail] = await Promise.all([api.trace(id), api.alarm(id)])
    if (!stillWanted()) return
    Object.assign(seen, { trace, detail })
    changed()
    const input = drawnInput(trace.inputs)
    const samples = input ? await trendOf(input, detail) : null
    if (stillWanted()) seen.trend = input ? { input, samples } : null
  } catch (error) {
    if (stillWanted()) seen.problem = said(error)
  }
  changed()
}

/** The hour before it was raised and a little after; the last reading of each interval, for a mean would hide a short excursion. */
function trendOf (input, detail) {
  const raised = instant(detail.raised_at)
  return api.readings(input.point, { start: raised - HOUR, end: Math.min(now(), raised + 10 * MINUTE), interval: '10s', aggregate: 'last' })
}

export function drawer () {
  const alarm = live.alarms.get(desk.selected)
  const ticket = alarm && live.tickets.get(alarm.ticket)
  const aside = live.flags.find((standing) => keyOf(standing) === desk.selected && (kindOf(standing) || standing.request))
  const isNews = seen.id !== desk.selected || seen.alarm !== alarm || seen.ticket !== ticket
  // What never was raised has no way back to walk.
  if (isNews && (!aside || aside.occurrence)) load(desk.selected, alarm, ticket)
  const known = seen.detail?.id === desk.selected
  const subject = alarm ?? (known ? seen.detail : null)
  const title = subject ? t('alarm.title', titleOf(subject, live)) : aside ? standingTitle(aside) : ''
  return h('aside', { class: 'panel drawer', 'data-key': 'drawer' },
    h('h2', { class: 't1' }, t('trace.title'), h('span', {}, title),
      h('button', { class: 'close t2', type: 'button', 'aria-label': t('close'), onclick: () => { select(null); changed() } }, '×')),
    subject ? marksPart(marksOf(subject)) : null, aside && kindOf(aside) ? asidePart(aside) : null, known ? firstPart(seen.detail) : firstPart({ why: whyOf(alarm ?? aside) }),
    seen.problem && seen.id === desk.selected ? h('p', { class: 't2' }, seen.problem) : null,
    known && seen.trace ? h('ol', { class: 'steps' }, steps(seen.trace, seen.detail)) : null)
}

/** On a narrow screen it lies below the list; in a hand it lies over its lower half, and the row it speaks of moves above it. */
export function showDrawer () {
  if (matchMedia('(max-width: 760px)').matches) showRow()
  else if (matchMedia('(max-width: 1180px)').matches) document.querySelector('.drawer')?.scrollIntoView({ block: 'start' })
}

/** In a hand: the row in hand to the top, once it has been drawn. */
export const showRow = () => matchMedia('(max-width: 760px)').matches
  && setTimeout(() => document.querySelector('.alarm-item.chosen')?.scrollIntoView({ block: 'start' }), DRAWN_MS)
const DRAWN_MS = 60

const steps = (trace, detail) => [inputSteps(trace, detail, seen.trend), ruleStep(trace), alarmStep(trace, detail), ticketStep(trace),
  nextStep(trace)]

const alarmStep = (trace, detail) => step('alarm', detail.id.slice(-12), line(t('trace.raised',
  { time: secondTime(instant(detail.raised_at)), priority: t(`priority.${trace.story[0]?.priority ?? detail.priority}`) })), trace.story.slice(1).map(alarmLine))

function ticketStep ({ ticket }) {
  if (!ticket) return null
  const opened = t('trace.ticket_opened', { time: secondTime(instant(ticket.opened_at)), number: ticket.number,
    kind: t(`ticket.class.${ticket.class}.promise`) })
  return step('ticket', t(`ticket.state.${ticket.state}`), line(h('a', { class: 'link', href: `/tickets/${ticket.id}` }, opened)),
    ticketLines(ticket.story, { from: 1, exact: true }), noticeLines(ticket.notices, { exact: true }))
}

const nextStep = ({ next }) => next.length ? step('next', '', next.filter(isNewest).map(dueLine)) : null

/** Of two alike the newer counts, as on the ticket: a second call has its own minutes. */
const isNewest = ({ what, at }, _, all) => !all.some((other) => other.what === what && instant(other.at) > instant(at))

function dueLine ({ what, at, paused }) {
  const words = t(`trace.due.${what}`)
  if (!at) return line(t('trace.awaited', { what: words }))
  const rest = instant(at) - now()
  return line(`${since(instant(at))} ${words}  `, h('b', {}, paused ? t('ticket.state.held') : rest < 0 ? over(-rest)
    : t('trace.left', { time: left(rest) })))
}

/** Above everything else: what to do comes before what has been. */
const firstPart = ({ why }) => why ? h('section', { class: 'first', 'data-key': 'first' }, h('p', { class: 't3' }, t('trace.first')),
  why.steps?.length ? h('ol', {}, why.steps.map((one, index) => h('li', { class: 't1' }, h('b', { class: 't3' }, String(index + 1)),
    say(one)))) : h('p', { class: 't1' }, say(why.action))) : null

/** What sets it apart, each in a sentence. */
const marksPart = (marks) => marks.length ? h('section', { class: 'marks', 'data-key': 'marks' },
  marks.map(({ kind, words, means }) => h('p', { class: 't2' }, h('i', { class: `mark ${kind}` }, words), means))) : null

/** Why it is quiet: held back by what, or set aside by whom. */
function asidePart (standing) {
  const cause = causeOf(standing)
  return h('section', { class: 'aside t1', 'data-key': 'aside' }, h('p', {}, flag(kindOf(standing), 24), t(`flag.${kindOf(standing)}`)),
    h('p', {}, heldWords(standing)), reasonOf(standing) ? h('p', { class: 't2' }, reasonOf(standing)) : null,
    cause?.id ? h('p', {}, h('a', { class: 'link', href: `#${encodeURIComponent(cause.id)}` }, t('aside.cause'))) : null)
}
